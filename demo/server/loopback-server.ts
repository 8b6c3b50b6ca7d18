import { createServer, type RequestListener, type Server } from "node:http";
import { gracefulShutdown } from "onegini-otp-login/node";
import type { LoginKit } from "onegini-otp-login/server";
import { codeOf } from "../../src/service/process/error-code.js";
import { listen } from "../../src/service/process/listen.js";
import type { Storage } from "./storage.js";

/** The demo's server: one port on both addresses of `localhost`. */
export interface LoopbackServer {
  port: number;
  /** Starts answering. Until then requests wait. */
  answer: (listener: RequestListener) => void;
  /** Stops without losing an answer: see `gracefulShutdown`. */
  shutDown: (options: ShutdownOptions) => Promise<boolean>;
}

interface ShutdownOptions {
  kit: Pick<LoginKit, "close">;
  storage: Pick<Storage, "close">;
  noticeSeconds: number;
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
    const [ipv4, ipv6] = [newServer(), newServer()];
    // Before they listen: no connection and no request may be missed.
    const server = combine([ipv4, ipv6]);
    const { port: chosen } = await listen(ipv4, port, "127.0.0.1");
    try {
      await listen(ipv6, chosen, "::1");
      return { port: chosen, ...server };
    } catch (error) {
      const code = codeOf(error);
      if (code === "EADDRNOTAVAIL" || code === "EAFNOSUPPORT") return { port: chosen, ...server };
      await new Promise((resolve) => ipv4.close(resolve));
      if (code !== "EADDRINUSE" || port !== 0 || attempt === 10) throw error;
    }
  }
}

const newServer = (): Server => createServer({ keepAliveTimeout: keepAliveMs });

function combine(servers: Server[]): Omit<LoopbackServer, "port"> {
  let begin: (listener: RequestListener) => void = () => undefined;
  const begun = new Promise<RequestListener>((resolve) => (begin = resolve));
  for (const server of servers) {
    server.on("request", (request, response) => {
      void begun.then((listener) => void listener(request, response));
    });
  }
  // The kit needs the port, so it is created later. But every connection has to be seen.
  let options: ShutdownOptions | undefined;
  const shutDown = gracefulShutdown(
    servers,
    { close: async () => options?.kit.close() },
    { store: { close: () => options?.storage.close() } },
  );
  return {
    answer: begin,
    shutDown(given) {
      options = given;
      return shutDown(given);
    },
  };
}
