import { SERVER_FACTS } from '../../sync/shared/reportScript.ts';

/**
 * What a Redis knows of work that is shared. Every script first looks whether it is still the Redis of before: one that
 * was emptied, started anew or put back to an older copy has forgotten who started what, and lets nothing of before begin.
 * KEYS[1]: its memory, as `id` and `run`. `now`: its own clock, in ms.
 */
const FACTS = `
local now, run = ${SERVER_FACTS.now}, ${SERVER_FACTS.run}
local memory = redis.call('HMGET', KEYS[1], 'id', 'run')
local isSame = memory[1] == ARGV[1] and memory[2] == run
local KEPT = 172800`;

/** KEYS[2]: the hosts. ARGV: memory, name for a new one, host, how many requests it can take over, until when it counts. */
export const attendScript = `${FACTS}
if not memory[1] or memory[2] ~= run then
  memory[1] = ARGV[2]
  redis.call('DEL', KEYS[2])
  redis.call('HSET', KEYS[1], 'id', memory[1], 'run', run)
end
redis.call('EXPIRE', KEYS[1], KEPT)
redis.call('HSET', KEYS[2], ARGV[3], ARGV[4] .. ':' .. string.format('%.0f', now + ARGV[5]))
redis.call('EXPIRE', KEYS[2], KEPT)
local flat, places, hosts = redis.call('HGETALL', KEYS[2]), 0, 0
for i = 1, #flat, 2 do
  local count, untilAt = string.match(flat[i + 1], '^(%d+):(%d+)$')
  if tonumber(untilAt) < now then redis.call('HDEL', KEYS[2], flat[i])
  elseif flat[i] ~= ARGV[3] then places, hosts = places + tonumber(count), hosts + 1 end
end
return { memory[1], string.format('%.0f', now), places, hosts }`;

/** KEYS[2]: the mark of a message. ARGV: memory, last moment to begin, host. Of all who ask, one hears \`started\`. */
export const startScript = `${FACTS}
if not isSame then return 'lost' end
if now > tonumber(ARGV[2]) then return 'late' end
if not redis.call('SET', KEYS[2], 'started:' .. ARGV[3], 'NX', 'EX', KEPT) then return 'taken' end
return 'started'`;

/** KEYS[2]: the mark of a message. ARGV: memory. After \`withdrawn\` nobody starts it any more. */
export const withdrawScript = `${FACTS}
if not isSame then return 'lost' end
if redis.call('SET', KEYS[2], 'withdrawn', 'NX', 'EX', KEPT) or redis.call('GET', KEYS[2]) == 'withdrawn' then
  return 'withdrawn'
end
return 'started'`;

/** KEYS[1]: the outcomes for a host, and the channel on which it hears of them. ARGV: the message, its outcome. */
export const settleScript = `
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('EXPIRE', KEYS[1], 172800)
redis.call('PUBLISH', KEYS[1], ARGV[1])
return 'settled'`;
