import * as v from "valibot";
import type { AttemptListener } from "../attempt/attempt-store.js";
import type { Pause, PauseSwitch } from "../attempt/pause.js";
import { RedisStoreError } from "./redis-errors.js";
import { getScript, pauseScript, type redisKeys, type RunScript } from "./redis-scripts.js";

interface RedisPauseSwitchParts {
  run: RunScript;
  keys: ReturnType<typeof redisKeys>;
  /** The store's clock. */
  now: () => number;
  /** Calls the listener when that name was published, and when messages may have been missed. */
  subscribe: (name: string, listener: AttemptListener) => Promise<() => void>;
}

const storedPause = v.pipe(
  v.string(),
  v.parseJson(),
  v.looseObject({ until: v.exactOptional(v.pipe(v.number(), v.finite())) }),
);

/** The switch of a site in Redis: one key. */
export function redisPauseSwitch(
  origin: string,
  { run, keys, now, subscribe }: RedisPauseSwitchParts,
): PauseSwitch {
  const key = keys.pause(origin);
  // No attempt has such an id.
  const name = `pause:${origin}`;
  /** What reads the pause for each listener. */
  const readers = new Set<() => Promise<void>>();

  const read = async (): Promise<Pause | undefined> => {
    const value = await run("reading a pause", getScript, key);
    // Empty: it was resumed in this millisecond.
    if (value === null || value === "") return undefined;
    const { success, output } = v.safeParse(storedPause, value);
    if (success) return output;
    throw new RedisStoreError("unreadable", `Redis: the key "${key}" does not contain a pause`);
  };

  return {
    async set(pause) {
      const value = pause ? JSON.stringify(pause) : "";
      // What is resumed has a life of a millisecond.
      const { until } = pause ?? { until: now() };
      const life = until === undefined ? [] : [String(Math.max(1, Math.ceil(until - now())))];
      await run("writing a pause", pauseScript, key, keys.changed, name, value, ...life);
      await Promise.all([...readers].map((reread) => reread()));
    },
    async subscribe(listener) {
      let last = Promise.resolve();
      const readOnce = async (): Promise<void> => listener(await read());
      // One after the other, so that the last answer is the newest.
      const reread = (): Promise<void> => (last = last.then(readOnce, readOnce));
      // After one that fails, the store reports a gap as soon as Redis works.
      const end = await subscribe(name, () => void reread().catch(() => undefined));
      readers.add(reread);
      const leave = (): void => {
        end();
        readers.delete(reread);
      };
      try {
        await reread();
      } catch (error) {
        leave();
        throw error;
      }
      return leave;
    },
  };
}
