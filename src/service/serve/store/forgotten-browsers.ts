import { createHash } from "node:crypto";
import type { RedisStoreOptions } from "onegini-otp-login/redis";
import type { KnownSince } from "onegini-otp-login/server";
import { LogThrottle } from "../../../server/limits/log-throttle.js";
import { steadyNow } from "../../../server/runtime.js";
import { withinCommandTime } from "../../process/connect-redis.js";
import type { Audit } from "../audit/audit.js";
import { logEvent, type Log } from "../telemetry/log.js";
import type { Metrics } from "../telemetry/metrics.js";
import type { ReplicatedWrites } from "./replicated-writes.js";

const dayMs = 86_400_000;

/** As long as a browser can be known: `pairing-remember-days` is at most 400. */
const keepMs = 400 * dayMs;

/** The users whose browsers the site forgot (`POST /forget-browsers`): the kit's `pairing.knownSince`. */
export interface ForgottenBrowsers {
  /** From now on this user's browsers are unknown, until a login with the number. Rejects if that is not certain. */
  forget: (userId: string) => Promise<void>;
  /** The same for all users. */
  forgetAll: () => Promise<void>;
  /** Since when this user's browsers may be known. */
  since: (userId: string) => Promise<KnownSince>;
}

/** In this process's memory. A restart forgets what was forgotten, so no login before it makes a browser known. */
export function forgottenInMemory(now: () => number = steadyNow): ForgottenBrowsers {
  const users = new Map<string, number>();
  let epoch = now();
  let all: number | undefined;
  return {
    forget: (userId) => Promise.resolve(void users.set(userId, now())),
    forgetAll: () => Promise.resolve(void (epoch = all = now())),
    since: (userId) => Promise.resolve({ user: users.get(userId), all, epoch }),
  };
}

/*
 * One hash for an origin, without an expiry: `format`, `epoch`, `all`, and a field for each user, which is a hash of the user.
 * The instants are Redis' own, in milliseconds. Scripts, as the store's: a plain read may go to a replica, which lags behind.
 */

/** Begins each script: reads the fields, and makes the epoch where it is missing. Returns `unreadable` for anything else. */
const readFields = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function text(instant) return string.format('%.0f', instant) end
local function isInstant(value) return #value > 11 and #value < 16 and string.find(value, '^[1-9]%d+$') ~= nil end
local fields = redis.pcall('HMGET', KEYS[1], 'format', 'epoch', 'all', ARGV[1])
if fields.err and string.find(fields.err, 'WRONGTYPE') then return 'unreadable' end
if fields.err then return fields end
local format, epoch, all, mark = unpack(fields)
local isNew = not (format or epoch or all or mark)
if format ~= '1' and not isNew then return 'unreadable' end
for index = 2, 4 do
  if fields[index] and not isInstant(fields[index]) then return 'unreadable' end
end
local isBegun = not epoch
if isBegun then
  epoch = text(now)
  redis.call('HSET', KEYS[1], 'format', '1', 'epoch', epoch)
end`;

/** For a user's field: whether the epoch was made now, the epoch, and the two other instants, empty where there is none. */
const readScript = `${readFields}
return { isBegun and '1' or '', epoch, all or '', mark or '' }`;

/**
 * Writes an instant for a user's field, or, if that is empty, for all (field, cursor, life). A clock that was set back never
 * makes one earlier. Then it looks at a hundred fields and drops users' that are older than the life. Returns the next cursor.
 */
const writeScript = `${readFields}
local function write(field, old)
  redis.call('HSET', KEYS[1], field, text(math.max(now, tonumber(old or '0'))))
end
if ARGV[1] ~= '' then
  write(ARGV[1], mark)
else
  write('epoch', epoch)
  write('all', all)
end
local page = redis.call('HSCAN', KEYS[1], ARGV[2], 'COUNT', '100')
for index = 1, #page[2], 2 do
  local field, value = page[2][index], page[2][index + 1]
  if #field == ${hashOf("").length} and isInstant(value) and tonumber(value) < now - ARGV[3] then
    redis.call('HDEL', KEYS[1], field)
  end
end
return { page[1] }`;

interface RedisRecord {
  client: RedisStoreOptions["client"];
  writes: Pick<ReplicatedWrites, "run">;
  prefix: string;
  /** Sites that share a Redis have different ones. */
  origin: string;
  /** The clock of the store, by which a browser's logins are dated too. */
  now: () => number;
  log: Log;
  metrics: Pick<Metrics, "count">;
  audit?: Pick<Audit, "record"> | undefined;
}

/** In Redis, for all processes. Redis without this record knows no browser, so a loss revokes too much, never too little. */
export function forgottenInRedis({
  client,
  writes,
  prefix,
  origin,
  now,
  log,
  metrics,
  audit,
}: RedisRecord): ForgottenBrowsers {
  const key = `${prefix}known-since:${origin}`;
  const fieldOf = (userId: string): string => hashOf(JSON.stringify([origin, userId]));
  const throttle = new LogThrottle(60_000);
  const description = `The key "${key}" does not hold the instants since which browsers are known, or has a newer format. No browser is known until it can be read. It is never written over.`;
  const reportUnreadable = (): void => {
    if (!throttle.isDue("mark")) return;
    const event = { type: "store_unreadable", level: "error", what: "mark", description } as const;
    metrics.count(event);
    logEvent(log, event);
  };
  // Random, so that each process that starts looks at other fields first.
  let cursor = String(Math.floor(Math.random() * 2 ** 32));

  const write = async (field: string): Promise<void> => {
    const answer = await writes.run(writeScript, key, [field, cursor, String(keepMs)]);
    if (!Array.isArray(answer)) {
      reportUnreadable();
      throw new Error(description);
    }
    cursor = String(answer[0]);
  };
  return {
    forget: (userId) => write(fieldOf(userId)),
    forgetAll: () => write(""),
    async since(userId) {
      const answer = await withinCommandTime(
        client
          .withCommandOptions({ typeMapping: {} })
          .eval(readScript, { keys: [key], arguments: [fieldOf(userId)] }),
      );
      if (!Array.isArray(answer)) {
        reportUnreadable();
        // Later than any login, which ends nothing that is under way.
        return { epoch: now() + dayMs };
      }
      const [isBegun, epoch, all, user] = answer.map(String);
      if (isBegun) {
        const lost = { all: true, cause: "store" } as const;
        log.warn({ ...lost, reason: "Redis held no record of them" }, "browsers_forgotten");
        audit?.record({ event: "browsers_forgotten", ...lost });
      }
      const instant = (text = "") => (text === "" ? undefined : Number(text));
      return { user: instant(user), all: instant(all), epoch: instant(epoch) };
    },
  };
}

/** For its length, and so that no user's id is in Redis' keys. */
function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
