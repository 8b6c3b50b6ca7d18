import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

/** A session as the browser sees it. */
interface Session {
  status: "INITIALIZED" | "CONNECTED" | "DONE";
  streams: Set<ServerResponse>;
}

const sessions = new Map<string, Session>();

/**
 * A stand-in for the IRMA server that yivi's web client uses (irmago, frontend protocol 1.1). It begins sessions,
 * answers polls with the status, sends each change of it as an event, and gives the result. It checks nothing and
 * answers at once. A phone is a `POST` of the status to the session.
 */
export function serveYivi(req: IncomingMessage, res: ServerResponse): void {
  const [, , , token = "", ...rest] = (req.url ?? "").split("/");
  const session = sessions.get(token);
  if (token === "") begin(req, res);
  else if (!session) res.writeHead(404).end();
  else if (rest[0] === "phone") {
    session.status = rest[1] as Session["status"];
    for (const stream of session.streams) stream.write(event(session));
    res.writeHead(204).end();
  } else if (rest[1] === "statusevents") openStream(session, res);
  else if (rest[1] === "status") json(res, { status: session.status });
  else if (rest[0] === "result") json(res, { status: session.status, token });
  else res.writeHead(204).end();
}

function begin(req: IncomingMessage, res: ServerResponse): void {
  // As long as the tokens of the real server.
  const token = randomBytes(15).toString("base64url");
  sessions.set(token, { status: "INITIALIZED", streams: new Set() });
  json(res, {
    sessionPtr: { u: `http://${req.headers.host}/irma/session/${token}`, irmaqr: "disclosing" },
    token,
    // No pairing: that would be one more request before the code.
    frontendRequest: {
      authorization: randomBytes(15).toString("base64url"),
      pairingHint: false,
      minProtocolVersion: "1.0",
      maxProtocolVersion: "1.1",
    },
  });
}

function openStream(session: Session, res: ServerResponse): void {
  res.writeHead(200, {
    "content-type": "text/event-stream",
    "cache-control": "no-cache, no-transform",
    "x-accel-buffering": "no",
  });
  res.write("event: open\ndata:\n\n");
  session.streams.add(res);
  res.once("close", () => session.streams.delete(res));
}

const event = ({ status }: Session): string => `data: ${JSON.stringify({ status })}\n\n`;

function json(res: ServerResponse, value: unknown): void {
  const text = JSON.stringify(value);
  res.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  res.end(text);
}
