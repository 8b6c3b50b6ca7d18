import { parseJson } from "../../protocol/login-api.js";
import { readUpTo } from "../bytes.js";
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
  if (Number(contentLength) > maxBytes) throw tooLarge(maxBytes);
  if (contentLength === "0" || (contentLength === null && !request.body)) return new Uint8Array();
  try {
    // With a length, `arrayBuffer()` is far cheaper than a stream, which a server creates only when it is used.
    const bytes =
      contentLength === null && request.body
        ? await readUpTo(request.body, maxBytes)
        : new Uint8Array(await request.arrayBuffer());
    if (bytes && bytes.byteLength <= maxBytes) return bytes;
  } catch {
    throw invalidRequest("The body is incomplete.");
  }
  throw tooLarge(maxBytes);
}

const tooLarge = (maxBytes: number) =>
  invalidRequest(`The body may have at most ${maxBytes} bytes.`, { status: 413 });

/** `application/json` (RFC 8259) or a type that ends in `+json` (RFC 6839). */
const isJsonType = (contentType: string | null): boolean =>
  /^application\/(?:[\w.-]+\+)?json$/i.test(contentType?.split(";")[0]?.trim() ?? "");

/** The text; empty for invalid UTF-8, which is not JSON. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return "";
  }
}
