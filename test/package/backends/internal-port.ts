import { once } from "node:events";
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import { Server as NetServer } from "node:net";
import { freePort } from "../../support/services/free-port.js";

/** What happens to the calls of an internal port. */
type CallMode =
  | "pass"
  | "without secret"
  | "unavailable"
  /** Another server stands where the answer leads. */
  | 302
  | 307
  | "silent"
  /** The connection ends without an answer. The service gets no call. */
  | "dropped"
  /** The service gets the call, and the connection ends without its answer. */
  | "answer lost";

/** An answer to `/redeem`, as a service gives it. */
interface StubbedLogin {
  user_id: string;
  attempt: string;
  login: { approved_at: string };
  set_cookie?: string[];
}

/** A login that a phone has just accepted, for a site that does not look at the rest. */
export const loginOf = (user_id: string): StubbedLogin => ({
  user_id,
  attempt: "attempt",
  login: { approved_at: new Date().toISOString() },
});

/** A port between a site and the internal port of a service, to watch the calls and to make faults. */
export interface InternalPort {
  /** `METHOD /path` of each call so far. */
  list: string[];
  /** What happens to the following calls. */
  mode: CallMode;
  /** A login that is the answer to the following calls of `/redeem`, whatever the ticket. */
  login?: StubbedLogin;
  /** Where 302 and 307 lead. */
  elsewhere?: string;
  /** Runs when a call has arrived, after it is in the list. */
  onCall?: () => void;
  /** The URL for the site. */
  address: string;
  /** Refuses connections from now on, also in the same tick. The calls that have arrived are answered. */
  refuse: () => void;
  /** Takes connections again, if it refused them. */
  accept: () => Promise<void>;
  close: () => void;
}

/** Listens between a site and the internal port of a service. */
export async function listenBetween(internal: string): Promise<InternalPort> {
  const port = await freePort();
  const server = createServer((req, res) => {
    between.list.push(`${req.method} ${req.url}`);
    between.onCall?.();
    switch (between.mode) {
      case "silent":
        return;
      case "dropped":
        return void req.resume().on("end", () => res.destroy());
      case "unavailable":
        return void res.writeHead(503).end("{}");
      case 302:
      case 307:
        return void res.writeHead(between.mode, { location: `${between.elsewhere}${req.url}` }).end();
      case "pass":
      case "without secret":
      case "answer lost":
        if (between.login && req.url === "/redeem") return void answer(res, between.login);
        return pass(req, res, between.mode);
      default:
        return between.mode satisfies never;
    }
  });
  function pass(req: IncomingMessage, res: ServerResponse, mode: CallMode): void {
    const headers = { ...req.headers };
    if (mode === "without secret") delete headers.authorization;
    const onward = request(internal + (req.url ?? ""), { method: req.method, headers }, (answer) => {
      if (mode === "answer lost") return void answer.resume().on("end", () => res.destroy());
      res.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(res);
    });
    onward.once("error", () => res.destroy());
    req.pipe(onward);
  }
  const between: InternalPort = {
    list: [],
    mode: "pass",
    address: `http://127.0.0.1:${port}`,
    // Not the http server's own `close`, which also ends connections on which a request is about to come.
    refuse: () => void NetServer.prototype.close.call(server),
    async accept() {
      if (server.listening) return;
      server.listen(port, "127.0.0.1");
      await once(server, "listening");
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
  await between.accept();
  return between;
}

const answer = (res: ServerResponse, json: object): void =>
  void res.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(json));
