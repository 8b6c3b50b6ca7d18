import { Agent, createServer, request, type OutgoingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { clientIpBehind } from "../../../../src/server/address/client-ip.js";
import { createLoginKit } from "../../../../src/server/create-login-kit.js";
import { base64url } from "../../../../src/server/text/bytes.js";
import { toNodeHandler, type NodeContext } from "../../../../src/node/node-handler.js";

/*
 * Serves the login API in a process of its own, starts attempts over HTTP, and prints as JSON how many bytes of heap each keeps.
 * Arguments: the length of the headers (0: short ones), how many attempts, from how many addresses. It runs with `--expose-gc`.
 */

const [length = 0, attempts = 0, addresses = 0] = process.argv.slice(2).map(Number);

/** A text of that length whose first part is read. */
const long = (text: string): string => text + " ".repeat(Math.max(0, length - text.length - 1)) + "x";

const kit = createLoginKit<NodeContext>({
  origin: "http://localhost",
  tokenServer: { url: "http://localhost:1", clientId: "site", clientSecret: "secret", type: "qr-code" },
  clientIp: clientIpBehind(1),
  transport: () => {
    const transaction_id = crypto.randomUUID();
    const otp = btoa(
      JSON.stringify({ transaction_id, otp: base64url(crypto.getRandomValues(new Uint8Array(12))) }),
    );
    const text = JSON.stringify({ transaction_id, auth_method: "otp", time_to_live: 300_000, otp });
    return Promise.resolve({ status: 200, text });
  },
  signIn: () => new Response(null),
  onEvent: () => undefined,
  limits: { tokenServerCalls: false },
});
const server = createServer(toNodeHandler(kit));
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const { port } = server.address() as AddressInfo;
const agent = new Agent({ keepAlive: true, maxSockets: 4 });
/** As much as is kept of one. */
const userAgent = "Mozilla/5.0 ".padEnd(500, "x");

function start(count: number): Promise<void> {
  const address = `10.1.${Math.floor((count % addresses) / 250)}.${(count % addresses) % 250}`;
  const headers: OutgoingHttpHeaders = {
    origin: "http://localhost",
    "user-agent": `${count} ${length > 0 ? long(userAgent) : userAgent}`,
    "accept-language": `nl${length > 0 ? `, ${long("de")}` : ""}`,
    "x-forwarded-for": `${length > 0 ? `${long("1")}, ` : ""}${address}`,
  };
  return new Promise((resolve, reject) => {
    request({
      agent,
      port,
      host: "127.0.0.1",
      method: "POST",
      path: `/otp-login?${"x".repeat(length)}`,
      headers,
    })
      .on("response", (response) => {
        response.resume();
        response.on("end", () =>
          response.statusCode === 201 ? resolve() : reject(new Error(`${response.statusCode}`)),
        );
      })
      .on("error", reject)
      .end();
  });
}

async function startAll(from: number, to: number): Promise<void> {
  let next = from;
  const lane = async (): Promise<void> => {
    while (next < to) await start(next++);
  };
  await Promise.all([lane(), lane(), lane(), lane()]);
}

async function heapUsed(): Promise<number> {
  for (let turn = 0; turn < 3; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    globalThis.gc?.();
  }
  return process.memoryUsage().heapUsed;
}

const warmUp = 500;
await startAll(0, warmUp);
const before = await heapUsed();
await startAll(warmUp, warmUp + attempts);
const bytes = Math.round(((await heapUsed()) - before) / attempts);
console.log(JSON.stringify({ bytes }));
agent.destroy();
server.close();
