import { parseJson } from "../../protocol/parse.js";
import type { Runtime } from "../runtime.js";
import type { Transport, TransportCall } from "./transport.js";

/** The result of a call: an answer, whose `json` is undefined where the body is no JSON, or none. */
export type Reply =
  { kind: "answered"; status: number; json: unknown } | { kind: "unavailable"; reason: string };

/** Far above any answer of a Token Server. */
const maxAnswerBytes = 65_536;

/** Calls another server and parses its JSON, within a time and a size. Never rejects. */
export async function callJson(
  call: Omit<TransportCall, "maxBytes" | "signal">,
  timeoutMs: number,
  { runtime, transport }: { runtime: Runtime; transport: Transport },
): Promise<Reply> {
  const timeout = new AbortController();
  const cancel = runtime.after(timeoutMs, () => timeout.abort());
  try {
    const { status, text } = await transport({ ...call, maxBytes: maxAnswerBytes, signal: timeout.signal });
    return text === undefined
      ? { kind: "unavailable", reason: "answered too much" }
      : { kind: "answered", status, json: parseJson(text) };
  } catch (error) {
    const reason = timeout.signal.aborted ? `gave no answer in ${timeoutMs / 1000} s` : describe(error);
    return { kind: "unavailable", reason };
  } finally {
    cancel();
  }
}

/** The cause says more than "fetch failed", e.g. ECONNREFUSED. */
function describe(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : undefined;
  return `could not be reached (${code ?? (cause instanceof Error ? cause.message : String(cause))})`;
}
