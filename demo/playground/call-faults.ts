import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Network } from "./playground-choices.js";
import type { Room } from "./playground-sessions.js";
import { throughNetwork } from "./stream-faults.js";

/** Node's own objects behind a request. */
export interface Sockets {
  incoming: IncomingMessage;
  outgoing: ServerResponse;
}

/** Which of the element's calls it is; each has faults of its own. */
export type CallKind = "codes" | "stream" | "polls" | "login";

/** What the kit does with a call. */
export type Usual = (request: Request) => Promise<Response>;

const delayMs: Record<Network["delay"], number> = { none: 0, short: 300, medium: 1_500, long: 6_000 };

/** Answers one call as the room's network lets it through. */
export async function withFaults(
  kind: CallKind,
  request: Request,
  { room, usual, sockets }: { room: Room; usual: Usual; sockets: Sockets },
): Promise<Response> {
  const { signal } = request;
  await delay(delayMs[room.network.delay]);
  // Asked again after each change: what was silent for a while goes on when it is switched off.
  while (room.network[kind] === "silent" && kind !== "stream" && !signal.aborted) await room.changed(signal);
  if (signal.aborted) return reset(sockets);
  const answer = () => (room.network.cookies === "blocked" ? withoutCookies(request, usual) : usual(request));
  const fault = room.network[kind];
  switch (fault) {
    case "works":
    case "silent":
    case "cut":
    case "buffered":
      return kind === "stream" ? streamOf(await answer(), room) : answer();
    case "garbage":
      return kind === "stream" ? streamOf(await answer(), room) : html();
    case "busy":
      return refusal(429, "too_many_requests", { "Retry-After": "10" });
    case "down":
      return refusal(503, "temporarily_unavailable", { "Retry-After": "2" });
    case "forbidden":
      return refusal(403, "forbidden_origin");
    case "refused":
      return kind === "login"
        ? Response.json({ error: "account_blocked" }, { status: 403 })
        : refusal(503, "temporarily_unavailable");
    case "broken":
      return refusal(500, "server_error");
    case "lost":
      await answer();
      return reset(sockets);
    case "reset":
      return reset(sockets);
    default:
      return fault satisfies never;
  }
}

function streamOf(answer: Response, room: Room): Response {
  const isStream = answer.headers.get("content-type")?.startsWith("text/event-stream");
  if (!answer.ok || !isStream || !answer.body) return answer;
  return new Response(throughNetwork(answer.body, room), { status: answer.status, headers: answer.headers });
}

/** As a browser has it that takes no cookies and sends none. */
async function withoutCookies(request: Request, usual: Usual): Promise<Response> {
  const headers = new Headers(request.headers);
  headers.delete("cookie");
  const { url, method, signal } = request;
  const body = method === "GET" ? null : await request.arrayBuffer();
  const answer = await usual(new Request(url, { method, headers, body, signal }));
  const kept = new Headers(answer.headers);
  kept.delete("set-cookie");
  return new Response(answer.body, { status: answer.status, headers: kept });
}

/** No answer at all: to the browser, a connection that broke. */
function reset({ outgoing }: Sockets): Response {
  outgoing.destroy();
  return RESPONSE_ALREADY_SENT;
}

const refusal = (status: number, error: string, headers: Record<string, string> = {}): Response =>
  Response.json(
    { error, error_description: "Made by the playground." },
    { status, headers: { "Cache-Control": "no-store", ...headers } },
  );

/** What a login wall of a hotel answers to everything. */
const html = (): Response =>
  new Response("<!doctype html><title>Welcome</title><p>Welcome to our Wi-Fi.", {
    headers: { "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store" },
  });
