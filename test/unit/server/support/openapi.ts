import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { parseJson } from "../../../../src/protocol/login-api.js";
import {
  dataOf,
  entryName,
  kindOf,
  kindOfJson,
  listedOf,
  readDocument,
  resolveReferences,
  type Header,
  type MediaType,
  type OpenApiDocument,
  type Operation,
  type ResponseObject,
  type Schema,
} from "./openapi-document.js";

/** An answer of the login API. */
export interface Answer {
  method: string;
  /** The path below the API's base path, such as `/callback`, or "". */
  path: string;
  status: number;
  headers: Iterable<[name: string, value: string]>;
  /** Undefined if the body was not read. For a stream: the text so far. */
  body?: string | undefined;
}

/** Headers of server and proxies, which the document does not list. */
const serverHeaders = new Set(
  "connection content-length date keep-alive server strict-transport-security transfer-encoding via x-powered-by".split(
    " ",
  ),
);

/** A document of OpenAPI, for checks of answers. */
export class OpenApi {
  readonly document: OpenApiDocument;
  readonly #ajv = new Ajv2020({ strictTypes: false, allErrors: true });
  readonly #validators = new WeakMap<Schema, ValidateFunction>();
  readonly #paths: { template: string; pattern: RegExp }[];
  readonly #basePath: string;

  /** @param basePath the path of the API, which the answers' paths do not have */
  constructor(document: Record<string, unknown>, basePath: string) {
    this.#basePath = basePath;
    this.document = resolveReferences(document);
    // Between ES modules and CommonJS, the named import is the function itself.
    (addFormats as unknown as (ajv: Ajv2020) => void)(this.#ajv);
    this.#paths = Object.keys(this.document.paths)
      .sort((a, b) => Number(a.includes("{")) - Number(b.includes("{")))
      .map((template) => ({ template, pattern: new RegExp(`^${template.replace(/\{\w+\}/g, "[^/]+")}$`) }));
  }

  /** The difference of a value from a schema. */
  faults(schema: Schema, value: unknown): string[] {
    let validate = this.#validators.get(schema);
    if (!validate) {
      validate = this.#ajv.compile(schema);
      this.#validators.set(schema, validate);
    }
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) =>
        `${instancePath || "the value"} ${message} ${JSON.stringify(params)}`,
    );
  }

  /** The difference of an answer from the document, and the entries of the document that it covers. */
  examine(answer: Answer): { faults: string[]; shows: string[] } {
    const { label, operation } = this.#operation(answer.method, answer.path);
    const entry = responseFor(operation, answer.status);
    const name = `${label} ${answer.status}`;
    if (!entry) return { faults: [`${name} is not documented`], shows: [] };
    const [status, response] = entry;
    const given = collect(answer.headers);
    const type = given.get("content-type")?.[0]?.split(";")[0]?.trim().toLowerCase();
    const mediaType = mediaTypeOf(response, type);
    const headers = headersOf(response, mediaType?.[1]);
    const faults = [
      ...this.#headerFaults(given, headers, response["x-further-headers"] === true),
      ...this.#bodyFaults(answer, response, type, mediaType?.[1]),
    ].map((fault) => `${name}: ${fault}`);
    const shows = Object.keys(headers)
      .filter((header) => given.has(header.toLowerCase()))
      .map((header) => `${label} ${status} header ${header}`);
    const kind = answer.method === "HEAD" ? "" : kindOf(answer.body);
    shows.push(entryName(label, status, mediaType?.[0], kind));
    return { faults, shows };
  }

  /** All possible entries of answers in the document: statuses, types, kinds of bodies and headers. */
  listed(): string[] {
    const operations: [string, Pick<Operation, "responses">][] = [["* *", this.document["x-other-paths"]]];
    for (const [path, { "x-other-methods": others, ...item }] of Object.entries(this.document.paths)) {
      for (const [method, operation] of Object.entries(item))
        if ("responses" in operation) operations.push([`${method.toUpperCase()} ${path}`, operation]);
      operations.push([`* ${path}`, others]);
    }
    return operations.flatMap(([label, { responses }]) =>
      Object.entries(responses).flatMap(([status, response]) => listedOf(label, status, response)),
    );
  }

  #operation(method: string, path: string): { label: string; operation: Pick<Operation, "responses"> } {
    const pathname = this.#basePath + path.replace(/[?#].*$/s, "");
    const template = this.#paths.find(({ pattern }) => pattern.test(pathname))?.template;
    const item = template === undefined ? undefined : this.document.paths[template];
    if (!item) return { label: "* *", operation: this.document["x-other-paths"] };
    const operation = (item as Record<string, Operation | undefined>)[method.toLowerCase()];
    return operation
      ? { label: `${method} ${template}`, operation }
      : { label: `* ${template}`, operation: item["x-other-methods"] };
  }

  #headerFaults(
    given: Map<string, string[]>,
    documented: Record<string, Header>,
    mayHaveMore: boolean,
  ): string[] {
    const names = new Map(Object.entries(documented).map(([name, header]) => [name.toLowerCase(), header]));
    const faults: string[] = [];
    for (const [name, { required, schema }] of names) {
      const values = given.get(name);
      if (!values && required) faults.push(`the header ${name} is missing`);
      for (const text of values ?? []) {
        const value = schema["type"] === "integer" && /^\d+$/.test(text) ? Number(text) : text;
        faults.push(...this.faults(schema, value).map((fault) => `header ${name}: "${text}": ${fault}`));
      }
    }
    for (const name of mayHaveMore ? [] : given.keys())
      if (!names.has(name) && !serverHeaders.has(name) && name !== "content-type")
        faults.push(`the header ${name} is not documented`);
    return faults;
  }

  #bodyFaults(
    { method, body }: Answer,
    response: ResponseObject,
    type: string | undefined,
    mediaType: MediaType | undefined,
  ): string[] {
    if (!response.content) return type !== undefined || body ? ["it has no body"] : [];
    if (!mediaType) return [`the type ${type ?? "(none)"} is not documented`];
    if (method === "HEAD") return body ? ["HEAD has no body"] : [];
    if (body === undefined || !mediaType.schema) return [];
    if (type === "text/event-stream") return this.#streamFaults(mediaType, body);
    const json = parseJson(body);
    return json === undefined ? [`no JSON: ${body}`] : this.faults(mediaType.schema, json);
  }

  #streamFaults(mediaType: MediaType, body: string): string[] {
    // The last event may not be complete yet.
    const whole = body.slice(0, body.includes("\n\n") ? body.lastIndexOf("\n\n") + 2 : 0);
    const faults = this.faults(mediaType.schema ?? {}, whole);
    const events = dataOf(whole).map(parseJson);
    for (const event of events) faults.push(...this.faults(mediaType["x-event-data"] ?? {}, event));
    if (events.slice(0, -1).some((event) => kindOfJson(event) !== "pending"))
      faults.push("an event follows one that ends the stream");
    return faults;
  }
}

