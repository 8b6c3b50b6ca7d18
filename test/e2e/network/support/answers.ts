import {
  isOfLogin,
  isStream,
  type Interference,
  type LoggedRequest,
} from "../../../support/fault-proxy/fault-proxy.js";

/** An answer as it goes over the wire. */
export const answer = (status: string, type: string, body: string): string =>
  `HTTP/1.1 ${status}\r\nContent-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

const html = "<!doctype html><title>Not what you asked for</title><p>Sorry.";

type Interfere = (request: LoggedRequest, head: string) => Interference | undefined;

const forStreams =
  (text: string): Interfere =>
  (request) =>
    isStream(request) ? { kind: "answer", answer: text } : undefined;

/** Servers, and what stands in front of them, that have no server-sent events. */
export const withoutStreams: Record<string, Interfere> = {
  "406": forStreams(answer("406 Not Acceptable", "application/json", '{"error":"invalid_request"}')),
  "404 with HTML": forStreams(answer("404 Not Found", "text/html", html)),
  "200 with HTML": forStreams(answer("200 OK", "text/html", html)),
  "502 with HTML": forStreams(answer("502 Bad Gateway", "text/html", html)),
  "JSON instead": (request, head) =>
    isStream(request)
      ? { kind: "rewrite", head: head.replace("text/event-stream", "application/json") }
      : undefined,
};

/** What a proxy says while there is no server behind it. */
export const badGateway: Interfere = (request) =>
  isOfLogin(request) ? { kind: "answer", answer: answer("502 Bad Gateway", "text/html", html) } : undefined;
