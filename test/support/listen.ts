import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

/** Listens on a free port of loopback until the test ends. Resolves to the origin. */
export async function listen(t: Pick<TestContext, "after">, server: Server): Promise<string> {
  // On a busy machine it would close an idle connection in the moment in which the client sends its next request.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
