/** A text that left a site, and where it went. */
export interface Outflow {
  where: string;
  text: string;
}

/** A text that may only be in certain places. */
export interface Secret {
  name: string;
  value: string;
  /** Where it may be. Undefined: nowhere. */
  belongs: RegExp | undefined;
}

/** The secrets that are where they do not belong, in any form. Empty if there is no leak. */
export function findLeaks(outflows: readonly Outflow[], secrets: readonly Secret[]): string[] {
  const leaks = new Set<string>();
  for (const { name, value, belongs } of secrets) {
    const forms = formsOf(value);
    for (const { where, text } of outflows) {
      if (belongs?.test(where)) continue;
      for (const [form, written] of forms) {
        if (text.includes(written)) leaks.add(`${name}, ${form}: ${where}`);
      }
    }
  }
  return [...leaks];
}

/** The secrets that were not found even where they belong. For them the search would not work. */
export const neverSeen = (outflows: readonly Outflow[], secrets: readonly Secret[]): string[] =>
  secrets
    .filter(({ belongs }) => belongs !== undefined)
    .filter(({ value, belongs }) => {
      const written = [...formsOf(value).values()];
      return !outflows.some(
        ({ where, text }) => belongs?.test(where) === true && written.some((form) => text.includes(form)),
      );
    })
    .map(({ name }) => name);

/** Shorter texts would be found by chance. */
const minCharacters = 8;

/** The forms in which a secret may be written. */
export function formsOf(value: string): Map<string, string> {
  if (value.length < minCharacters) throw new Error(`Too short to be searched for: ${value}`);
  const form = new URLSearchParams({ "": value }).toString().slice(1);
  const written = new Map([
    ["as it is", value],
    ["percent-encoded", encodeURIComponent(value)],
    ["form-encoded", form],
    ["percent-encoded twice", encodeURIComponent(encodeURIComponent(value))],
    ["in JSON", JSON.stringify(value).slice(1, -1)],
    ["in JSON in JSON", JSON.stringify(JSON.stringify(value)).slice(3, -3)],
    ["in hex", Buffer.from(value).toString("hex")],
  ]);
  for (const [kind, text] of [
    ["", value],
    [" of its form encoding", form],
  ] as const) {
    for (const offset of [0, 1, 2]) {
      const inside = insideBase64(text, offset);
      written.set(`in base64${kind} at ${offset}`, inside);
      written.set(`in base64url${kind} at ${offset}`, inside.replaceAll("+", "-").replaceAll("/", "_"));
    }
  }
  return written;
}

/**
 * The base64 of a text that begins `offset` bytes after the beginning of a group, without the neighbouring characters.
 */
function insideBase64(text: string, offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]);
  return bytes.toString("base64").slice(Math.ceil((offset * 8) / 6), Math.floor((bytes.length * 8) / 6));
}
