import { createServer } from "node:http";
import { nodeTransport, toNodeHandler, type NodeContext, type NodeHandler } from "onegini-otp-login/node";
import { createLoginKit, type AttemptStore } from "onegini-otp-login/server";
import { backlog, report } from "./child.js";

/**
 * Serves a site with the kit and nothing besides. The process' arguments: the Token Server's address, and the site's
 * origin, if that is another node's address. With `UNLIMITED` in its environment it asks the Token Server as often as
 * it likes, else as often as by default.
 */
export function serveKit(store: AttemptStore): void {
  const [tokenServerUrl = "", publicOrigin] = process.argv.slice(2);
  let handle: NodeHandler = (_req, res) => res.end();
  const server = createServer((req, res) => handle(req, res));
  server.listen({ port: 0, host: "127.0.0.1", backlog }, () => {
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
    const kit = createLoginKit<NodeContext>({
      origin: publicOrigin ?? url,
      transport: nodeTransport,
      tokenServer: { url: tokenServerUrl, clientId: "site", clientSecret: "site-secret", type: "qr-code" },
      message: "Log in to the bench",
      signIn: ({ userId }) => Response.json({}, { headers: { "set-cookie": `session=${userId}` } }),
      store,
      // All of the bench's visitors come from one address.
      limits: { startsPerAddress: false, ...(process.env["UNLIMITED"] && { tokenServerCalls: false }) },
    });
    handle = toNodeHandler(kit);
    report(url, () => server.closeAllConnections());
  });
}
