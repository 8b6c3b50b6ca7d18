import { createServer } from "node:http";
import { toNodeHandler, type NodeContext, type NodeHandler } from "onegini-otp-login/node";
import { createLoginKit } from "onegini-otp-login/server";
import { report } from "./child.js";

/**
 * A site with the kit and the memory store, in a process of its own.
 * Arguments: the Token Server's address.
 */
const [tokenServerUrl = ""] = process.argv.slice(2);
let handle: NodeHandler = (_req, res) => res.end();
const server = createServer((req, res) => handle(req, res));
server.listen(0, "127.0.0.1", 4096, () => {
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  const kit = createLoginKit<NodeContext>({
    origin,
    tokenServer: { url: tokenServerUrl, clientId: "site", clientSecret: "site-secret", type: "qr-code" },
    message: "Log in to the bench",
    signIn: ({ userId }) => Response.json({}, { headers: { "set-cookie": `session=${userId}` } }),
  });
  handle = toNodeHandler(kit);
  report(origin);
});
