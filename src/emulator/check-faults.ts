import { expect, expectObject, optional } from "./option-assertions.js";
import { isTokenServerErrorCode } from "./oauth/vendor-errors.js";
import { type Faults, type FaultyAnswer } from "./faults.js";

/** Checks faults. Throws an error that names the one that is wrong and says what is expected. */
export function checkFaults(faults: Faults): Faults {
  expectObject("faults", faults, [
    "delayMilliseconds",
    "start",
    "result",
    "callbacks",
    "errorShape",
    "unanswered",
  ] satisfies (keyof Faults)[]);
  const { delayMilliseconds, start, result, callbacks = {}, errorShape, unanswered } = faults;
  expectWait("faults.delayMilliseconds", delayMilliseconds);
  expectAnswer("faults.start", start);
  expectAnswer("faults.result", result);
  expectObject("faults.callbacks", callbacks, ["lose", "times", "delayMilliseconds"]);
  optional("faults.callbacks.lose", callbacks.lose, "boolean");
  expectWait("faults.callbacks.delayMilliseconds", callbacks.delayMilliseconds);
  const { times = 1 } = callbacks;
  expect(
    Number.isInteger(times) && times >= 1 && times <= 100,
    "faults.callbacks.times",
    "must be a whole number from 1 to 100",
  );
  expectOneOf("faults.errorShape", errorShape, ["error", "error_code"]);
  expectOneOf("faults.unanswered", unanswered, ["not_found", "not_authenticated"]);
  return faults;
}

function expectWait(name: string, milliseconds = 0): void {
  expect(
    typeof milliseconds === "number" && milliseconds >= 0 && milliseconds <= 3_600_000,
    name,
    "must be a number of milliseconds from 0 to an hour",
  );
}

function expectOneOf(name: string, value: unknown, words: readonly string[]): void {
  expect(
    value === undefined || (typeof value === "string" && words.includes(value)),
    name,
    `must be one of ${words.join(", ")}`,
  );
}

function expectAnswer(name: string, answer: FaultyAnswer | undefined): void {
  if (answer === undefined || typeof answer === "function" || isTokenServerErrorCode(answer)) return;
  expect(
    typeof answer === "object",
    name,
    "must be a number of the vendor's error table, {status, body, contentType} or a function",
  );
  expectObject(name, answer, ["status", "body", "contentType"]);
  // `Response` takes no other status, nor a body with these.
  const { status, body } = answer;
  expect(
    Number.isInteger(status) && status >= 200 && status <= 599 && ![204, 205, 304].includes(status),
    `${name}.status`,
    "must be a status from 200 to 599 that may have a body",
  );
  expect(typeof body === "string", `${name}.body`, "must be a text");
}
