import {
  ProxyTracerProvider,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Attributes,
  type Tracer,
} from "@opentelemetry/api";
import type { LoginKitEvent } from "onegini-otp-login/server";

/** What a span says. None of it comes from a browser, is a secret, or tells who somebody is. */
const attributeNames: readonly string[] = ["call", "reason", "repeated", "status"];

/** Strangers cause these at will, with the id of any attempt. */
const unwanted: readonly LoginKitEvent["type"][] = ["limited", "request_refused", "ticket_refused"];

const tracerName = "onegini-otp-login";

/** The tracer of the SDK that this process has, if one is set. It may be set at any time. */
function tracerOfSdk(): Tracer | undefined {
  const provider = trace.getTracerProvider();
  // The API's own provider, which makes spans that do nothing until an SDK is set.
  return provider instanceof ProxyTracerProvider
    ? provider.getDelegateTracer(tracerName)
    : provider.getTracer(tracerName);
}

/**
 * Makes a span of each event of an attempt, as long as the event's `durationMs`. The trace's id is the attempt's, whose 128
 * random bits all nodes know: so the spans of one login are one trace, whichever processes made them. Without an SDK
 * nothing is made.
 *
 * https://opentelemetry.io/docs/specs/otel/trace/api/
 */
export function traceEvent(event: LoginKitEvent): void {
  if (!("attempt" in event) || event.attempt === undefined || unwanted.includes(event.type)) return;
  const tracer = tracerOfSdk();
  if (!tracer) return;
  const { attempt, type, level, durationMs } = event;
  const traceId = Buffer.from(attempt, "base64url").toString("hex");
  // The attempt itself is no span: no node sees all of it.
  const root = { traceId, spanId: traceId.slice(0, 16), traceFlags: TraceFlags.SAMPLED, isRemote: true };
  const endTime = Date.now();
  const startTime = endTime - durationMs;
  const span = tracer.startSpan(type, { startTime }, trace.setSpanContext(ROOT_CONTEXT, root));
  if (!span.isRecording()) return;
  span.setAttributes(attributesOf(event));
  if (level !== "info") span.setStatus({ code: SpanStatusCode.ERROR });
  span.end(endTime);
}

const attributesOf = (event: LoginKitEvent): Attributes =>
  Object.fromEntries(
    Object.entries(event).filter((entry: [string, unknown]): entry is [string, string | number | boolean] =>
      attributeNames.includes(entry[0]),
    ),
  );
