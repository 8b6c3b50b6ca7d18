import { createRequire } from "node:module";
import type { SpanExporter } from "@opentelemetry/sdk-trace-base";
import { exportedSpan } from "./exported-span.js";

/*
 * For `node --import onegini-otp-login/opentelemetry.js`. Starts the SDK and the instrumentations of
 * `@opentelemetry/auto-instrumentations-node`, with their variables, as that package's own `register` does. Spans go out by OTLP, and
 * without what identifies a person.
 */

// A package manager may hide the package's own dependencies from others, so each is looked for where it is used.
const here = createRequire(import.meta.url);
const name = "@opentelemetry/auto-instrumentations-node";
const inAuto = createRequire(here.resolve(name));
const inSdk = createRequire(inAuto.resolve("@opentelemetry/sdk-node"));

const auto = here(name) as { getNodeAutoInstrumentations(): unknown; getResourceDetectors(): unknown };
const { NodeSDK } = inAuto("@opentelemetry/sdk-node") as {
  NodeSDK: new (options: object) => { start(): void };
};

const { env } = process;
const protocol = env["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"] ?? env["OTEL_EXPORTER_OTLP_PROTOCOL"] ?? "";
const kind = { grpc: "grpc", "http/json": "http" }[protocol] ?? "proto";
const { OTLPTraceExporter } = inSdk(`@opentelemetry/exporter-trace-otlp-${kind}`) as {
  OTLPTraceExporter: new () => SpanExporter;
};
const exporter = new OTLPTraceExporter();

// Not `process`, which has the command line; nor those of clouds, which make calls.
env["OTEL_NODE_RESOURCE_DETECTORS"] ??= "env,host,os,serviceinstance";
// The service ends its process itself, with the spans that wait. By default they wait five seconds.
env["OTEL_BSP_SCHEDULE_DELAY"] ??= "1000";

new NodeSDK({
  instrumentations: auto.getNodeAutoInstrumentations(),
  resourceDetectors: auto.getResourceDetectors(),
  traceExporter: {
    export: (spans, done) => exporter.export(spans.map(exportedSpan), done),
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  } satisfies SpanExporter,
}).start();
