/**
 * What the store does in Redis. Each script touches one key, `KEYS[1]`, so that a cluster can run it, and each is one
 * atomic step. Lives are relative and in milliseconds: the clocks of the servers play no part.
 */

/** The value of a key. A script, because a cluster may send a plain GET to a replica, which lags behind. */
export const getScript = "return redis.call('GET', KEYS[1])";

/** Keeps an attempt (value, life), unless that id is taken. */
export const createScript = "return redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2], 'NX') and 1 or 0";

/**
 * Replaces an attempt of a version (version, value, life) and tells everybody (channel, id). Executed late, after
 * somebody gave up waiting, it is what any slow writer is: nothing, if somebody else was faster.
 */
export const compareAndSetScript = `
local value = redis.call('GET', KEYS[1])
if not value or cjson.decode(value).version ~= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
redis.call('PUBLISH', ARGV[4], ARGV[5])
return 1`;

/**
 * Says which attempt owns a transaction (id, life). Never shortens what is there: of two writers that race for an
 * attempt, the loser must not take the winner's pointer away early.
 */
export const pointScript = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] or redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
return 1`;

/**
 * The server's time, seconds and microseconds, and the correction in milliseconds that all who share it add to it; sets
 * another one (the known, the new, life) if the known one still stands. In a cluster the key says whose time it is.
 */
export const timeScript = `
local correction = redis.call('GET', KEYS[1]) or '0'
if ARGV[2] ~= '' and correction == ARGV[1] then correction = ARGV[2] end
if correction ~= '0' then redis.call('SET', KEYS[1], correction, 'PX', ARGV[3]) end
local time = redis.call('TIME')
return {time[1], time[2], correction}`;

/** Tells everybody something (channel, message) that changed nothing. */
export const publishScript = "return redis.call('PUBLISH', ARGV[1], ARGV[2])";
