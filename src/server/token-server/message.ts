/** The login for which a message is made. */
export interface MessageDetails<Context = unknown> {
  /** The language of the page as two or three letters, e.g. `nl`; undefined if it is unknown. */
  language: string | undefined;
  /** The browser's request for a code. */
  request: Request;
  /** The second argument of `kit.fetch`; from the Node adapter `{ req, res }`. */
  context: Context;
}

/** Makes the text that the phone shows for a login: 1 to `maxMessageLength` characters. */
export type Message<Context = unknown> = (details: MessageDetails<Context>) => string | Promise<string>;

/** Where the number stands in a message. The vendor's templates use `{code}` and square brackets. */
const placeholder = "{number}";

/** The message with its number. */
export const withNumber = (message: string, number: string): string => message.replace(placeholder, number);

/**
 * Checks the option, and the texts that the site's function returns, so that an event names the cause instead of the Token
 * Server's error.
 *
 * @param digits how many the number has that stands in each text; undefined without `pairing`
 * @throws TypeError
 */
export function checkedMessage<Context>(
  message: string | Message<Context> | undefined,
  maxLength: number,
  digits: number | undefined,
): Message<Context> | undefined {
  if (message === undefined && digits === undefined) return undefined;
  if (typeof message === "function")
    return async (details) => {
      const text: unknown = await message(details);
      if (isMessage(text, maxLength, digits)) return text;
      throw new TypeError(`"message" must return ${expectedOf(text, maxLength, digits)}`);
    };
  if (isMessage(message, maxLength, digits)) return () => message;
  const problem = message === undefined ? "missing" : message === "" ? "empty" : "wrong";
  throw new TypeError(
    `createLoginKit: "message" is ${problem}; expected a string of ${expectedOf(message, maxLength, digits)}, or a function`,
  );
}

function expectedOf(text: unknown, maxLength: number, digits: number | undefined): string {
  if (digits !== undefined)
    return `at most ${maxLength} characters with ${digits} digits in place of ${placeholder}, which "pairing" needs exactly once`;
  const isForPairing = typeof text === "string" && text.includes(placeholder);
  return `1 to ${maxLength} characters${isForPairing ? ` without ${placeholder}, which is for "pairing"` : ""}`;
}

const isMessage = (text: unknown, maxLength: number, digits: number | undefined): text is string =>
  typeof text === "string" && text !== "" && messageProblem(text, maxLength, digits) === undefined;

/** What is wrong with a text: the number stands in it too often or not at all, or it is too long. */
export function messageProblem(
  text: string,
  maxLength: number,
  digits: number | undefined,
): "number" | "length" | undefined {
  const parts = text.split(placeholder);
  if (parts.length !== (digits === undefined ? 1 : 2)) return "number";
  return [...parts.join("")].length + (digits ?? 0) <= maxLength ? undefined : "length";
}
