import type { IncomingHttpHeaders, Server, ServerResponse } from "node:http";
import type { Server as HttpsServer } from "node:https";
import { Server as NetServer, type Socket } from "node:net";
import { Server as TlsServer } from "node:tls";

interface ConnectionState {
  /** Requests whose response is not completely sent. */
  pending: number;
  /** The bytes read when the last response was sent: more than that means that a request is arriving. */
  bytesAtRest: number;
}

/** In so many turns of the event loop waiting connections are accepted: under constant load no turn is quiet. */
const maxTurns = 100;

/**
 * A stream ends with the server, long after its headers were sent. If they allowed a proxy to keep the connection, the proxy
 * would reuse it for a request that is on its way when the connection ends.
 */
const isForStream = ({ accept }: IncomingHttpHeaders): boolean =>
  accept?.includes("text/event-stream") === true;

/**
 * The connections of a server that stops without cutting a response. `server.closeIdleConnections()`, which
 * `server.close()` calls, treats a connection as idle once its response is written, and cuts the part not sent yet.
 */
export class Connections {
  readonly #server: Server | HttpsServer;
  readonly #states = new Map<Socket, ConnectionState>();
  readonly #unanswered = new Set<ServerResponse>();
  #mode: "serving" | "draining" | "ending" = "serving";
  #momentMs = 0;
  #accepted = 0;

  /** Tracks only connections that are made later, so call it before the server has any. */
  constructor(server: Server | HttpsServer) {
    this.#server = server;
    // One listener for all connections and one for all responses, because thousands of streams may be open.
    const [states, settled] = [this.#states, (response: ServerResponse) => this.#settled(response)];
    function forget(this: Socket): void {
      states.delete(this);
    }
    function settle(this: ServerResponse): void {
      settled(this);
    }
    server.on("connection", () => this.#accepted++);
    // With TLS, a request has the socket of `secureConnection`.
    server.on(server instanceof TlsServer ? "secureConnection" : "connection", (socket: Socket) => {
      const state = { pending: 0, bytesAtRest: socket.bytesRead };
      states.set(socket, state);
      socket.on("close", forget);
      // Its TLS handshake took longer.
      if (this.#mode === "ending") this.#endAfterMoment(socket, state);
    });
    // First, because the site's listener may answer at once.
    server.prependListener("request", ({ socket, headers }, response) => {
      const state = states.get(socket);
      if (state) state.pending++;
      this.#unanswered.add(response);
      if (this.#mode !== "serving" || isForStream(headers)) addCloseHeader(response);
      response.on("close", settle);
    });
  }

  /** Makes every response end its connection, so that the client's next request opens another one. */
  endAfterResponse(): void {
    this.#mode = "draining";
    this.#unanswered.forEach(addCloseHeader);
  }

  /**
   * Accepts no more connections. Ends each connection after its response, or when it has had no request for `momentMs`, because a
   * client may have sent a request that has not arrived yet. Resolves when all connections have ended.
   */
  async close(momentMs: number): Promise<void> {
    this.endAfterResponse();
    await this.#acceptWaiting();
    this.#mode = "ending";
    this.#momentMs = momentMs;
    // Not the http server's own `close`, which cuts responses.
    const closed = new Promise<void>((resolve) =>
      NetServer.prototype.close.call(this.#server, () => resolve()),
    );
    for (const [socket, state] of this.#states) this.#endAfterMoment(socket, state);
    await closed;
  }

  /** The same, but ends every connection at once. */
  destroy(): void {
    NetServer.prototype.close.call(this.#server);
    this.#server.closeAllConnections();
  }

  #settled(response: ServerResponse): void {
    this.#unanswered.delete(response);
    const { socket } = response.req;
    const state = this.#states.get(socket);
    if (!state) return;
    state.pending--;
    state.bytesAtRest = socket.bytesRead;
    // Its headers may have been sent before this server began to stop, so the client may reuse its connection.
    if (this.#mode === "ending") this.#endAfterMoment(socket, state);
  }

  #endAfterMoment(socket: Socket, state: ConnectionState): void {
    // Between a timer and an immediate the process reads what has arrived, also if it was busy before.
    const endIfIdle = () => void (isIdle(socket, state) && socket.destroy());
    setTimeout(() => setImmediate(endIfIdle), this.#momentMs).unref();
  }

  /** Closing the port resets connections that the system has made but this process has not accepted yet. */
  async #acceptWaiting(): Promise<void> {
    for (let turns = 0, quiet = 0; quiet < 2 && turns < maxTurns; turns++) {
      const before = this.#accepted;
      await new Promise<void>((resolve) => setImmediate(resolve));
      quiet = this.#accepted === before ? quiet + 1 : 0;
    }
  }
}

const addCloseHeader = (response: ServerResponse): void => {
  if (!response.headersSent) response.setHeader("Connection", "close");
};

const isIdle = (socket: Socket, { pending, bytesAtRest }: ConnectionState): boolean =>
  pending === 0 && socket.bytesRead === bytesAtRest;
