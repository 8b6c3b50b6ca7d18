import type { PauseSwitch } from "../store/pause-switch.js";
import { RedisStoreError } from "./redis-errors.js";
import { getScript, pauseScript, type redisKeys, type RunScript } from "./redis-scripts.js";
import type { RedisSubscriber } from "./redis-subscriber.js";

/** The switch of a site in Redis: one key without a time to live. */
export function redisPauseSwitch(
  origin: string,
  run: RunScript,
  keys: ReturnType<typeof redisKeys>,
  subscriber: Pick<RedisSubscriber, "subscribe" | "onLive">,
): PauseSwitch {
  const key = keys.pause(origin);
  // No attempt has such an id.
  const name = `pause:${origin}`;
  return {
    async read() {
      try {
        const text = await run("reading a pause", getScript, key);
        return typeof text === "string" ? text : undefined;
      } catch (error) {
        // It holds no text. That is no failure of Redis, and must not count as an empty key.
        if (error instanceof RedisStoreError && error.kind === "unreadable") return "";
        throw error;
      }
    },
    async compareAndSet(text, next) {
      const before = text === undefined ? [] : [text];
      return (await run("writing a pause", pauseScript, key, keys.changed, name, next, ...before)) === 1;
    },
    async subscribe(listener) {
      const end = await subscriber.subscribe(name, () => listener());
      // The subscriber itself calls later, so that not all that are watched read at one moment.
      const leave = subscriber.onLive(listener);
      return () => {
        leave();
        end();
      };
    },
  };
}
