import type { IncomingHttpHeaders, Server, ServerResponse } from "node:http";
import type { Server as HttpsServer } from "node:https";
import { Server as NetServer, type Socket } from "node:net";
import { Server as TlsServer } from "node:tls";

/**
 * The connections of a server that stops without cutting a response. `server.closeIdleConnections()`, which
 * `server.close()` calls, treats a connection as idle once its response is written, and cuts the part not sent yet.
 */
export interface Connections {
  /** From now on every response ends its connection, so that the client's next request opens another one. */
  endAfterResponse: () => void;
  /**
   * Accepts no more connections. Ends each connection after its response, or when it has had no request for `momentMs`: a
   * client that has connected, or that uses a connection again, may have sent one that is not here yet. Resolves when all
   * have ended.
   */
  close: (momentMs: number) => Promise<void>;
  /** The same, but ends every connection at once. */
  destroy: () => void;
}

interface ConnectionState {
  /** Requests whose response is not completely sent. */
  pending: number;
  /** The bytes read when the last response was sent: more than that means that a request is arriving. */
  bytesAtRest: number;
}

/** Turns of the event loop to accept what waits. Under a load that never pauses there is no quiet turn. */
const maxTurns = 100;

/**
 * A stream ends with the server, long after its headers were sent. If they let a proxy keep the connection, it would use it for
 * the next request, which is on its way when the connection ends.
 */
const isForStream = ({ accept }: IncomingHttpHeaders): boolean =>
  accept?.includes("text/event-stream") === true;

/** Sees only connections that are made later: call it before the server has any. */
export function watchConnections(server: Server | HttpsServer): Connections {
  const states = new Map<Socket, ConnectionState>();
  const unanswered = new Set<ServerResponse>();
  let mode: "serving" | "draining" | "ending" = "serving";
  let moment = 0;
  let accepted = 0;

  const addCloseHeader = (response: ServerResponse): void => {
    if (!response.headersSent) response.setHeader("Connection", "close");
  };
  const isIdle = (socket: Socket, { pending, bytesAtRest }: ConnectionState): boolean =>
    pending === 0 && socket.bytesRead === bytesAtRest;

  const endAfterMoment = (socket: Socket, state: ConnectionState): void => {
    // Between a timer and an immediate the process reads what has arrived, also if it was busy before.
    const endIfIdle = () => void (isIdle(socket, state) && socket.destroy());
    setTimeout(() => setImmediate(endIfIdle), moment).unref();
  };

  // One listener for all connections and one for all responses, because thousands of streams may be open.
  function forget(this: Socket): void {
    states.delete(this);
  }
  function settle(this: ServerResponse): void {
    unanswered.delete(this);
    const { socket } = this.req;
    const state = states.get(socket);
    if (!state) return;
    state.pending--;
    state.bytesAtRest = socket.bytesRead;
    // Its headers may have been sent before this server stopped: the client may use its connection again.
    if (mode === "ending") endAfterMoment(socket, state);
  }

  server.on("connection", () => accepted++);
  // With TLS, a request has the socket of the latter event.
  server.on(server instanceof TlsServer ? "secureConnection" : "connection", (socket: Socket) => {
    const state = { pending: 0, bytesAtRest: socket.bytesRead };
    states.set(socket, state);
    socket.on("close", forget);
    // Its handshake took longer.
    if (mode === "ending") endAfterMoment(socket, state);
  });
  // First, because the site's listener may answer at once.
  server.prependListener("request", ({ socket, headers }, response) => {
    const state = states.get(socket);
    if (state) state.pending++;
    unanswered.add(response);
    if (mode !== "serving" || isForStream(headers)) addCloseHeader(response);
    response.on("close", settle);
  });

  const endAfterResponse = (): void => {
    mode = "draining";
    unanswered.forEach(addCloseHeader);
  };
  /** Closing the port resets the connections that the system has made and this process has not accepted yet. */
  const acceptWaiting = async (): Promise<void> => {
    for (let turns = 0, quiet = 0; quiet < 2 && turns < maxTurns; turns++) {
      const before = accepted;
      await new Promise<void>((resolve) => setImmediate(resolve));
      quiet = accepted === before ? quiet + 1 : 0;
    }
  };
  const close = async (momentMs: number): Promise<void> => {
    endAfterResponse();
    await acceptWaiting();
    mode = "ending";
    moment = momentMs;
    // Not the http server's own `close`, which cuts responses: see `Connections`.
    const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()));
    for (const [socket, state] of states) endAfterMoment(socket, state);
    await closed;
  };
  return {
    endAfterResponse,
    close,
    destroy() {
      NetServer.prototype.close.call(server);
      server.closeAllConnections();
    },
  };
}
