import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { freePort } from "../../../support/services/free-port.js";
import type { Proxy, StartProxy } from "../../../support/services/proxy.js";

/** Three servers of this process behind a proxy, to see what it does with nodes that fail. */
export interface FakeNodes {
  proxy: Proxy;
  servers: readonly Server[];
  close: () => Promise<void>;
}

/** @param answer what a node does with a request; to the health check it says that it is well */
export async function fakeNodes(start: StartProxy, answer: RequestListener): Promise<FakeNodes> {
  const servers = [1, 2, 3].map(() =>
    createServer((request, response) => {
      if (request.url === "/health") response.end();
      else answer(request, response);
    }),
  );
  for (const server of servers) await once(server.listen(0, "127.0.0.1"), "listening");
  const nodes = servers.map((server) => (server.address() as AddressInfo).port);
  const proxy = await start({ port: await freePort(), nodes });
  return {
    proxy,
    servers,
    async close() {
      await proxy.stop();
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
}
