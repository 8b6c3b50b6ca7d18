/** One server of a site, as a process of its own: the kit on Redis, behind Node's `http`. Forked by `kit-process.ts`. */
import { createServer } from "node:http";
import { createClient } from "redis";
import { nodeTransport, toNodeHandler, type NodeContext } from "onegini-otp-login/node";
import { redisStore } from "onegini-otp-login/redis";
import { createLoginKit } from "onegini-otp-login/server";
import type { FromNode, NodeSettings } from "./kit-process.js";

const { origin, port, redisUrl, tokenServerUrl, callbackUri, signInMs } = JSON.parse(
  process.argv[2] ?? "{}",
) as NodeSettings;
const tell = (message: FromNode): void => void process.send?.(message);

const client = createClient({ url: redisUrl, socket: { reconnectStrategy: () => 200 } });
client.on("error", () => undefined);
await client.connect();
const store = await redisStore({ client, onError: () => undefined });

const kit = createLoginKit<NodeContext>({
  origin,
  transport: nodeTransport,
  tokenServer: { url: tokenServerUrl, clientId: "site", clientSecret: "site-secret", type: "qr-code" },
  callback: { uri: callbackUri },
  message: "Log in to the test site",
  store,
  async signIn({ userId, attempt }) {
    tell({ kind: "sign-in begins", userId, attempt });
    await new Promise((resolve) => setTimeout(resolve, signInMs));
    tell({ kind: "signed in", userId, attempt });
    return Response.json({ user: userId }, { headers: { "set-cookie": `session=${userId}` } });
  },
  onEvent: (event) => {
    // JSON leaves out the message of an error.
    const plain = JSON.parse(
      JSON.stringify(event, (_key, value: unknown) => (value instanceof Error ? value.message : value)),
    ) as Record<string, unknown>;
    tell({ kind: "event", event: plain });
  },
});

const handle = toNodeHandler(kit);
const server = createServer((req, res) => {
  if (req.url !== "/health") return handle(req, res);
  void kit.health().then((health) => res.writeHead(health.healthy ? 200 : 503).end(JSON.stringify(health)));
});
server.listen(port, "127.0.0.1", () => tell({ kind: "ready" }));
process.once("SIGTERM", () => {
  void (async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    await kit.close();
    server.closeIdleConnections();
    await closed;
    process.exit(0);
  })();
});
// The test is gone: leave nothing behind.
process.once("disconnect", () => process.exit(1));
