import type { Pause } from "../store/pause-switch.js";
import type { Speaker } from "./pause-register.js";
import { isNote, noteExpected } from "../text/printable.js";

/** The latest time of a `Date`. */
const maxTime = 8.64e15;

/** @throws TypeError that says what is wrong */
function parseSpeaker(method: "pause" | "resume", options: unknown = {}, names: readonly string[]): Speaker {
  if (typeof options !== "object" || options === null)
    throw new TypeError(`kit.${method}: the options are wrong; expected an object with ${names.join(", ")}`);
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new TypeError(`kit.${method}: there is no option "${unknown}"`);
  const speaker: Speaker = {};
  for (const name of ["by", "reason"] as const) {
    const text = (options as Record<string, unknown>)[name];
    if (text === undefined) continue;
    if (typeof text !== "string" || !isNote(text))
      throw new TypeError(`kit.${method}: "${name}" must be ${noteExpected}`);
    speaker[name] = text;
  }
  return speaker;
}

const resumeNames = ["by", "reason", "onThisServer"];

/** @throws TypeError that says what is wrong */
export const parseResume = (options: unknown): Speaker => parseSpeaker("resume", options, resumeNames);

/**
 * Whether the options are for this server alone.
 *
 * @throws TypeError that says what is wrong
 */
export function isOnThisServer(method: "pause" | "resume", options: unknown): boolean {
  const { onThisServer = false, until } = (options ?? {}) as { onThisServer?: unknown; until?: unknown };
  if (typeof onThisServer !== "boolean")
    throw new TypeError(`kit.${method}: "onThisServer" must be true or false`);
  if (onThisServer && until !== undefined)
    throw new TypeError(`kit.${method}: "until" cannot be given with "onThisServer"`);
  return onThisServer;
}

/**
 * @param now the store's clock
 * @throws TypeError that says what is wrong
 */
export function parsePause(options: unknown, now: number): Pause {
  const fault = (mistake: string): TypeError =>
    new TypeError(`kit.pause: ${mistake}; expected a Date or milliseconds since the epoch, in the future`);
  const speaker = parseSpeaker("pause", options, ["until", ...resumeNames]);
  const { until } = (options ?? {}) as { until?: unknown };
  if (until === undefined) return speaker;
  if (typeof until !== "number" && !(until instanceof Date))
    throw fault(`"until" is of type ${until === null ? "null" : typeof until}`);
  const at = Math.ceil(Number(until));
  if (!(Math.abs(at) <= maxTime)) throw fault('"until" is not a time');
  if (at <= now) throw fault('"until" is in the past');
  return { until: at, ...speaker };
}
