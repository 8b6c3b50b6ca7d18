import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { Reach, targetOf } from "../../../../../../src/service/doctor/site/browser/reach.js";

test("a machine that is busy while it connects still reaches the first of two addresses", async (t) => {
  const server = createServer().listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  const reach = await Reach.of({ origins: [origin], timeoutMs: 5_000 });
  const connecting = reach.connect(targetOf(origin)!, undefined, new PassThrough());
  await new Promise((resolve) => process.nextTick(resolve));
  // Node gives each address but the last 250 ms, also while nothing else runs.
  for (const until = performance.now() + 400; performance.now() < until;);
  const { socket } = await connecting;
  socket.destroy();
});
