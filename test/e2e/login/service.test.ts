import assert from "node:assert/strict";
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import { test, type TestContext } from "node:test";
import { launchBrowser } from "../../support/browser.js";
import { openLoginPage } from "../../support/login-page.js";
import { codeOn } from "../../support/qr.js";
import { listen } from "../../unit/server/support/site.js";
import { runService, type RunningService } from "../../unit/service/serve/running-service.js";

/** A site that has the login service and no JavaScript of its own: pages, a proxy, and one call. */

const loginPage = `<!doctype html><html lang="nl"><title>Log in</title>
<script type="module" src="/otp-login/assets/onegini-otp-login.js"></script>
<script type="module" src="/otp-login/assets/locales/nl.js"></script>
<onegini-otp-login endpoint="/otp-login"></onegini-otp-login>`;

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-ancestors 'none'";

async function siteWithService(t: TestContext): Promise<{ origin: string; service: RunningService }> {
  const server = createServer((req, res) => void answer(req, res));
  const origin = await listen(t, server);
  const service = await runService(t, { args: ["--origin", origin, "--proxies", "1"] });
  const { publicAddress, call } = service;

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(req.url ?? "/", origin);
    if (pathname.startsWith("/otp-login")) return pass(req, res);
    if (pathname === "/login/otp") {
      const body = { ticket: searchParams.get("ticket"), cookie: req.headers.cookie };
      const answer = await call("POST", "/redeem", { body });
      if (answer.status !== 200) return void res.writeHead(303, { location: "/" }).end();
      const { user_id: user } = (await answer.json()) as { user_id: string };
      return void res
        .writeHead(303, { location: "/account", "set-cookie": `session=${user}; HttpOnly; Path=/` })
        .end();
    }
    const user = /session=(\w+)/.exec(req.headers.cookie ?? "")?.[1];
    res.writeHead(200, { "content-type": "text/html", "content-security-policy": policy });
    res.end(pathname === "/account" ? `<main>Hello ${user ?? "nobody"}</main>` : loginPage);
  }

  function pass(req: IncomingMessage, res: ServerResponse): void {
    const headers = { ...req.headers, "x-forwarded-for": "192.0.2.7" };
    const onward = request(publicAddress + (req.url ?? ""), { method: req.method, headers }, (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.headers);
      res.flushHeaders();
      answer.pipe(res);
    });
    res.once("close", () => onward.destroy());
    onward.once("error", () => res.destroy());
    req.pipe(onward);
  }
  return { origin, service };
}

test("a site in any language logs in with the login service, from the code's pixels to its own session", async (t) => {
  const { origin, service } = await siteWithService(t);
  const browser = await launchBrowser();
  t.after(() => browser.close());
  const page = await openLoginPage(await browser.newContext(), origin);

  const code = await codeOn(page);
  await page.getByText("Scan deze code in de app").waitFor();
  const ticketUrl = page.waitForRequest(/\/login\/otp\?ticket=/);
  await (await service.emulator.phone()).handleMobileAuthWithOtp(code);
  await page.waitForURL("**/account");

  assert.equal(await page.locator("main").innerText(), "Hello alice");
  const [start] = service.emulator.starts;
  assert.equal(start?.get("ip_address"), "192.0.2.7");

  // The back button, or a link that was copied: the ticket is worth nothing any more.
  await page.goto((await ticketUrl).url());
  assert.equal(new URL(page.url()).pathname, "/");
});
