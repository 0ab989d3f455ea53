/** Time and process of the server, in the script's own words. */
export type ServerFacts = { now: string; run: string };

/** Redis's own clock, and the name that a Redis gives itself at each start. */
export const SERVER_FACTS: ServerFacts = {
  now: `(function()
    local t = redis.call('TIME')
    return tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
  end)()`,
  run: `string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')`,
};
