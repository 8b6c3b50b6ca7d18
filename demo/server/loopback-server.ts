import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import { Server as NetServer, type AddressInfo, type Socket } from "node:net";

/** The demo's server: one port on both addresses of `localhost`. */
export interface LoopbackServer {
  port: number;
  /** Begins to answer. Until then requests wait. */
  answer: (listener: RequestListener) => void;
  /** From now on every response ends its connection. New connections are still accepted. */
  drain: () => void;
  /** Accepts no more connections. Resolves when every request is answered and every connection has ended. */
  close: () => Promise<void>;
  /** Ends every connection, also in the middle of a response. */
  destroy: () => void;
}

/**
 * Longer than a proxy keeps an idle connection (nginx: 60 s), so that the proxy closes it first. If the demo closed it
 * first, the proxy might send a request at that moment, and it does not send a POST twice.
 */
const keepAliveMs = 75_000;

/**
 * Listens on 127.0.0.1 and, if the machine has IPv6, on ::1, with the same port.
 *
 * @param port - 0 picks a port that is free on both
 * @throws the system's error, with its `code` (`EADDRINUSE`, `EACCES`)
 */
export async function listenOnLoopback(port: number): Promise<LoopbackServer> {
  for (let attempt = 1; ; attempt++) {
    const ipv4 = await listen(port, "127.0.0.1");
    const chosen = (ipv4.server.address() as AddressInfo).port;
    try {
      const ipv6 = await listen(chosen, "::1");
      return combine(chosen, [ipv4, ipv6]);
    } catch (error) {
      const code = codeOf(error);
      if (code === "EADDRNOTAVAIL" || code === "EAFNOSUPPORT") return combine(chosen, [ipv4]);
      await close(ipv4);
      if (code !== "EADDRINUSE" || port !== 0 || attempt === 10) throw error;
    }
  }
}

/** The system's code for an error, such as `EADDRINUSE`. */
export const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | null)?.code;

interface Listening {
  server: Server;
  connections: Connections;
}

function combine(port: number, all: Listening[]): LoopbackServer {
  let begin: (listener: RequestListener) => void = () => undefined;
  const begun = new Promise<RequestListener>((resolve) => (begin = resolve));
  for (const { server } of all) {
    server.on("request", (request, response) => {
      void begun.then((listener) => void listener(request, response));
    });
  }
  return {
    port,
    answer: begin,
    drain: () => all.forEach(({ connections }) => connections.endAfterResponse()),
    close: async () => {
      await Promise.all(all.map(close));
    },
    destroy: () => all.forEach(({ server }) => server.closeAllConnections()),
  };
}

function listen(port: number, host: string): Promise<Listening> {
  const server = createServer({ keepAliveTimeout: keepAliveMs });
  const connections = watchConnections(server);
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve({ server, connections });
    });
  });
}

function close({ server, connections }: Listening): Promise<void> {
  return new Promise((resolve) => {
    // Not the http server's own `close`, which cuts responses: see `Connections`.
    NetServer.prototype.close.call(server, () => resolve());
    connections.endAfterResponse();
    connections.endIdle();
  });
}

/**
 * The connections of a server that stops without cutting a response. `server.closeIdleConnections()`, which
 * `server.close()` calls, treats a connection as idle once its response is written, and cuts the part not sent yet.
 */
interface Connections {
  /** From now on every response ends its connection, so that the client's next request opens another one. */
  endAfterResponse: () => void;
  /** Ends every connection without a request in progress, and each of the others after its response. */
  endIdle: () => void;
}

interface ConnectionState {
  /** Requests whose response is not completely sent. */
  pending: number;
  /** The bytes read when the last response was sent: more than that means that a request is arriving. */
  bytesAtRest: number;
}

/** Call it before the server listens: it must see every connection from its beginning. */
function watchConnections(server: Server): Connections {
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

  server.on("connection", (socket: Socket) => {
    states.set(socket, { pending: 0, bytesAtRest: 0 });
    socket.on("close", forget);
  });
  server.on("request", ({ socket }, response) => {
    const state = states.get(socket);
    if (state) state.pending++;
    unanswered.add(response);
    if (mode !== "serving") addCloseHeader(response);
    response.on("close", settle);
  });

  return {
    endAfterResponse() {
      mode = "draining";
      unanswered.forEach(addCloseHeader);
    },
    endIdle() {
      mode = "ending";
      for (const [socket, state] of states) if (isIdle(socket, state)) socket.destroy();
    },
  };
}
