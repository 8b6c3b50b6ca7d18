import type { Runtime } from "./runtime.js";

/** What came of a call: an answer, whose JSON is undefined if it is none, or nothing. */
export type Reply =
  { kind: "answered"; status: number; json: unknown } | { kind: "unavailable"; reason: string };

/** Far above any answer of a Token Server. */
const maxAnswerBytes = 65_536;

/**
 * Calls another server and reads its JSON, within a time and a size. A redirect is not followed: where we connect is
 * the site's to say. Never rejects.
 */
export async function callJson(
  url: string,
  init: RequestInit,
  timeoutMs: number,
  runtime: Runtime,
): Promise<Reply> {
  const controller = new AbortController();
  const disarm = runtime.after(timeoutMs, () => controller.abort());
  try {
    const response = await fetch(url, { ...init, redirect: "manual", signal: controller.signal });
    const text = await readText(response, maxAnswerBytes);
    return text === undefined
      ? { kind: "unavailable", reason: "answered too much" }
      : { kind: "answered", status: response.status, json: parseJson(text) };
  } catch (error) {
    return {
      kind: "unavailable",
      reason: controller.signal.aborted ? `gave no answer in ${timeoutMs / 1000} s` : describe(error),
    };
  } finally {
    disarm();
  }
}

async function readText(response: Response, maxBytes: number): Promise<string | undefined> {
  if (!response.body) return "";
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > maxBytes) {
      await reader.cancel();
      return undefined;
    }
    text += decoder.decode(value, { stream: true });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The cause says more than "fetch failed", e.g. ECONNREFUSED. */
function describe(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : undefined;
  return `could not be reached (${code ?? (cause instanceof Error ? cause.message : String(cause))})`;
}
