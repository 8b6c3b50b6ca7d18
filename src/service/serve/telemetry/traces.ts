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

/** The attributes of a span. None of them comes from a browser, is a secret, or identifies a person. */
const attributeNames: readonly string[] = ["call", "reason", "repeated", "status"];

/** Events without a span, because strangers can cause them at will, with any attempt's id. */
const unwanted: readonly LoginKitEvent["type"][] = ["limited", "request_refused", "ticket_refused"];

const tracerName = "onegini-otp-login";

/** The tracer of the process's SDK, if there is one. It may be registered at any time. */
function tracerOfSdk(): Tracer | undefined {
  const provider = trace.getTracerProvider();
  // The API's default provider, whose spans do nothing until an SDK is registered.
  return provider instanceof ProxyTracerProvider
    ? provider.getDelegateTracer(tracerName)
    : provider.getTracer(tracerName);
}

/**
 * Makes a span for each event of an attempt, as long as the event's `durationMs`. The trace's id is the attempt's (128 random
 * bits), so the spans of one login form one trace over all processes. Without an SDK it does nothing.
 *
 * https://opentelemetry.io/docs/specs/otel/trace/api/
 */
export function traceEvent(event: LoginKitEvent): void {
  if (!("attempt" in event) || event.attempt === undefined || unwanted.includes(event.type)) return;
  const tracer = tracerOfSdk();
  if (!tracer) return;
  const { attempt, type, level, durationMs } = event;
  const traceId = Buffer.from(attempt, "base64url").toString("hex");
  // The attempt itself has no span, because no process sees all of it.
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
