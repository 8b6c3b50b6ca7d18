import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { parseJson } from "../../../../src/protocol/login-api.js";

/** The parts of an OpenAPI document that the tests read, with references resolved. */

export type Schema = Record<string, unknown>;

export interface Header {
  required?: boolean;
  schema: Schema;
  example?: unknown;
}

export interface MediaType {
  schema?: Schema;
  examples?: Record<string, { value: unknown }>;
  /** Headers of answers with this media type only. */
  "x-headers"?: Record<string, Header>;
  /** The schema of a stream's events. */
  "x-event-data"?: Schema;
}

export interface ResponseObject {
  headers?: Record<string, Header>;
  content?: Record<string, MediaType>;
  /** Whether unlisted headers are allowed. */
  "x-further-headers"?: boolean;
}

export interface Operation {
  operationId?: string;
  responses: Record<string, ResponseObject>;
  requestBody?: { content: Record<string, MediaType> };
}

export const methods = ["get", "head", "post", "put", "patch", "delete", "options", "trace"] as const;

type PathItem = Partial<Record<(typeof methods)[number], Operation>> & {
  /** The answer to any other method. */
  "x-other-methods": Pick<Operation, "responses">;
};

export interface OpenApiDocument {
  paths: Record<string, PathItem>;
  /** The answer to any other path. */
  "x-other-paths": Pick<Operation, "responses">;
}

/** A published document; by default the login API's. */
export const readDocument = (name = "openapi.yaml"): Record<string, unknown> =>
  parse(readFileSync(new URL(`../../../../${name}`, import.meta.url), "utf8")) as Record<string, unknown>;

/**
 * The document with each `$ref` replaced by its target. A `$ref` with siblings, as JSON Schema allows, becomes an
 * `allOf`.
 *
 * @throws Error that names a reference without a target
 */
export function resolveReferences(document: Record<string, unknown>): OpenApiDocument {
  const targets = new Map<string, unknown>();
  const target = (reference: string): unknown => {
    if (!targets.has(reference)) targets.set(reference, resolve(pointedAt(document, reference)));
    return targets.get(reference);
  };
  const resolve = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(resolve);
    if (typeof node !== "object" || node === null) return node;
    const { $ref: reference, ...rest } = node as Record<string, unknown>;
    const others = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, resolve(value)]));
    if (typeof reference !== "string") return others;
    return Object.keys(others).length > 0 ? { allOf: [target(reference), others] } : target(reference);
  };
  return resolve(document) as OpenApiDocument;
}

function pointedAt(document: unknown, reference: string): unknown {
  const steps = reference.replace(/^#\//, "").split("/");
  let node = document;
  for (const step of steps) {
    const key = step.replaceAll("~1", "/").replaceAll("~0", "~");
    node = (node as Record<string, unknown> | undefined)?.[key];
  }
  if (node === undefined) throw new Error(`${reference} names nothing`);
  return node;
}

/** The names of what a response lists. */
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

/** The kind of a body: the error's code, the status, or of a stream the last status. */
export const kindOf = (body: string | undefined): string =>
  kindOfJson(body !== undefined && /^[[{]/.test(body) ? parseJson(body) : body);

/** The kind of a parsed body. */
export function kindOfJson(value: unknown): string {
  const json = typeof value === "string" ? parseJson(dataOf(value).at(-1) ?? "") : value;
  const { error, status } = (json ?? {}) as Record<string, unknown>;
  return [error, status].find((each) => typeof each === "string") ?? "";
}

/** The data of a stream's events. */
export const dataOf = (stream: string): string[] =>
  [...stream.matchAll(/^data: ?(.*)$/gm)].map(([, data]) => data ?? "");
