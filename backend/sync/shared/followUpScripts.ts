/**
 * KEYS: the lock of a follow-up, and the mark of the machine that sends it. The lock keeps two machines apart for 300 s;
 * the mark stays for 48 hours, twice as long as the window in which the follow-up may leave (CMP-7).
 */
export const holdScript = `
local holder = redis.call('GET', KEYS[2])
if holder and holder ~= ARGV[1] then return 'elsewhere' end
if not redis.call('SET', KEYS[1], ARGV[2], 'NX', 'PX', 300000) and redis.call('GET', KEYS[1]) ~= ARGV[2] then
  return 'busy'
end
redis.call('SET', KEYS[2], ARGV[1], 'EX', 172800)
return 'held'`;

/** Only who holds it takes it away; the mark of a message that may have left stays. */
export const releaseScript = `
if redis.call('GET', KEYS[1]) == ARGV[2] then redis.call('DEL', KEYS[1]) end
if ARGV[3] == 'not_sent' and redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
return 'done'`;
