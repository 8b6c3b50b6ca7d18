/** A request's body as text, or why there is none. */
type Body = { kind: "text"; text: string } | { kind: "too_large" } | { kind: "unreadable" };

/** Reads at most `maxBytes` of a body, as UTF-8. Never rejects. */
export async function readBody(request: Request, maxBytes: number): Promise<Body> {
  try {
    const text = await readText(request, maxBytes);
    return text === undefined ? { kind: "too_large" } : { kind: "text", text };
  } catch {
    // Not UTF-8, or the caller closed the connection.
    return { kind: "unreadable" };
  }
}

async function readText(request: Request, maxBytes: number): Promise<string | undefined> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const length = request.headers.get("content-length");
  // HTTP limits a body to its declared length, and reading it whole is much faster than as a stream.
  if (length !== null) {
    return Number(length) > maxBytes ? undefined : decoder.decode(await request.arrayBuffer());
  }
  let text = "";
  let bytes = 0;
  for await (const part of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += part.byteLength;
    if (bytes > maxBytes) return undefined;
    text += decoder.decode(part, { stream: true });
  }
  return text + decoder.decode();
}

/** Answers in JSON that is never cached, because every answer is about one login. */
export function jsonResponse(status: number, body: object, headers?: Record<string, string>): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json;charset=UTF-8", "cache-control": "no-store", ...headers },
  });
}
