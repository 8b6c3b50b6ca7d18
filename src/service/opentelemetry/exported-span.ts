import type { Attributes, SpanKind } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";

/**
 * The attributes that leave the process: those of the service's own spans, and of HTTP, Redis, DNS and sockets what no client
 * sends. A list of those that stay here would miss what the next version of an instrumentation adds.
 */
const exported: readonly string[] = [
  ...["call", "reason", "repeated", "status"],
  ...["http.request.method", "http.response.status_code", "network.protocol.version", "url.scheme"],
  ...["db.system.name", "db.operation.name", "network.transport", "server.port", "error.type"],
  // As instrumentations before the stable conventions name them.
  ...["http.method", "http.status_code", "http.flavor", "http.scheme", "db.system", "net.transport"],
];

/** Of a call that this process makes, the server is one of its settings. In a request it is what the client wrote as `Host`. */
const exportedOfCalls: readonly string[] = [...exported, "server.address", "net.peer.name"];

/** As a number, so that the API is not loaded before the SDK. */
const server: SpanKind.SERVER = 1;

/** The span without what could be a person's: user, address, browser, cookie, and the texts of commands and errors. */
export function exportedSpan(span: ReadableSpan): ReadableSpan {
  const names = span.kind === server ? exported : exportedOfCalls;
  const own = {
    attributes: pick(span.attributes, names),
    // An error of Redis may repeat the command's arguments.
    status: { code: span.status.code },
    events: span.events.map((event) => ({
      ...event,
      attributes: pick(event.attributes, ["exception.type"]),
    })),
    links: span.links.map(({ context }) => ({ context })),
  };
  return Object.create(
    span,
    Object.fromEntries(Object.entries(own).map(([name, value]) => [name, { value, enumerable: true }])),
  ) as ReadableSpan;
}

const pick = (attributes: Attributes = {}, names: readonly string[]): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([name]) => names.includes(name)));
