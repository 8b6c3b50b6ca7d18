import assert from "node:assert/strict";
import { test } from "node:test";
import { phoneCalls } from "../../support/demo/demo.js";
import { trustAnyCertificate } from "../../support/services/certificate.js";
import { freePort } from "../../support/services/free-port.js";
import { startNginx } from "../../support/services/proxies.js";
import { startRedis } from "../../support/services/redis.js";
import { runServe, type ServeProcess } from "../../support/services/serve-process.js";
import { until } from "../../support/until.js";
import { Visitor } from "../../support/visitor.js";
import { emulator } from "../../unit/server/support/site.js";

const people = Array.from({ length: 30 }, (_, index) => `user-${index}`);
const secret = "internal-secret-of-the-test-0123456789";

/** A process of `serve`, with the addresses of its two ports. */
interface Node {
  process: ServeProcess;
  port: number;
  internal: string;
}

test("Of three services behind nginx one is killed: no login is lost, and none is doubled", async (t) => {
  trustAnyCertificate();
  const redis = await startRedis();
  t.after(() => redis.stop());
  const tokenServer = await emulator(t);
  const phone = phoneCalls(tokenServer.url);
  for (const user of people) await phone.enroll(user);
  const port = await freePort();
  const origin = `https://127.0.0.1:${port}`;

  const startNode = async (): Promise<Node> => {
    // A callback that the killed process had is lost. Then the result is asked for.
    const process = runServe(
      t,
      ...["--origin", origin, "--token-server-url", tokenServer.url, "--message", "Log in"],
      ...["--client-id", "site", "--client-secret", "site-secret", "--type", "qr-code", "--proxies", "1"],
      ...["--redis-url", redis.url, "--internal-secret", secret, "--port", "0", "--internal-port", "0"],
      ...["--result-polling", "2"],
    );
    const address = new URL(await process.said("ready"));
    return { process, port: Number(address.port), internal: await process.said("internal") };
  };
  const nodes = await Promise.all([startNode(), startNode(), startNode()]);
  const proxy = await startNginx({ port, nodes: nodes.map((node) => node.port) });
  t.after(() => proxy.stop());

  const visitors = people.map(() => new Visitor({ origin, route: () => origin }));
  t.after(() => visitors.forEach((visitor) => visitor.leave()));
  for (const visitor of visitors) visitor.start();
  const codes = await Promise.all(visitors.map((visitor) => visitor.code()));
  await until(() => visitors.every(({ streams }) => streams.length > 0), "all streams");

  const [killed, ...staying] = nodes;
  const accepted = Promise.all(people.map((user, index) => phone.accept(codes[index] ?? "", user)));
  killed.process.child.kill("SIGKILL");
  await accepted;
  await until(() => visitors.every(({ state }) => state.phase === "completed"), "all logins");

  const redeemed = await Promise.all(
    visitors.flatMap(({ state, cookie }) => {
      const ticket = state.phase === "completed" ? state.answer?.["ticket"] : undefined;
      // Each ticket at both nodes at once, as by a page that was loaded twice.
      return staying.map(async ({ internal }) => {
        const answer = await fetch(`${internal}/redeem`, {
          method: "POST",
          headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
          body: JSON.stringify({ ticket, cookie }),
        });
        return answer.status === 200 ? ((await answer.json()) as { user_id: string }).user_id : undefined;
      });
    }),
  );

  assert.deepEqual(redeemed.filter((user) => user !== undefined).sort(), [...people].sort());
});
