import assert from "node:assert/strict";
import { test } from "node:test";
import { SpanKind, SpanStatusCode, type Attributes } from "@opentelemetry/api";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from "@opentelemetry/sdk-trace-base";
import { exportedSpan } from "../../../../src/service/opentelemetry/exported-span.js";

const memory = new InMemorySpanExporter();
const tracer = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(memory)] }).getTracer("t");

function spanOf(kind: SpanKind, attributes: Attributes): ReadableSpan {
  memory.reset();
  const span = tracer.startSpan("name", { kind, attributes });
  span.addLink({ context: span.spanContext(), attributes: { user: "alice" } });
  span.recordException(new TypeError("ERR unknown command, with args beginning with: 'alice'"));
  span.setStatus({ code: SpanStatusCode.ERROR, message: "alice" });
  span.end();
  return memory.getFinishedSpans()[0] ?? assert.fail();
}

test("a span goes out with its identity, its times and its kind, and without a person", () => {
  const span = spanOf(SpanKind.CLIENT, {
    "db.system.name": "redis",
    "db.operation.name": "EVAL",
    "db.query.text": "EVAL … alice",
    "client.address": "192.0.2.7",
    "network.peer.address": "192.0.2.7",
    "user_agent.original": "alice",
    "url.full": "https://example.com/?alice",
    "of.tomorrow": "alice",
  });
  const out = exportedSpan(span);
  assert.deepEqual(out.attributes, { "db.system.name": "redis", "db.operation.name": "EVAL" });
  assert.deepEqual(out.status, { code: SpanStatusCode.ERROR });
  assert.deepEqual(
    out.events.map(({ name, attributes }) => [name, attributes]),
    [["exception", { "exception.type": "TypeError" }]],
  );
  assert.deepEqual(out.links, [{ context: span.spanContext() }]);
  assert.deepEqual(
    [out.name, out.kind, out.startTime, out.endTime, out.spanContext(), out.resource],
    [span.name, span.kind, span.startTime, span.endTime, span.spanContext(), span.resource],
  );
  // The SDK's own stays as it is, for another processor.
  assert.equal(span.attributes["db.query.text"], "EVAL … alice");
});

test("the server's name goes out with a call that this process makes, and not with a request, whose client wrote it", () => {
  const attributes = { "server.address": "alice.example", "http.request.method": "GET" };
  assert.deepEqual(exportedSpan(spanOf(SpanKind.CLIENT, attributes)).attributes, attributes);
  assert.deepEqual(exportedSpan(spanOf(SpanKind.SERVER, attributes)).attributes, {
    "http.request.method": "GET",
  });
});
