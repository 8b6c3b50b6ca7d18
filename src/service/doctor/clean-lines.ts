import { getSystemErrorMap } from "node:util";
import { withoutSecrets } from "../../server/token-server/redaction.js";
import type { Line } from "./lines.js";

/** Makes text safe to print. Everything that doctor writes passes through it, because a server may have written part of it. */
interface Cleaner {
  /** Without secrets, on one line. */
  text: (text: string) => string;
  /** The same for a line, whose texts are also shortened. */
  line: (line: Line) => Line;
}

/** Shorter ones would match ordinary words. A secret that short protects nothing. */
const shortestSecret = 4;
const mostCharacters = 300;
/** A fix is doctor's own text, so it may be longer. */
const maxFixLength = 1000;

/** @param secrets texts that no output may hold */
export function cleaner(secrets: readonly string[]): Cleaner {
  const long = secrets.filter((secret) => secret.length >= shortestSecret);
  const redact = withoutSecrets(
    [...long, ...long.map((secret) => Buffer.from(secret).toString("base64").replace(/=+$/, ""))],
    errorCodes(long),
  );
  // Redacted before it is shortened: half of a secret would not match.
  const text = (given: string): string => inWritingOrder(redact(given));
  return {
    text,
    line: (line) => ({
      ...line,
      says: shortened(text(line.says), mostCharacters),
      ...("fix" in line && { fix: shortened(text(line.fix), maxFixLength) }),
    }),
  };
}

/** System error codes stay as they are: no server sends them, and redacting letters in them would reveal a short secret. */
function errorCodes(secrets: readonly string[]): string[] {
  const system = [...getSystemErrorMap().values()].map(([code]) => code);
  const ofTls = "(?:CERT|CRL|DEPTH_ZERO|ERR|HPE|SELF_SIGNED|UNABLE_TO)_[A-Z\\d_]+";
  const isOne = new RegExp(`^${ofTls}`, "i");
  return [...system, "ENOTFOUND", ...(secrets.some((secret) => isOne.test(secret)) ? [] : [ofTls])];
}

/** Removes direction marks, which could reorder the words of a line, what cannot be seen, and lone surrogates. */
const inWritingOrder = (text: string): string => text.replace(/[\p{Cs}\p{Cf}]/gu, " ");

/** Cuts out the middle, so that doctor's words around a server's text stay. */
function shortened(text: string, most: number): string {
  const characters = [...text];
  if (characters.length <= most) return text;
  const end = Math.floor(most / 3);
  return [...characters.slice(0, most - end - 1), "…", ...characters.slice(-end)].join("");
}
