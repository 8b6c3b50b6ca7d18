import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { describe, test } from "node:test";
import { runServe as run } from "../../../support/services/serve-process.js";
import { Browser } from "../../server/support/browser.js";
import { emulator } from "../../server/support/site.js";

/** The command `serve` as a process. */

const origin = "http://localhost:8000";

const site = (url: string): string[] => [
  ...["--origin", origin, "--token-server-url", url, "--message", "Log in", "--result-polling", "0.2"],
  ...["--client-id", "site", "--client-secret", "site-secret", "--type", "qr-code"],
  ...["--port", "0", "--internal-port", "0"],
];

describe("npx onegini-otp-login serve", () => {
  test("makes a secret on loopback, writes only its log to stdout, and ends on SIGTERM within 15 s", async (t) => {
    const { url } = await emulator(t);
    const service = run(t, ...site(url));
    const address = await service.said("ready");
    const [internal, secret] = [await service.said("internal"), await service.said("internal-secret")];
    assert.match(secret, /^[\w-]{43}$/);
    assert.match(address, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.match(service.stderr(), /^attempts are kept in memory/m);
    assert.match(service.stderr(), /^integrity: onegini-otp-login\.js sha384-\S{64}$/m);
    const metrics = () => fetch(`${internal}/metrics`, { headers: { authorization: `Bearer ${secret}` } });
    assert.equal((await metrics()).status, 200);

    const browser = new Browser({ url: `${address}/otp-login`, origin });
    const { attempt } = await browser.start();
    const stream = await browser.stream(attempt);
    await stream.status("pending");
    const began = performance.now();
    service.child.kill("SIGTERM");
    await stream.end();
    assert.ok(stream.retryMs !== undefined && stream.retryMs > 0, "The stream says when to come back.");
    const ready = await fetch(`${internal}/ready`);
    assert.equal(ready.status, 503);
    assert.equal((await fetch(`${internal}/health`)).status, 200);
    assert.equal(await service.exit(), 0);
    assert.ok(performance.now() - began < 15_000);
    for (const line of service.stdout().trim().split("\n"))
      assert.equal(typeof (JSON.parse(line) as { event: unknown }).event, "string");
    assert.ok(!service.stdout().includes(secret));
  });

  test("says with --check what it would do, without a secret, and exits with 0", async (t) => {
    const secret = "a-secret-of-at-least-thirty-two-characters";
    const service = run(t, ...site("http://127.0.0.1:9"), "--check", "--internal-secret", secret);
    assert.equal(await service.exit(), 0);
    assert.match(service.stderr(), /^type: "qr-code", from --type$/m);
    assert.match(service.stderr(), /^client-secret: \(secret\), from --client-secret$/m);
    assert.match(service.stderr(), /^It would start: at http:\/\/127\.0\.0\.1:\d+ for browsers, /m);
    assert.doesNotMatch(service.stderr() + service.stdout(), /site-secret|thirty-two/);
  });

  test("exits with 2 if settings are wrong, and names all of them", async (t) => {
    const service = run(t, "--origin", "bank", "--prot=1");
    assert.equal(await service.exit(), 2);
    assert.match(service.stderr(), /^There is no flag --prot\.$/m);
    assert.match(service.stderr(), /^--origin must be an origin .*, not "bank"\.$/m);
    assert.match(service.stderr(), /^type is missing\. /m);
    assert.equal(service.stdout(), "");
  });

  test("exits with 2 if only the kit can tell that a setting is wrong", async (t) => {
    const service = run(t, ...site("http://127.0.0.1:9"), "--hand-over-to", "https://evil.example/");
    assert.equal(await service.exit(), 2);
    assert.match(service.stderr(), /^hand-over-to is wrong; it must be a path such as "\/login\/otp" /);
  });

  test("exits with 1 if a port is in use", async (t) => {
    const other = createServer().listen(0, "127.0.0.1");
    t.after(() => other.close());
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const service = run(t, ...site("http://127.0.0.1:9"), "--port", String(port));
    assert.equal(await service.exit(), 1);
    assert.match(
      service.stderr(),
      new RegExp(`^Port ${port} is in use at 127\\.0\\.0\\.1\\. .*: port\\.$`, "m"),
    );
  });
});
