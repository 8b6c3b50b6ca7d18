import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { trustAnyCertificate } from "../../support/services/certificate.js";
import { freePort } from "../../support/services/free-port.js";
import { startHaproxy, startNginx, type Proxy, type StartProxy } from "../../support/services/proxies.js";
import { expectAllLoggedIn, pass, production } from "./support/production.js";

trustAnyCertificate();

/** The proxies run with the files of `docs/deployment/`, and read them again in the middle of logins. */
describe("a proxy that reloads its configuration", { concurrency: 2 }, () => {
  const proxies: [string, StartProxy][] = [
    ["nginx", startNginx],
    ["HAProxy", startHaproxy],
  ];
  for (const [name, start] of proxies) {
    test(`${name}, three times while people log in: no login is lost`, async (t) => {
      let proxy: Proxy | undefined;
      const site = await production(t, {
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
          await pass(0.2);
        }
      })();
      for (let reloads = 0; reloads < 3; reloads++) {
        await proxy?.reload();
        await pass(1);
      }
      await accepting;
      await expectAllLoggedIn(t, site, logins);
      assert.equal(new Set(proxy?.passed().map(({ node }) => node)).size, 3, "All three servers are used.");
    });
  }
});
