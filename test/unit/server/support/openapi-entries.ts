import type { ResponseObject } from "./openapi-document.js";

/** The things that a document lists, by name: each status, type, kind of body and header of an operation's answers. */

/** What a response lists. */
export function listedOf(label: string, status: string, { headers = {}, content }: ResponseObject): string[] {
  const types = Object.entries(content ?? {}).flatMap(([type, { examples = {} }]) => {
    const kinds = label.startsWith("HEAD")
      ? []
      : Object.values(examples).map(({ value }) => kindOfJson(value));
    return [...new Set(kinds.length > 0 ? kinds : [""])].map((kind) => entryName(label, status, type, kind));
  });
  return [
    ...(content ? types : [entryName(label, status, undefined, "")]),
    ...Object.keys(headers).map((name) => `${label} ${status} header ${name}`),
  ];
}

export const entryName = (label: string, status: string, type: string | undefined, kind: string): string =>
  [label, status, type, kind].filter((part) => part !== undefined && part !== "").join(" ");

/** Which kind of body it is: the error's code, the status, of a stream the last one. */
export const kindOf = (body: string | undefined): string =>
  kindOfJson(body !== undefined && /^[[{]/.test(body) ? parseJson(body) : body);

/** The same of what was parsed. */
export function kindOfJson(value: unknown): string {
  const json = typeof value === "string" ? parseJson(dataOf(value).at(-1) ?? "") : value;
  const { error, status } = (json ?? {}) as Record<string, unknown>;
  return [error, status].find((each) => typeof each === "string") ?? "";
}

/** The data of a stream's events. */
export const dataOf = (stream: string): string[] =>
  [...stream.matchAll(/^data: ?(.*)$/gm)].map(([, data]) => data ?? "");

/** Undefined for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
