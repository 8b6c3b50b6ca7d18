import { after, before } from "node:test";
import { emulator, type Emulator } from "../../../unit/server/support/emulator.js";
import { Browser } from "../../../unit/server/support/browser.js";
import { startDemo, type Demo } from "../../../support/demo/demo.js";
import { phoneCalls, type PhoneCalls } from "../../../support/demo/phone-calls.js";
import { trustAnyCertificate } from "../../../support/services/certificate.js";
import { freePort } from "../../../support/services/free-port.js";
import type { Proxy, StartProxy } from "../../../support/services/proxy.js";
import { startRedis, type RedisServer } from "../../../support/services/redis.js";

/** Three demos on one Redis behind one proxy: one site. Its Token Server is an emulator in this process. */
export interface SiteOfThree {
  /** As people see it. */
  origin: string;
  nodes: readonly Demo[];
  proxy: Proxy;
  redis: RedisServer;
  emulator: Emulator;
  phone: PhoneCalls;
  /** Somebody new on the login page. */
  browser: () => Browser;
}

/** One site for the suite that calls it; `give` is called before its tests. */
export function siteOfThree(start: StartProxy, give: (site: SiteOfThree) => void): void {
  const closers: (() => unknown)[] = [];

  before(async () => {
    trustAnyCertificate();
    const port = await freePort();
    const origin = `https://127.0.0.1:${port}`;
    const [redis, tokenServer] = await Promise.all([
      startRedis(),
      emulator({ after: (close) => void closers.push(close as () => unknown) }),
    ]);
    closers.push(() => redis.stop());
    const phone = phoneCalls(tokenServer.url);
    await phone.enroll("demo-user");
    const variables = {
      REDIS_URL: redis.url,
      ORIGIN: origin,
      TOKEN_SERVER_URL: tokenServer.url,
      CLIENT_ID: "site",
      CLIENT_SECRET: "site-secret",
      TRUSTED_PROXIES: "1",
    };
    const nodes = await Promise.all([1, 2, 3].map(() => startDemo(variables)));
    // Before Redis, which they would miss.
    closers.unshift(() => Promise.all(nodes.map((node) => node.stop("SIGKILL"))));
    const proxy = await start({ port, nodes: nodes.map((node) => node.port) });
    closers.unshift(() => proxy.stop());
    const browser = () => new Browser({ url: `${origin}/otp-login`, origin, proxied: true });
    give({ origin, nodes, proxy, redis, emulator: tokenServer, phone, browser });
  });
  after(async () => {
    for (const close of closers) await close();
  });
}

/** How many streams and held polls a node has open. */
export async function watchersOf(node: Demo): Promise<number> {
  const health = (await (await fetch(`${node.origin}/health`)).json()) as { watchers: number };
  return health.watchers;
}
