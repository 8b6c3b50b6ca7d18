import { printable } from "../text/printable.js";

/**
 * What may be a code, a key or a token, from any source: 40 characters or more without a break, or 16 bytes in base64.
 * A UUID does not match.
 */
const secretPattern = /[\w-]{40,}={0,2}|(?:[A-Za-z0-9+/]|%2[BFbf]){22}(?:==|%3[Dd]%3[Dd])/g;

/** The name of an error, in words: `ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED`. A long one would look like a key. */
const errorName = /^(?:[A-Z]{1,15}\d{0,3}(?:_[A-Z]{1,15}\d{0,3})+|[a-z]{1,15}(?:_[a-z]{1,15})+)$/;

const withoutKeys = (found: string): string => (errorName.test(found) ? found : "[secret]");

/** Characters that nobody sees, or that `printable` replaces: a secret with some of them in it can still be read. */
const unseen = "\\p{Cc}\\p{Cf}\\p{Cs}\\u2028\\u2029";

/**
 * Makes a function that removes secrets from someone else's text, in each form in which they may be quoted and with unseen
 * characters between their letters, and all that looks like one. The text is printable then.
 *
 * @param kept patterns of words that stay, even if they contain a secret
 */
export function withoutSecrets(
  secrets: readonly string[],
  kept: readonly string[] = [],
): (text: string) => string {
  const forms = secrets.flatMap(formsOf).sort((one, other) => other.length - one.length);
  const words = kept.length > 0 ? `\\b(?:${kept.join("|")})\\b` : "(?!)";
  // A secret that goes on after such a word is removed whole.
  const begins = new RegExp(`^${words}.`, "i");
  const longer = forms.filter((form) => begins.test(form));
  const ownSecret = new RegExp(
    [...longer.map(partedPattern), `(${words})`, ...forms.map(partedPattern)].join("|"),
    "giu",
  );
  return (text) => {
    const redacted = text.replace(ownSecret, (_found, word?: string) => word ?? "[secret]");
    return printable(redacted).replace(secretPattern, withoutKeys);
  };
}

const formsOf = (secret: string): string[] => [
  secret,
  formEncode(secret),
  encodeURIComponent(secret),
  JSON.stringify(secret).slice(1, -1),
];

/** Encodes a text as application/x-www-form-urlencoded. */
export const formEncode = (text: string): string => new URLSearchParams({ "": text }).toString().slice(1);

/**
 * A secret with unseen characters between its letters. Its own, and its blanks, may be quoted as either. One class stands between
 * two letters, so that a text of nothing else takes no more than linear time.
 */
function partedPattern(secret: string): string {
  const words = secret.split(blanks).filter((word) => word !== "");
  const parted = words.map((word) => [...word].map(escapeForRegExp).join(`[${unseen}]*`));
  return parted.length > 0 ? parted.join(`[${unseen} ]*`) : "(?!)";
}

const escapeForRegExp = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

const blanks = new RegExp(`[${unseen} ]+`, "u");
