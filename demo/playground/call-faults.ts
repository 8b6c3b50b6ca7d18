import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Network } from "./playground-choices.js";
import type { PlaygroundSession } from "./playground-sessions.js";
import { throughNetwork } from "./stream-faults.js";

/** Node's own objects behind a request. */
export interface Sockets {
  incoming: IncomingMessage;
  outgoing: ServerResponse;
}

/** The kind of a call; each has its own faults. */
export type CallKind = "codes" | "stream" | "polls" | "login";

/** Passes a call to the kit. */
type CallKit = (request: Request) => Promise<Response>;

const delayMs: Record<Network["delay"], number> = { none: 0, short: 300, medium: 1_500, long: 6_000 };

/** Answers one call through the session's network. */
export async function withFaults(
  kind: CallKind,
  request: Request,
  { session, callKit, sockets }: { session: PlaygroundSession; callKit: CallKit; sockets: Sockets },
): Promise<Response> {
  const { signal } = request;
  await delay(delayMs[session.network.delay]);
  // Checked again after each change: a silent call goes on when the fault is switched off.
  while (session.network[kind] === "silent" && kind !== "stream" && !signal.aborted)
    await session.changed(signal);
  if (signal.aborted) return reset(sockets);
  const answer = () =>
    session.network.cookies === "blocked" ? withoutCookies(request, callKit) : callKit(request);
  const fault = session.network[kind];
  switch (fault) {
    case "works":
    case "silent":
    case "cut":
    case "buffered":
      return kind === "stream" ? streamOf(await answer(), session) : answer();
    case "garbage":
      return kind === "stream" ? streamOf(await answer(), session) : html();
    case "busy":
      return errorResponse(429, "too_many_requests", { "Retry-After": "10" });
    case "down":
      return errorResponse(503, "temporarily_unavailable", { "Retry-After": "2" });
    case "paused":
      return errorResponse(503, "login_paused", { "Retry-After": "30" }, { resumes_in: 600 });
    case "forbidden":
      return errorResponse(403, "forbidden_origin");
    case "refused":
      return kind === "login"
        ? Response.json({ error: "account_blocked" }, { status: 403 })
        : errorResponse(503, "temporarily_unavailable");
    case "wrong": {
      const body: unknown = await request
        .clone()
        .json()
        .catch(() => undefined);
      const { number } = Object(body) as { number?: unknown };
      return typeof number === "string"
        ? errorResponse(403, "wrong_number", {}, { digits: number.length, tries_left: 2, expires_in: 300 })
        : answer();
    }
    case "failed":
      return errorResponse(403, "pairing_failed");
    case "broken":
      return errorResponse(500, "server_error");
    case "lost":
      await answer();
      return reset(sockets);
    case "reset":
      return reset(sockets);
    default:
      return fault satisfies never;
  }
}

function streamOf(answer: Response, session: PlaygroundSession): Response {
  const isStream = answer.headers.get("content-type")?.startsWith("text/event-stream");
  if (!answer.ok || !isStream || !answer.body) return answer;
  return new Response(throughNetwork(answer.body, session), {
    status: answer.status,
    headers: answer.headers,
  });
}

/** As for a browser that neither accepts nor sends cookies. */
async function withoutCookies(request: Request, callKit: CallKit): Promise<Response> {
  const headers = new Headers(request.headers);
  headers.delete("cookie");
  const { url, method, signal } = request;
  const body = method === "GET" ? null : await request.arrayBuffer();
  const answer = await callKit(new Request(url, { method, headers, body, signal }));
  const kept = new Headers(answer.headers);
  kept.delete("set-cookie");
  return new Response(answer.body, { status: answer.status, headers: kept });
}

/** Ends the connection without a response. */
function reset({ outgoing }: Sockets): Response {
  outgoing.destroy();
  return RESPONSE_ALREADY_SENT;
}

const errorResponse = (
  status: number,
  error: string,
  headers: Record<string, string> = {},
  members: object = {},
): Response =>
  Response.json(
    { error, error_description: "Made by the playground.", ...members },
    { status, headers: { "Cache-Control": "no-store", ...headers } },
  );

/** The response of a captive portal. */
const html = (): Response =>
  new Response("<!doctype html><title>Welcome</title><p>Welcome to our Wi-Fi.", {
    headers: { "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store" },
  });
