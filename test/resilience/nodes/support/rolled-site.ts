import { createServer } from "node:http";
import type { TestContext } from "node:test";
import { phoneCalls, startDemo, type PhoneCalls } from "../../../support/demo/demo.js";
import { listen } from "../../../support/listen.js";
import { freePort } from "../../../support/services/free-port.js";
import type { PlainProxy, ProxyOptions } from "../../../support/services/proxies.js";
import { startRedis, type RedisServer } from "../../../support/services/redis.js";
import { runServe, type ServeProcess, siteClient } from "../../../support/services/serve-process.js";
import { until } from "../../../support/until.js";
import { emulator, type Emulator } from "../../../unit/server/support/site.js";

/** A site of two nodes behind a proxy whose processes are replaced one after the other. */
export interface RolledSite {
  origin: string;
  phone: PhoneCalls;
  /** The page that a login leads to. */
  pageAfter: (login: Record<string, unknown>) => string;
  /** Replaces each process: SIGTERM, its end, a new one on the same port, its `/ready`, and at once the next one. */
  roll: () => Promise<void>;
  /** What the proxy has complained about. */
  complaints: () => string[];
}

/** Starts a proxy. */
type StartAnyProxy = (options: ProxyOptions) => Promise<PlainProxy>;

interface Parts {
  origin: string;
  port: number;
  redis: RedisServer;
  tokenServer: Emulator;
  phone: PhoneCalls;
}

async function partsOf(t: TestContext): Promise<Parts> {
  const [redis, tokenServer, port] = await Promise.all([startRedis(), emulator(t), freePort()]);
  t.after(() => redis.stop());
  const phone = phoneCalls(tokenServer.url);
  await phone.enroll("demo-user");
  return { origin: `https://127.0.0.1:${port}`, port, redis, tokenServer, phone };
}

/** The last lines of a proxy's output that tell of a request that failed. A refused connection is no failure. */
const complaintsOf = ({ output }: PlainProxy): string[] =>
  output()
    .split("\n")
    .filter((line) => /\[error\]| (?:-1|5\d\d) -?\d+ - - |"level":"error"/.test(line))
    .filter((line) => !/Connection refused/.test(line))
    .slice(-5);

const untilReady = (url: string): Promise<void> =>
  until(
    () =>
      fetch(`${url}/ready`).then(
        ({ status }) => status === 200,
        () => false,
      ),
    `${url}/ready`,
  );

/** The kit in the site's own nodes: two demos. */
export async function siteWithKit(t: TestContext, startProxy: StartAnyProxy): Promise<RolledSite> {
  const { origin, port, redis, tokenServer, phone } = await partsOf(t);
  const variables = {
    REDIS_URL: redis.url,
    ORIGIN: origin,
    TOKEN_SERVER_URL: tokenServer.url,
    CLIENT_ID: "site",
    CLIENT_SECRET: "site-secret",
    TRUSTED_PROXIES: "1",
  };
  const nodes = await Promise.all([startDemo(variables), startDemo(variables)]);
  t.after(() => Promise.all(nodes.map((node) => node.stop("SIGKILL"))));
  const proxy = await startProxy({ port, nodes: nodes.map((node) => node.port) });
  t.after(() => proxy.stop());
  return {
    origin,
    phone,
    complaints: () => complaintsOf(proxy),
    pageAfter: () => "/account",
    async roll() {
      for (const node of nodes) {
        const code = await node.stop("SIGTERM");
        if (code !== 0) throw new Error(`A node ended with ${code}: ${node.stderr()}`);
        await node.restart();
        await untilReady(node.origin);
      }
    },
  };
}

const secret = "internal-secret-of-the-test-0123456789";

/** Two processes of `serve` beside a site that has no kit. */
export async function siteWithService(t: TestContext, startProxy: StartAnyProxy): Promise<RolledSite> {
  const { origin, port, redis, tokenServer, phone } = await partsOf(t);
  const ports = await Promise.all(
    [1, 2].map(async () => ({ port: await freePort(), internal: await freePort() })),
  );
  const start = async (node: { port: number; internal: number }): Promise<ServeProcess> => {
    const process = runServe(
      t,
      ...["--origin", origin, "--token-server-url", tokenServer.url, "--message", "Log in"],
      ...[...siteClient, "--proxies", "1"],
      ...["--redis-url", redis.url, "--internal-secret", secret],
      ...["--port", String(node.port), "--internal-port", String(node.internal)],
    );
    await process.said("ready");
    return process;
  };
  const nodes = await Promise.all(ports.map(async (node) => ({ ...node, process: await start(node) })));
  const site = await startSite(
    t,
    ports.map(({ internal }) => `http://127.0.0.1:${internal}`),
  );
  const proxy = await startProxy({
    port,
    nodes: [Number(new URL(site).port)],
    services: ports.map((node) => node.port),
  });
  t.after(() => proxy.stop());
  return {
    origin,
    phone,
    complaints: () => complaintsOf(proxy),
    pageAfter: ({ redirect_to: to }) => String(to),
    async roll() {
      for (const node of nodes) {
        node.process.child.kill("SIGTERM");
        const code = await node.process.exit();
        if (code !== 0) throw new Error(`A service ended with ${code}: ${node.process.stderr()}`);
        node.process = await start(node);
        await untilReady(`http://127.0.0.1:${node.port}`);
      }
    },
  };
}

/** The site beside `serve`: it redeems the ticket at the first internal port that does not refuse the connection. */
async function startSite(t: TestContext, internal: readonly string[]): Promise<string> {
  const redeem = async (ticket: string | null, cookie: string | undefined): Promise<Response> => {
    for (const address of internal) {
      try {
        return await fetch(`${address}/redeem`, {
          method: "POST",
          headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
          body: JSON.stringify({ ticket, cookie }),
        });
      } catch (error) {
        if (((error as Error).cause as { code?: string } | undefined)?.code !== "ECONNREFUSED") throw error;
      }
    }
    throw new Error("No internal port accepts connections.");
  };
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    if (pathname !== "/login/otp") return void response.end("the site");
    redeem(searchParams.get("ticket"), request.headers.cookie).then(
      async (answer) => response.writeHead(answer.status === 200 ? 200 : 403).end(await answer.text()),
      (error: unknown) => response.writeHead(500).end(String((error as Error).cause ?? error)),
    );
  });
  return listen(t, server);
}
