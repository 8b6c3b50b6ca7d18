import { Refusal } from "./api-error.js";

/** The JSON object that a request carries, `{}` for an empty body, or why there is none. */
export async function readJsonObject(
  request: Request,
  maxBytes: number,
): Promise<Record<string, unknown> | Refusal> {
  const bytes = await readBytes(request, maxBytes);
  if (bytes instanceof Refusal) return bytes;
  if (bytes.byteLength === 0) return {};
  if (!isJsonType(request.headers.get("content-type"))) {
    return new Refusal("invalid_request", "The body must be application/json.", { status: 415 });
  }
  const value = parseJson(bytes);
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : new Refusal("invalid_request", "The body must be a JSON object.");
}

/** An announced length is believed to refuse at once; what has none, a chunked body, is counted as it comes. */
async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array | Refusal> {
  const announced = request.headers.get("content-length");
  if (announced !== null) {
    if (Number(announced) > maxBytes) return tooLarge(maxBytes);
    if (Number(announced) === 0) return new Uint8Array();
    // In one piece: far cheaper than a stream, which every server builds only when it is asked for.
    const body = await request.arrayBuffer().catch(() => undefined);
    if (!body) return brokenOff;
    return body.byteLength > maxBytes ? tooLarge(maxBytes) : new Uint8Array(body);
  }
  return request.body ? readStream(request.body, maxBytes) : new Uint8Array();
}

async function readStream(
  stream: ReadableStream<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array | Refusal> {
  const body = new Uint8Array(maxBytes);
  let length = 0;
  const reader = stream.getReader();
  for (;;) {
    const chunk = await reader.read().catch(() => undefined);
    if (!chunk) return brokenOff;
    const { done, value } = chunk;
    if (done) return body.subarray(0, length);
    if (length + value.byteLength > maxBytes) {
      await reader.cancel().catch(() => undefined);
      return tooLarge(maxBytes);
    }
    body.set(value, length);
    length += value.byteLength;
  }
}

const brokenOff = new Refusal("invalid_request", "The body broke off.");

const tooLarge = (maxBytes: number): Refusal =>
  new Refusal("invalid_request", `The body may have at most ${maxBytes} bytes.`, { status: 413 });

/** RFC 8259, and a suffix as in RFC 6839. */
const isJsonType = (contentType: string | null): boolean =>
  /^application\/(?:[\w.-]+\+)?json$/i.test(contentType?.split(";")[0]?.trim() ?? "");

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
