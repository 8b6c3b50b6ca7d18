import assert from "node:assert/strict";
import { createServer } from "node:http";
import { before, describe, test } from "node:test";
import { trustAnyCertificate } from "../../support/services/certificate.js";
import { freePort } from "../../support/services/free-port.js";
import { startCaddy, startHaproxy, startNginx } from "../../support/services/proxies.js";
import { redisFor } from "../../support/services/redis.js";
import { runServe } from "../../support/services/serve-process.js";
import { listen } from "../../support/listen.js";
import { emulator } from "../../unit/server/support/site.js";
import { until } from "../../support/until.js";

/** The files of docs/deployment, with two processes of `serve` that start and lose their Redis. */

for (const [name, startProxy] of [
  ["nginx", startNginx],
  ["HAProxy", startHaproxy],
  ["Caddy", startCaddy],
] as const)
  describe(`The widget's file behind ${name}`, () => {
    before(trustAnyCertificate);

    test("is there while no process has its Redis, and the login API says 503", async (t) => {
      const [port, redis] = [await freePort(), await redisFor(t)];
      const { url } = await emulator(t);
      const services = [await freePort(), await freePort()];
      const origin = `https://127.0.0.1:${port}`;
      for (const service of services)
        runServe(
          t,
          ...["--origin", origin, "--token-server-url", url, "--client-id", "site"],
          ...["--client-secret", "site-secret", "--type", "qr-code", "--message", "Log in", "--proxies", "1"],
          ...["--port", String(service), "--internal-port", "0", "--redis-url", redis.url],
        );
      // The site is up, whatever is with the logins.
      const site = createServer((_request, response) => response.end("site"));
      const nodes = [Number(new URL(await listen(t, site)).port)];
      const statusAt = (url: string, init?: RequestInit): Promise<number> =>
        fetch(url, init).then(
          ({ status }) => status,
          () => 0,
        );
      const all = (path: string, status: number): Promise<void> =>
        until(
          async () =>
            (await Promise.all(services.map((each) => statusAt(`http://127.0.0.1:${each}${path}`)))).every(
              (each) => each === status,
            ),
          `${path} is ${status}`,
          60_000,
        );
      await all("/ready", 200);
      const proxy = await startProxy({ port, nodes, services });
      t.after(() => proxy.stop());
      const widget = `${origin}/otp-login/assets/onegini-otp-login.js`;
      const start = (): Promise<number> =>
        statusAt(`${origin}/otp-login`, { method: "POST", headers: { origin } });
      await until(async () => (await start()) === 201, "an answer of the login API");
      assert.equal(await statusAt(widget), 200);

      await redis.kill();
      await all("/ready", 503);
      // Until each proxy has noticed.
      await until(async () => (await start()) === 503, "the login API");
      let missing = 0;
      const endsAt = performance.now() + 4_000;
      // As long as any health check needs: the file is there all the time.
      await until(async () => {
        if ((await statusAt(widget)) !== 200) missing += 1;
        return performance.now() > endsAt;
      }, "four seconds");
      assert.equal(missing, 0);
      assert.equal(await start(), 503);

      await redis.restart();
      await until(async () => (await start()) === 201, "the login API");
    });
  });
