import { Refusal } from "./answers.js";

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

/** The announced length is believed only to refuse: a chunked body has none. */
async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array | Refusal> {
  const tooLarge = new Refusal("invalid_request", `The body may have at most ${maxBytes} bytes.`, {
    status: 413,
  });
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) return tooLarge;
  if (!request.body) return new Uint8Array();
  const body = new Uint8Array(maxBytes);
  let length = 0;
  const reader = (request.body as ReadableStream<Uint8Array>).getReader();
  for (;;) {
    const chunk = await reader.read().catch(() => undefined);
    if (!chunk) return new Refusal("invalid_request", "The body broke off.");
    const { done, value } = chunk;
    if (done) return body.subarray(0, length);
    if (length + value.byteLength > maxBytes) {
      await reader.cancel().catch(() => undefined);
      return tooLarge;
    }
    body.set(value, length);
    length += value.byteLength;
  }
}

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
