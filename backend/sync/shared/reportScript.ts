import type { ServerFacts } from '../serverFacts.ts';

/**
 * Takes a report into the counters and answers how much its machine may have: one atomic change. The rules stand in
 * `docs/decisions/shared-counters.md`. Keys are not named in advance, since they depend on Redis's own day.
 */
export function reportScript({ now, run }: ServerFacts): string {
  return `
local DAY, KEPT = 86400000, 172800
local PRESENT, GATHERING = 60000, 2000
local MEMORY, HOSTS = 'whatsapp:shared:memory', 'whatsapp:shared:hosts'
local AWAITED, REPORTED = 'whatsapp:shared:awaited', 'whatsapp:shared:reported'
local report = cjson.decode(ARGV[1])
local now, run = ${now}, ${run}
local me, today = report.host, math.floor(now / DAY)

-- Name of a day counted from 1970 (Howard Hinnant, days_from_civil).
local function dayName(number)
  local z = number + 719468
  local era = math.floor(z / 146097)
  local doe = z - era * 146097
  local yoe = math.floor((doe - math.floor(doe / 1460) + math.floor(doe / 36524) - math.floor(doe / 146096)) / 365)
  local doy = doe - (365 * yoe + math.floor(yoe / 4) - math.floor(yoe / 100))
  local mp = math.floor((5 * doy + 2) / 153)
  local month = mp < 10 and mp + 3 or mp - 9
  local year = yoe + era * 400 + (month <= 2 and 1 or 0)
  return string.format('%04d-%02d-%02d', year, month, doy - math.floor((153 * mp + 2) / 5) + 1)
end
local function dailyKey(day, name) return 'whatsapp:daily:' .. day .. ':' .. name end
local function rollingKey(host) return 'whatsapp:rolling:' .. host end
local function pairsOf(key)
  local flat, found = redis.call('HGETALL', key), {}
  for i = 1, #flat, 2 do found[flat[i]] = flat[i + 1] end
  return found
end

-- A server that was started again is believed only after everybody has reported: it may have lost all or the last part.
local memory = redis.call('HMGET', MEMORY, 'id', 'run', 'at')
if not memory[1] or memory[2] ~= run then
  redis.call('DEL', AWAITED, REPORTED)
  for host, facts in pairs(pairsOf(HOSTS)) do redis.call('HSET', AWAITED, host, cjson.decode(facts).label) end
  memory = { report.newMemory, run, now }
  redis.call('HSET', MEMORY, 'id', memory[1], 'run', run, 'at', string.format('%.0f', now))
end
local began = tonumber(memory[3])
local days = today - math.floor(began / DAY)

if report.memory ~= memory[1] then return cjson.encode({ status = 'say_all', memory = memory[1] }) end
local known = redis.call('HGET', HOSTS, me)
if known and cjson.decode(known).order >= report.order then return cjson.encode({ status = 'outdated' }) end
if redis.call('SISMEMBER', REPORTED, me) == 0 then
  if not report.whole then return cjson.encode({ status = 'say_all', memory = memory[1] }) end
  for host, label in pairs(report.others) do
    if host ~= me and redis.call('SISMEMBER', REPORTED, host) == 0 then redis.call('HSET', AWAITED, host, label) end
  end
  redis.call('SADD', REPORTED, me)
end
redis.call('HDEL', AWAITED, me)
-- Whatever they used before is out of every limit by then.
if days >= 2 then redis.call('DEL', AWAITED) end

if report.whole then
  redis.call('DEL', rollingKey(me))
  for _, step in ipairs(report.followedUp) do
    redis.call('SET', 'whatsapp:message2:' .. step, me, 'NX', 'EX', KEPT)
  end
end
for minute, settled in pairs(report.settled) do redis.call('HSET', rollingKey(me), minute, settled) end
redis.call('EXPIRE', rollingKey(me), KEPT)

local function settledOf(host, cutoff)
  local sum = 0
  for minute, settled in pairs(pairsOf(rollingKey(host))) do
    if tonumber(minute) * 60000 >= cutoff then sum = sum + tonumber(settled)
    else redis.call('HDEL', rollingKey(host), minute) end
  end
  return sum
end
local daily, cap, machines = report.limits.daily, report.limits.rolling, 1
local rolling = settledOf(me, report.clock - DAY) + report.open
local others, labels = { used = 0, lease = 0, held = 0, old = 0 }, {}
for host, text in pairs(pairsOf(HOSTS)) do
  local facts = cjson.decode(text)
  if host == me then -- counted above
  elseif now - facts.seen > 2 * DAY then redis.call('HDEL', HOSTS, host)
  else
    labels[host] = facts.label
    if not facts.left then machines = machines + 1 end
    rolling = rolling + settledOf(host, now - facts.offset - DAY)
    if now - facts.seen < PRESENT and not facts.left then
      daily, cap = math.min(daily, facts.daily), math.min(cap, facts.rolling)
    end
  end
end
-- A machine that starts a day leaves nothing of the day before behind.
for ago = 1, 2 do
  if report.day == dayName(today) then redis.call('HDEL', dailyKey(dayName(today - ago), 'hosts'), me) end
end
for shift = -1, 1 do
  for host, text in pairs(pairsOf(dailyKey(dayName(today + shift), 'hosts'))) do
    if host ~= me then
      local row = cjson.decode(text)
      rolling = rolling + row.open
      if shift == 0 then
        others.used = others.used + row.message_1 + row.message_2 + row.other
        others.lease = others.lease + row.lease
        others.held = others.held + math.max(0, row.held - row.lease)
      else others.old = others.old + row.lease end
    end
  end
end

local waits = redis.call('HLEN', AWAITED) > 0
-- What the machines that stay away may have sent on the day on which the memory was lost: a whole day's limit.
local unsaid = (waits and days == 1) and daily or 0
local mine = report.used.message_1 + report.used.message_2 + report.used.other
local total = math.min(daily - others.used - mine, cap - rolling - others.old - unsaid)
local room = total - others.lease
local granting = report.day == dayName(today) and now - began >= GATHERING and not (waits and days == 0)
local fair = machines == 1 and total or math.floor(total / (2 * machines))
local want = math.max(fair, report.demand, 0)
local lease, keep = report.lease, report.lease
if granting and not report.isLeaving then
  lease = math.max(lease, math.min(want, room - others.held))
  keep = math.max(0, math.min(want, room))
end

redis.call('HSET', dailyKey(report.day, 'hosts'), me, cjson.encode({
  message_1 = report.used.message_1, message_2 = report.used.message_2, other = report.used.other,
  open = report.open, lease = lease, held = report.held }))
redis.call('EXPIRE', dailyKey(report.day, 'hosts'), KEPT)
redis.call('HSET', HOSTS, me, cjson.encode({
  label = report.label, order = report.order, seen = now, offset = now - report.clock, left = report.isLeaving,
  daily = report.limits.daily, rolling = report.limits.rolling }))
local sums = { message_1 = 0, message_2 = 0, other = 0 }
for _, text in pairs(pairsOf(dailyKey(report.day, 'hosts'))) do
  local row = cjson.decode(text)
  for kind, sum in pairs(sums) do sums[kind] = sum + row[kind] end
end
for kind, sum in pairs(sums) do redis.call('SET', dailyKey(report.day, kind), sum, 'EX', KEPT) end

return cjson.encode({
  status = 'taken', now = now, lease = lease, keep = keep, free = math.max(0, room - lease - others.held),
  sent = others.used + mine, rolling = rolling, limits = { daily = daily, rolling = cap },
  isGranting = granting, others = labels, awaited = pairsOf(AWAITED) })`;
}
