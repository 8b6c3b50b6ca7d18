import type { Server, ServerResponse } from "node:http";
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
   * Accepts no more connections. Ends every connection without a request in progress, and each of the others after its
   * response. Resolves when all have ended.
   */
  close: () => Promise<void>;
  /** The same, but ends every connection at once. */
  destroy: () => void;
}

interface ConnectionState {
  /** Requests whose response is not completely sent. */
  pending: number;
  /** The bytes read when the last response was sent: more than that means that a request is arriving. */
  bytesAtRest: number;
}

/** Sees only connections that are made later: call it before the server has any. */
export function watchConnections(server: Server | HttpsServer): Connections {
  const states = new Map<Socket, ConnectionState>();
  const unanswered = new Set<ServerResponse>();
  let mode: "serving" | "draining" | "ending" = "serving";

  const addCloseHeader = (response: ServerResponse): void => {
    if (!response.headersSent) response.setHeader("Connection", "close");
  };
  const isIdle = (socket: Socket, { pending, bytesAtRest }: ConnectionState): boolean =>
    pending === 0 && socket.bytesRead === bytesAtRest;

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
    if (mode === "ending" && isIdle(socket, state)) socket.destroy();
  }

  // With TLS, a request has the socket of the latter event.
  server.on(server instanceof TlsServer ? "secureConnection" : "connection", (socket: Socket) => {
    states.set(socket, { pending: 0, bytesAtRest: socket.bytesRead });
    socket.on("close", forget);
  });
  // First, because the site's listener may answer at once.
  server.prependListener("request", ({ socket }, response) => {
    const state = states.get(socket);
    if (state) state.pending++;
    unanswered.add(response);
    if (mode !== "serving") addCloseHeader(response);
    response.on("close", settle);
  });

  const endAfterResponse = (): void => {
    mode = "draining";
    unanswered.forEach(addCloseHeader);
  };
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      // Not the http server's own `close`, which cuts responses: see `Connections`.
      NetServer.prototype.close.call(server, () => resolve());
      endAfterResponse();
      mode = "ending";
      for (const [socket, state] of states) if (isIdle(socket, state)) socket.destroy();
    });
  return {
    endAfterResponse,
    close,
    destroy() {
      NetServer.prototype.close.call(server);
      server.closeAllConnections();
    },
  };
}
