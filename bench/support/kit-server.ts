import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { toNodeHandler, type NodeContext, type NodeHandler } from "onegini-otp-login/node";
import { createLoginKit, memoryStore } from "onegini-otp-login/server";
import { report } from "./child.js";
import { seededCookie, seededId } from "./seed.js";

/**
 * A site with the kit and the memory store, in a process of its own.
 * Arguments: the Token Server's address, and how many attempts to have from the beginning (default 0).
 */
const [tokenServerUrl = "", seeded = "0"] = process.argv.slice(2);
const store = memoryStore();

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
    store,
  });
  handle = toNodeHandler(kit);
  report(origin, seed);
});

/** Puts attempts into the store, as starts would, but without the garbage that a start leaves. */
async function seed(): Promise<void> {
  const browser = createHash("sha256").update(seededCookie).digest("base64url");
  const endsAt = Date.now() + 300_000;
  for (let index = 0; index < Number(seeded); index++) {
    await store.create({
      id: seededId(index),
      version: 1,
      // Each attempt holds texts of its own, as attempts do that came over the network.
      browser: Buffer.from(browser).toString(),
      language: Buffer.from("en").toString(),
      startedAt: Date.now(),
      transactions: [{ id: crypto.randomUUID(), endsAt, closed: false }],
      begun: 1,
      state: { status: "pending" },
      forgetAt: endsAt + 370_000,
    });
  }
}
