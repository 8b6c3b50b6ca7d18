import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Somebody else's site on this machine: another port of `localhost` is the same site, but another origin. */
export interface Neighbour {
  port: number;
  /** Shows a page with this markup at `/`, with these headers. */
  show(markup: string, headers?: Record<string, string | string[]>): void;
  stop(): Promise<void>;
}

export async function startNeighbour(): Promise<Neighbour> {
  let answer = (response: ServerResponse): void => void response.writeHead(404).end();
  const server = createServer((request, response) => {
    if (request.url === "/") answer(response);
    else response.writeHead(204).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    show(markup, headers = {}) {
      answer = (response) =>
        void response
          .writeHead(200, { "content-type": "text/html; charset=utf-8", ...headers })
          .end(`<!doctype html><title>A neighbour</title>${markup}`);
    },
    async stop() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
