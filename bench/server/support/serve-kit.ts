import { createServer } from "node:http";
import { createLoginKit, toNodeHandler, type NodeContext, type NodeHandler } from "onegini-otp-login/node";
import type { AttemptStore } from "onegini-otp-login/server";
import { backlog, report } from "./child.js";

/**
 * Serves a site with the kit and nothing else. Arguments of the process: the Token Server's address, and the site's
 * origin, if that is another node's address. In its environment:
 *
 * - `UNLIMITED`: there is no limit on calls to the Token Server.
 * - `LIMITED`: all limits are the defaults. Otherwise all visitors have one address: starts and those that wait are not
 *   limited by address, and streams and calls to the Token Server have twice their limits, because one address gets half.
 * - `PORT`: where it listens; by default the system chooses.
 * - `PAIRING`: browsers that are not known for their user are asked for the number on the phone.
 * - `CALLBACK_PASSWORD`: the callback takes Basic authentication, as the user `token-server`.
 */
export function serveKit(store: AttemptStore): void {
  const [tokenServerUrl = "", publicOrigin] = process.argv.slice(2);
  const { UNLIMITED, LIMITED, PORT, PAIRING, CALLBACK_PASSWORD: password } = process.env;
  let handle: NodeHandler = (_req, res) => res.end();
  const server = createServer((req, res) => handle(req, res));
  server.listen({ port: Number(PORT ?? 0), host: "127.0.0.1", backlog }, () => {
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
    const kit = createLoginKit<NodeContext>({
      origin: publicOrigin ?? url,
      tokenServer: { url: tokenServerUrl, clientId: "site", clientSecret: "site-secret", type: "qr-code" },
      message: PAIRING ? "Log in to the bench. It may ask for {number}." : "Log in to the bench",
      ...(PAIRING && { pairing: { keys: ["a key of the bench, of forty characters."] } }),
      signIn: ({ userId }) => Response.json({}, { headers: { "set-cookie": `session=${userId}` } }),
      store,
      ...(password !== undefined && { callback: { username: "token-server", password } }),
      limits: LIMITED
        ? {}
        : {
            startsPerAddress: false,
            waiting: false,
            streamsPerNode: 40_000,
            tokenServerCalls: UNLIMITED ? false : { count: 2000, seconds: 1 },
          },
    });
    handle = toNodeHandler(kit);
    report(url, () => server.closeAllConnections());
  });
}
