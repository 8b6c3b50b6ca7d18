import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../support/services/free-port.js";
import { startHaproxy } from "../../support/services/haproxy.js";
import { startNginx } from "../../support/services/nginx.js";
import type { Proxy, StartProxy } from "../../support/services/proxy.js";
import { outcome, production, type Production } from "./support/production.js";

// The proxies' certificates are made for the test.
process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";

/** The proxies of `docs/deployment/` are told to read their configuration anew, in the middle of logins. */
describe("a proxy that is reloaded", { concurrency: 2 }, () => {
  const proxies: [string, StartProxy][] = [
    ["nginx", startNginx],
    ["HAProxy", startHaproxy],
  ];
  for (const [name, start] of proxies) {
    test(`${name}, three times while people log in`, async (t) => {
      let proxy: Proxy | undefined;
      const site: Production = await production(t, {
        nodes: 3,
        signInMs: 300,
        proxy: async (_t, nodes) => {
          const ports = nodes.map(({ url }) => Number(new URL(url).port));
          proxy = await start({ port: await freePort(), nodes: ports });
          return proxy.origin;
        },
      });
      t.after(() => proxy?.stop());
      const logins = await site.open(18);
      const accepting = (async () => {
        for (const login of logins) {
          await login.accept();
          await sleep(200);
        }
      })();
      for (let reloads = 0; reloads < 3; reloads++) {
        await proxy?.reload();
        await sleep(1000);
      }
      const endedAt = performance.now();
      await accepting;
      const { accepted, lost, doubled } = await outcome(t, logins, site, endedAt, 75_000);
      assert.deepEqual({ accepted, lost, doubled }, { accepted: 18, lost: 0, doubled: 0 });
      assert.equal(new Set(proxy?.passed().map(({ node }) => node)).size, 3, "All three servers are used.");
    });
  }
});
