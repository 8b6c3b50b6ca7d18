import type { CodeAnswer } from "../../protocol/login-api.js";
import type { Code } from "./state.js";

const second = 1000;
/** No code lives longer than a day: browsers' timers overflow after 25. */
const longest = 86_400;

/**
 * Puts a code's times on this browser's clock. The next one is asked for at a quarter of its life left: at most 30 s,
 * at least 5 s, never more than half of it; and not sooner than in half a second, for servers whose codes have no life.
 * @param answer the server's answer
 * @param now when it arrived, in milliseconds of `Date.now()`
 */
export function toCode(answer: Pick<CodeAnswer, "otp" | "expires_in">, now: number): Code {
  const life = Math.min(answer.expires_in, longest) * second;
  const lead = Math.min(30 * second, Math.max(5 * second, life / 4), life / 2);
  return {
    otp: answer.otp,
    since: now,
    renewAt: now + Math.max(life - lead, second / 2),
    endsAt: now + life,
  };
}
