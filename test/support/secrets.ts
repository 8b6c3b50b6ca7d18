/** A piece of what came out of a site, and where. */
export interface Outflow {
  where: string;
  text: string;
}

/** Something that may be in few places only. */
export interface Secret {
  name: string;
  value: string;
  /** The places where it belongs; none if undefined. */
  belongs: RegExp | undefined;
}

/** Every secret that stands, in whatever form, where it does not belong. Empty if all is well. */
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

/** The secrets that are nowhere, not even where they belong: the search would be blind to them. */
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

/** Shorter ones would be found by chance. */
const minCharacters = 8;

/** The ways in which a secret may be written down. */
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

/** What base64 makes of a text that stands in the middle of a longer one, so many bytes after a group's beginning. */
function insideBase64(text: string, offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]);
  return bytes.toString("base64").slice(Math.ceil((offset * 8) / 6), Math.floor((bytes.length * 8) / 6));
}
