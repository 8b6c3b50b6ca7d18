import type { CodeAnswer } from "../protocol/login-api.js";
import type { Code } from "./state.js";

const second = 1000;

/**
 * Puts a code's times on this browser's clock. The next one is asked for at a quarter of its life left: at most 30 s,
 * at least 5 s, never more than half of it.
 * @param answer the server's answer
 * @param now when it arrived, in milliseconds of `Date.now()`
 */
export function toCode(answer: CodeAnswer, now: number): Code {
  const life = answer.expires_in * second;
  const lead = Math.min(30 * second, Math.max(5 * second, life / 4), life / 2);
  return { otp: answer.otp, since: now, renewAt: now + life - lead, endsAt: now + life };
}
