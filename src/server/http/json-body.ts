import { parseJson } from "../../protocol/parse.js";
import { invalidRequest } from "./api-error.js";

/**
 * Reads the JSON object in a request's body; `{}` if the body is empty.
 *
 * @throws ApiError 413, 415 or 400
 */
export async function readJsonObject(request: Request, maxBytes: number): Promise<Record<string, unknown>> {
  const bytes = await readBytes(request, maxBytes);
  if (bytes.byteLength === 0) return {};
  if (!isJsonType(request.headers.get("content-type"))) {
    throw invalidRequest("The body must be application/json.", { status: 415 });
  }
  const value = parseJson(decode(bytes));
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw invalidRequest("The body must be a JSON object.");
}

async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array> {
  const contentLength = request.headers.get("content-length");
  if (contentLength === null) {
    return request.body ? readStream(request.body, maxBytes) : new Uint8Array();
  }
  if (Number(contentLength) > maxBytes) throw tooLarge(maxBytes);
  if (Number(contentLength) === 0) return new Uint8Array();
  // `arrayBuffer()` is far cheaper than a stream, which a server creates only when it is used.
  const body = await request.arrayBuffer().catch(() => {
    throw incomplete();
  });
  if (body.byteLength > maxBytes) throw tooLarge(maxBytes);
  return new Uint8Array(body);
}

async function readStream(stream: ReadableStream<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const body = new Uint8Array(maxBytes);
  let length = 0;
  const reader = stream.getReader();
  for (;;) {
    const chunk = await reader.read().catch(() => {
      throw incomplete();
    });
    const { done, value } = chunk;
    if (done) return body.subarray(0, length);
    if (length + value.byteLength > maxBytes) {
      await reader.cancel().catch(() => undefined);
      throw tooLarge(maxBytes);
    }
    body.set(value, length);
    length += value.byteLength;
  }
}

const incomplete = () => invalidRequest("The body broke off.");

const tooLarge = (maxBytes: number) =>
  invalidRequest(`The body may have at most ${maxBytes} bytes.`, { status: 413 });

/** `application/json` (RFC 8259) or a type that ends in `+json` (RFC 6839). */
const isJsonType = (contentType: string | null): boolean =>
  /^application\/(?:[\w.-]+\+)?json$/i.test(contentType?.split(";")[0]?.trim() ?? "");

/** Invalid UTF-8 is no JSON: the empty text neither. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return "";
  }
}
