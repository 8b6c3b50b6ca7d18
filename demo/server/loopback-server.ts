import { createServer, type RequestListener, type Server } from "node:http";
import { Server as NetServer, type AddressInfo } from "node:net";
import { watchConnections, type Connections } from "./connections.js";

/** The demo's sockets: one port, on both addresses that `localhost` can mean. */
export interface Loopback {
  port: number;
  /** Begins to answer; until then requests wait. */
  answer: (listener: RequestListener) => void;
  /** From now on every answer ends its connection; new ones are still accepted. */
  turnAway: () => void;
  /** Accepts nobody any more. Resolves when what has begun is answered and every connection has ended. */
  close: () => Promise<void>;
  /** Ends every connection, whatever is under way on it. */
  cut: () => void;
}

/**
 * Longer than any proxy in front keeps a quiet connection (nginx: 60 s). Who closes it first must be the proxy: else it
 * sends a request into a connection that is just being closed, and a POST is not sent twice.
 */
const keepAliveMs = 75_000;

/**
 * Listens on 127.0.0.1 and ::1, on the same port; a machine without IPv6 does without ::1.
 *
 * @param port - 0 picks one that is free on both
 * @throws the system's error, with its `code` (`EADDRINUSE`, `EACCES`)
 */
export async function listenOnLoopback(port: number): Promise<Loopback> {
  for (let attempt = 1; ; attempt++) {
    const ipv4 = await listen(port, "127.0.0.1");
    const chosen = (ipv4.server.address() as AddressInfo).port;
    try {
      const ipv6 = await listen(chosen, "::1");
      return loopback(chosen, [ipv4, ipv6]);
    } catch (error) {
      const code = codeOf(error);
      if (code === "EADDRNOTAVAIL" || code === "EAFNOSUPPORT") return loopback(chosen, [ipv4]);
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

function loopback(port: number, all: Listening[]): Loopback {
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
    turnAway: () => all.forEach(({ connections }) => connections.endWithAnswers()),
    close: async () => {
      await Promise.all(all.map(close));
    },
    cut: () => all.forEach(({ server }) => server.closeAllConnections()),
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
    // Not the http server's own `close`, which cuts answers that are on their way: see `connections.ts`.
    NetServer.prototype.close.call(server, () => resolve());
    connections.endWithAnswers();
    connections.endIdle();
  });
}
