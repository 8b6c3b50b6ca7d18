import { isObject, ownMembers, parseJson } from "../../protocol/login-api.js";
import { readUpTo } from "../text/bytes.js";
import { isJsonType } from "../text/json-type.js";
import { timedOut, withTimeout, type Runtime } from "../runtime.js";
import { invalidRequest } from "./api-error.js";

/** How much of a body is read, and for how long. */
interface BodyLimits {
  maxBytes: number;
  maxMs: number;
}

/**
 * Reads the JSON object in a request's body, with its own members only; none if the body is empty.
 *
 * @throws ApiError 413, 415 or 400
 */
export async function readJsonObject(
  request: Request,
  { maxBytes, maxMs }: BodyLimits,
  runtime: Runtime,
): Promise<Readonly<Record<string, unknown>>> {
  if (request.headers.get("content-length") === "0") return ownMembers({});
  const bytes = await withTimeout(readBytes(request, maxBytes), maxMs, runtime);
  if (bytes === timedOut) throw incomplete();
  if (bytes.byteLength === 0) return ownMembers({});
  if (!isJsonType(request.headers.get("content-type"))) {
    throw invalidRequest("The body must be application/json.", { status: 415 });
  }
  const value = parseJson(decode(bytes));
  if (isObject(value)) return ownMembers(value as Record<string, unknown>);
  throw invalidRequest("The body must be a JSON object.");
}

async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array> {
  const contentLength = request.headers.get("content-length");
  if (Number(contentLength) > maxBytes) throw tooLarge(maxBytes);
  if (contentLength === null && !request.body) return new Uint8Array();
  try {
    // With a length, `arrayBuffer()` is far cheaper than a stream, which a server creates only when it is used.
    const bytes =
      contentLength === null && request.body
        ? await readUpTo(request.body, maxBytes)
        : new Uint8Array(await request.arrayBuffer());
    if (bytes && bytes.byteLength <= maxBytes) return bytes;
  } catch {
    throw incomplete();
  }
  throw tooLarge(maxBytes);
}

const incomplete = () => invalidRequest("The body is incomplete.");

const tooLarge = (maxBytes: number) =>
  invalidRequest(`The body may have at most ${maxBytes} bytes.`, { status: 413 });

/** The text; empty for invalid UTF-8, which is not JSON. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return "";
  }
}
