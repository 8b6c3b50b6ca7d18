import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** The demo's sockets: one port, on both addresses that `localhost` can mean. */
export interface Loopback {
  port: number;
  /** Begins to answer; until then requests wait. */
  answer: (listener: RequestListener) => void;
  /** Ends every connection. */
  close: () => Promise<void>;
}

/**
 * Listens on 127.0.0.1 and ::1, on the same port; a machine without IPv6 does without ::1.
 *
 * @param port - 0 picks one that is free on both
 * @throws the system's error, with its `code` (`EADDRINUSE`, `EACCES`)
 */
export async function listenOnLoopback(port: number): Promise<Loopback> {
  for (let attempt = 1; ; attempt++) {
    const ipv4 = await listen(port, "127.0.0.1");
    const chosen = (ipv4.address() as AddressInfo).port;
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

function loopback(port: number, servers: Server[]): Loopback {
  return {
    port,
    answer: (listener) => servers.forEach((server) => server.on("request", listener)),
    close: async () => {
      await Promise.all(servers.map(close));
    },
  };
}

function listen(port: number, host: string): Promise<Server> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve(server);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
