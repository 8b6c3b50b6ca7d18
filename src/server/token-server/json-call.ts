import type { Runtime } from "../runtime.js";
import type { OutgoingCall, Transport } from "./transport.js";

/** What came of a call: an answer, whose JSON is undefined if it is none, or nothing. */
export type Reply =
  { kind: "answered"; status: number; json: unknown } | { kind: "unavailable"; reason: string };

/** Far above any answer of a Token Server. */
const maxAnswerBytes = 65_536;

/** Calls another server and reads its JSON, within a time and a size. Never rejects. */
export async function callJson(
  call: Omit<OutgoingCall, "maxBytes">,
  timeoutMs: number,
  { runtime, transport }: { runtime: Runtime; transport: Transport },
): Promise<Reply> {
  const exchange = transport({ ...call, maxBytes: maxAnswerBytes });
  let timedOut = false;
  const disarm = runtime.after(timeoutMs, () => {
    timedOut = true;
    exchange.cancel();
  });
  try {
    const { status, text } = await exchange.answer;
    return text === undefined
      ? { kind: "unavailable", reason: "answered too much" }
      : { kind: "answered", status, json: parseJson(text) };
  } catch (error) {
    return {
      kind: "unavailable",
      reason: timedOut ? `gave no answer in ${timeoutMs / 1000} s` : describe(error),
    };
  } finally {
    disarm();
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
