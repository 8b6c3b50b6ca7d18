const encoder = new TextEncoder();
/** Keeps a BOM, which a header may begin with. */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * A copy of a text, for what is kept of a request. V8 makes a part of a text, as of `slice` or a regular expression, a reference
 * into the whole one: 512 characters of a header would keep its 15 kB in memory.
 */
export const copyOf = (text: string): string => decoder.decode(encoder.encode(text));
