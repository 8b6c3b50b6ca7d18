import type { Attempt } from "../attempt/attempt.js";
import { parseAttempt } from "./redis-attempt.js";
import type { RedisClock } from "./redis-clock.js";
import type { RedisCommands } from "./redis-commands.js";
import type { RedisKeys } from "./redis-keys.js";
import { compareAndSetScript, createScript, getScript, pointScript } from "./redis-scripts.js";
import type { AttemptStore } from "../attempt/attempt-store.js";

/** What is done to attempts in Redis. */
export function redisAttempts(
  commands: RedisCommands,
  keys: RedisKeys,
  clock: RedisClock,
): Pick<AttemptStore, "create" | "get" | "compareAndSet" | "findByTransaction"> {
  /** As long as an attempt is remembered, so long lives what belongs to it. */
  const life = ({ forgetAt }: Attempt): string => String(Math.max(1, Math.ceil(forgetAt - clock.now())));

  /** Before the attempt that names them is written, so that nobody finds an attempt whose callback goes nowhere. */
  const point = async (attempt: Attempt): Promise<void> => {
    const ms = life(attempt);
    await Promise.all(
      attempt.transactions.map(({ id }) =>
        commands.run("writing a transaction", pointScript, keys.transaction(id), attempt.id, ms),
      ),
    );
  };

  const get = async (id: string): Promise<Attempt | undefined> => {
    const key = keys.attempt(id);
    const value = await commands.run("reading an attempt", getScript, key);
    return value === null ? undefined : parseAttempt(key, id, value);
  };

  return {
    get,
    async create(attempt) {
      await point(attempt);
      const key = keys.attempt(attempt.id);
      const json = JSON.stringify(attempt);
      const isNew = await commands.run("creating an attempt", createScript, key, json, life(attempt));
      if (isNew !== 1) throw new Error(`Redis: there is an attempt "${attempt.id}" already`);
    },
    async compareAndSet(id, version, next) {
      await point(next);
      const args = [String(version), JSON.stringify(next), life(next), keys.changed, id];
      return (
        (await commands.run("changing an attempt", compareAndSetScript, keys.attempt(id), ...args)) === 1
      );
    },
    async findByTransaction(transactionId) {
      const owner = await commands.run("finding a transaction", getScript, keys.transaction(transactionId));
      if (typeof owner !== "string") return undefined;
      const attempt = await get(owner);
      return attempt?.transactions.some(({ id }) => id === transactionId) ? attempt : undefined;
    },
  };
}
