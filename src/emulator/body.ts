/** A request's body as text, or why there is none. */
export type Body =
  { kind: "text"; text: string } | { kind: "too_large"; maxBytes: number } | { kind: "unreadable" };

/** Reads at most `maxBytes` of a body, whatever its `Content-Length` says. Never rejects. */
export async function readBody(request: Request, maxBytes: number): Promise<Body> {
  try {
    if (Number(request.headers.get("content-length")) > maxBytes) return { kind: "too_large", maxBytes };
    const reader = request.body?.getReader() as ReadableStreamDefaultReader<Uint8Array> | undefined;
    if (!reader) return { kind: "text", text: "" };
    const decoder = new TextDecoder("utf-8", { fatal: true });
    let text = "";
    let bytes = 0;
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      bytes += part.value.byteLength;
      if (bytes > maxBytes) {
        reader.cancel().catch(() => undefined);
        return { kind: "too_large", maxBytes };
      }
      text += decoder.decode(part.value, { stream: true });
    }
    return { kind: "text", text: text + decoder.decode() };
  } catch {
    // Not UTF-8, read before, or the caller went away.
    return { kind: "unreadable" };
  }
}

/** Decodes one segment of a path; `undefined` where its percent-encoding is broken. */
export function decodeSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
