import * as v from "valibot";
import type { Attempt } from "../attempt/attempt.js";
import { RedisStoreError } from "./redis-errors.js";

/** An attempt as it lies in Redis: JSON. */

const instant = v.pipe(v.number(), v.finite());
const count = v.pipe(v.number(), v.safeInteger());

const state = v.variant("status", [
  v.object({ status: v.literal("pending") }),
  v.object({ status: v.picklist(["approved", "completed"]), userId: v.string(), at: instant }),
  v.object({ status: v.picklist(["denied", "expired", "failed"]), at: instant }),
]);

const attempt = v.looseObject({
  id: v.string(),
  version: count,
  browser: v.string(),
  language: v.exactOptional(v.string()),
  address: v.exactOptional(v.string()),
  startedAt: instant,
  transactions: v.array(v.looseObject({ id: v.string(), endsAt: instant, closed: v.boolean() })),
  begun: count,
  state,
  forgetAt: instant,
});

const stored = v.pipe(v.string(), v.parseJson(), attempt);

/**
 * The attempt of that id in the value of a key.
 *
 * @throws RedisStoreError that names the key, if it holds something else
 */
export function parseAttempt(key: string, id: string, value: unknown): Attempt {
  const { success, output, issues } = v.safeParse(stored, value, { abortEarly: true });
  if (success && output.id === id) return output;
  const path = issues ? v.getDotPath(issues[0]) : "id";
  const where = path === null ? "" : ` (${path})`;
  throw new RedisStoreError("unreadable", `Redis: the key "${key}" holds no attempt${where}`);
}
