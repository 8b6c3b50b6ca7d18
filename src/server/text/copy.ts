/**
 * A copy of a text, for what is kept of a request. V8 makes a part of a text, as of `slice` or a regular expression, a reference
 * into the whole one: 512 characters of a header would keep its 15 kB in memory. Written and read as JSON, which for a short text
 * takes a sixth of the time of a `TextEncoder` and a `TextDecoder`.
 */
export const copyOf = (text: string): string => JSON.parse(JSON.stringify(text)) as string;
