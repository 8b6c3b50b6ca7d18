import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { launchBrowser } from "../../support/browser.js";
import { freePort } from "../../support/services/free-port.js";
import { phoneCalls } from "../../support/demo/demo.js";
import { Browser as KitBrowser } from "../../unit/server/support/browser.js";
import { numberIn } from "../../unit/server/support/number-on-phone.js";
import { until } from "../../support/until.js";
import { useNewestNode } from "../support/newest-node.js";
import {
  acceptOnPhone,
  addressFor,
  installExample,
  startEmulator,
  startExample,
} from "../support/packed-package.js";
import {
  assertAsksFor,
  assertIsHostCookie,
  assertStaysOnSite,
  logInOnHttps,
  logOut,
} from "../support/session-browser.js";

/** Each example of a server: a whole login through its own page. */

let browser: Browser;
before(async () => (browser = await launchBrowser()));
after(() => browser.close());

/** Counts the pieces in which status streams arrive. Playwright only tells of a whole answer. */
async function watchStreams(page: Page): Promise<{ pieces: () => number }> {
  const session = await page.context().newCDPSession(page);
  const streams = new Set<string>();
  let pieces = 0;
  session.on("Network.responseReceived", ({ requestId, response }) => {
    if (response.mimeType === "text/event-stream") streams.add(requestId);
  });
  session.on("Network.dataReceived", ({ requestId }) => {
    if (streams.has(requestId)) pieces += 1;
  });
  await session.send("Network.enable");
  return { pieces: () => pieces };
}

/** Wrangler takes neither port nor variables from its environment. */
function setUpWrangler(folder: string, variables: { PORT: string; TOKEN_SERVER: string }): void {
  const { PORT, TOKEN_SERVER } = variables;
  writeFileSync(join(folder, ".dev.vars"), `ORIGIN=http://localhost:${PORT}\nTOKEN_SERVER=${TOKEN_SERVER}\n`);
  const file = join(folder, "wrangler.jsonc");
  writeFileSync(file, readFileSync(file, "utf8").replace(`"port": 3000`, `"port": ${PORT}`));
}

/** How the log of a framework writes an event of the kit. */
const logs: Record<string, RegExp> = {
  fastify: /"level":30,.*"type":"logged_in",.*"msg":"onegini-otp-login: logged_in"/,
  nest: /LOG.*\[OneginiOtpLogin\].*logged_in/,
  hono: /^\d{4}-\S+Z info logged_in \{/m,
};

for (const name of ["express", "passport", "nest", "fastify", "hono", "bun", "deno", "workers"])
  test(`${name} logs in`, async (t) => {
    // Wrangler needs Node 22 or later.
    if (name === "workers") await useNewestNode(t);
    const example = await installExample(name);
    const emulator = await startEmulator(example);
    const variables = { PORT: String(await freePort()), TOKEN_SERVER: emulator.origin };
    if (name === "workers") setUpWrangler(example.folder, variables);
    const site = await startExample(example, { ...variables, WRANGLER_SEND_METRICS: "false" });
    const context = await browser.newContext();
    const page = await context.newPage();
    const framework = logs[name];
    const hasOwnSessions = existsSync(join(example.folder, "sessions.js"));
    // For a longer path, so the browser sends it first. Session libraries take the first one; on https it is `__Host-`.
    const planted = { name: "session", value: "planted", domain: "localhost", path: "/account" };
    if (hasOwnSessions) await context.addCookies([planted]);
    const stream = await watchStreams(page);
    const wanted = `${site.origin}/account?from=mail&of=2`;
    await page.goto(wanted);
    assertAsksFor(page, `${site.origin}/`, "/account?from=mail&of=2");
    await until(() => stream.pieces() > 0, "the status stream's first event, while nobody has accepted");
    const before = stream.pieces();
    const response = page.waitForResponse(wanted);
    await acceptOnPhone(page, emulator);
    await page.waitForURL(wanted);
    assert.ok(stream.pieces() > before, "The stream told of the acceptance.");
    await page.getByText("Logged in as demo-user", { exact: true }).waitFor();
    const headers = (await response).headers();
    assert.equal(headers["cache-control"], "no-store");
    assert.match(headers["content-security-policy"] ?? "", /frame-ancestors 'none'/);
    await page.reload();
    await page.getByText("Logged in as demo-user", { exact: true }).waitFor();
    const another = await context.newPage();
    await another.goto(`${site.origin}/account`);
    await another.getByText("Logged in as demo-user", { exact: true }).waitFor();

    if (framework) await until(() => framework.test(site.output()), "the login in the log of the framework");

    if (hasOwnSessions) await context.clearCookies();
    else await logOut(page, `${site.origin}/`);
    for (const each of [page, another]) {
      await each.goto(`${site.origin}/account`);
      assertAsksFor(each, `${site.origin}/`, "/account");
    }
    await context.close();
    await assertStaysOnSite(`${site.origin}/`);
    assert.equal(await addressFor(site, emulator), name === "workers" ? undefined : "loopback");
    await site.stop();
    if (name !== "workers") {
      const ofProxy = { ORIGIN: "https://localhost", TRUSTED_PROXIES: "1" };
      const behindProxy = await startExample(example, { ...variables, ...ofProxy });
      const { browser: person, answer } = await logInOnHttps(behindProxy, emulator);
      assert.equal(emulator.addresses().at(-1), "203.0.113.1");
      assertIsHostCookie(answer, "__Host-session");
      if (!hasOwnSessions) {
        await person.refusesForeignLogOut();
        assert.equal((await person.read("/account"))[0], 200);
      }
      await behindProxy.stop();
    }
    await emulator.stop();
  });

test("fastify asks a new browser for the number with PAIRING_KEY", async () => {
  const example = await installExample("fastify");
  const emulator = await startEmulator(example);
  const site = await startExample(example, {
    PORT: String(await freePort()),
    TOKEN_SERVER: emulator.origin,
    PAIRING_KEY: "one-key-of-the-tests-of-32-characters",
  });
  const person = new KitBrowser({ url: `${site.origin}/otp-login`, origin: site.origin });
  const accept = async () => {
    const { attempt, otp } = await person.start();
    const phone = phoneCalls(emulator.origin);
    const { id, message } = await phone.scan(otp);
    await phone.answer(id, true);
    await person.approval(attempt);
    return { attempt, number: numberIn(message) };
  };
  const { attempt, number } = await accept();
  assert.equal((await person.postLogin(attempt)).json["error"], "pairing_required");
  assert.equal((await person.postLogin(attempt, number)).status, 200);
  // Its session sends its cookie with every answer, the login API's too.
  person.others.clear();
  assert.equal((await person.postLogin((await accept()).attempt)).status, 200);
  await until(() => site.output().includes('"msg":"new browser"'), "the line about the new browser");
  await site.stop();
  await emulator.stop();
});
