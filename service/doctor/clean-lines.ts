import { getSystemErrorMap } from "node:util";
import { withoutSecrets } from "../../src/server/token-server/redaction.js";
import type { Line } from "./lines.js";

/** Makes texts fit to be printed: all that doctor writes goes through here, because a server may have written a part of it. */
export interface Cleaner {
  /** Without secrets, on one line. */
  text: (text: string) => string;
  /** With texts that have an end, too. */
  line: (line: Line) => Line;
}

/** Shorter texts would also be found by chance. Such a secret is no secret. */
const shortestSecret = 4;
const mostCharacters = 300;
/** An advice is doctor's own. */
const mostOfAnAdvice = 1000;

/** @param secrets texts that no output may hold */
export function cleaner(secrets: readonly string[]): Cleaner {
  const long = secrets.filter((secret) => secret.length >= shortestSecret);
  const redact = withoutSecrets(
    [...long, ...long.map((secret) => Buffer.from(secret).toString("base64").replace(/=+$/, ""))],
    errorCodes(long),
  );
  // Redacted before it is cut: a half of a secret would not be found.
  const text = (given: string): string => inWritingOrder(redact(given));
  return {
    text,
    line: (line) => ({
      ...line,
      says: shortened(text(line.says), mostCharacters),
      ...("fix" in line && { fix: shortened(text(line.fix), mostOfAnAdvice) }),
    }),
  };
}

/** A system error's code is no text of a server's. A short secret must not eat its letters, which would tell the secret. */
function errorCodes(secrets: readonly string[]): string[] {
  const system = [...getSystemErrorMap().values()].map(([code]) => code);
  const ofTls = "(?:CERT|CRL|DEPTH_ZERO|ERR|HPE|SELF_SIGNED|UNABLE_TO)_[A-Z\\d_]+";
  const isOne = new RegExp(`^${ofTls}`, "i");
  return [...system, "ENOTFOUND", ...(secrets.some((secret) => isOne.test(secret)) ? [] : [ofTls])];
}

/** Without marks that turn the direction of writing, and so the order of a line's words, and without halves of characters. */
const inWritingOrder = (text: string): string =>
  text.replace(/[\p{Cs}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, " ");

/** Its middle is left out: the words around a server's text stay. */
function shortened(text: string, most: number): string {
  const characters = [...text];
  if (characters.length <= most) return text;
  const end = Math.floor(most / 3);
  return [...characters.slice(0, most - end - 1), "…", ...characters.slice(-end)].join("");
}