/** The login API's document. */
export const loginApi = new OpenApi(readDocument(), "/otp-login");

/** @throws Error that says how an answer differs from the document */
export function assertDocumented(answer: Answer): void {
  const { faults } = loginApi.examine(answer);
  if (faults.length > 0) throw new Error(`The answer differs from openapi.yaml:\n${faults.join("\n")}`);
}

const responseFor = (
  { responses }: Pick<Operation, "responses">,
  status: number,
): [string, ResponseObject] | undefined => {
  const key = [String(status), `${Math.floor(status / 100)}XX`, "default"].find((each) => each in responses);
  const response = key === undefined ? undefined : responses[key];
  return key !== undefined && response ? [key, response] : undefined;
};

const mediaTypeOf = (
  { content = {} }: ResponseObject,
  type: string | undefined,
): [string, MediaType] | undefined => {
  const key = [type ?? "", "*/*"].find((each) => each in content);
  const mediaType = key === undefined ? undefined : content[key];
  return key !== undefined && mediaType ? [key, mediaType] : undefined;
};

/** The entries of a response with this type of body. */
function headersOf(
  { headers = {}, content = {} }: ResponseObject,
  mediaType?: MediaType,
): Record<string, Header> {
  const ofTypes = new Set(Object.values(content).flatMap((each) => Object.keys(each["x-headers"] ?? {})));
  const ofAll = Object.entries(headers).filter(([name]) => !ofTypes.has(name));
  return { ...Object.fromEntries(ofAll), ...mediaType?.["x-headers"] };
}

function collect(headers: Answer["headers"]): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const [name, value] of headers)
    values.set(name.toLowerCase(), [...(values.get(name.toLowerCase()) ?? []), value]);
  return values;
}
