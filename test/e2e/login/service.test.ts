import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { test, type TestContext } from "node:test";
import { launchBrowser } from "../../support/browser.js";
import { openLoginPage, reachPhase, settled, watchForComplaints } from "../../support/login-page.js";
import { codeOn } from "../../support/qr.js";
import { listen } from "../../unit/server/support/site.js";
import { runService, type RunningService } from "../../unit/service/serve/running-service.js";

/** A site that has the login service and no JavaScript of its own: pages, a proxy, and one call. */

/** The whole page of docs/serve.md. */
const [, loginPage = ""] =
  /^```html\n(<!doctype html>.*?)^```$/ms.exec(readFileSync("docs/serve.md", "utf8")) ?? [];

const dutchPage = loginPage
  .replace('lang="en"', 'lang="nl"')
  .replace("</head>", '<script type="module" src="/otp-login/assets/locales/nl.js"></script></head>');

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-ancestors 'none'";

interface Site {
  origin: string;
  service: RunningService;
  /** What the login page's form sent. */
  forms: string[];
}

async function siteWithService(t: TestContext, page: string): Promise<Site> {
  const forms: string[] = [];
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
    if (req.method === "POST") forms.push(`${pathname}: ${await text(req)}`);
    const user = /session=(\w+)/.exec(req.headers.cookie ?? "")?.[1];
    res.writeHead(200, { "content-type": "text/html", "content-security-policy": policy });
    res.end(pathname === "/account" ? `<main>Hello ${user ?? "nobody"}</main>` : page);
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
  return { origin, service, forms };
}

test("a site in any language logs in with the login service, from the code's pixels to its own session", async (t) => {
  const { origin, service } = await siteWithService(t, dutchPage);
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

  // The back button, or a link that was copied: the ticket is void by then.
  await page.goto((await ticketUrl).url());
  assert.equal(new URL(page.url()).pathname, "/");
});

test("the login page of docs/serve.md has a code, a password form beside it, and the way to it in an old browser", async (t) => {
  const { origin, service, forms } = await siteWithService(t, loginPage);
  const browser = await launchBrowser();
  t.after(() => browser.close());
  const page = await openLoginPage(await browser.newContext(), origin);

  assert.equal(await page.getByRole("link", { name: "Log in with your password" }).isVisible(), false);
  await page.getByLabel("User name").fill("alice");
  await page.getByLabel("Password").fill("not a secret");
  await page.getByRole("button", { name: "Log in", exact: true }).click();
  await page.waitForURL("**/login");
  assert.deepEqual(forms, ["/login: user=alice&password=not+a+secret"]);

  await reachPhase(page, "pending");
  await (await service.emulator.phone()).handleMobileAuthWithOtp(await codeOn(page));
  await page.waitForURL("**/account");
  assert.equal(await page.locator("main").innerText(), "Hello alice");

  const old = await browser.newPage();
  await old.addInitScript(() => void delete (URL as Partial<typeof URL>).canParse);
  await old.goto(origin);
  await settled(old);
  await old.getByRole("link", { name: "Log in with your password" }).click();
  assert.equal(new URL(old.url()).hash, "#password-login");
});

test("a page that loads the files by both kinds of names has one element, one early code and its language, without an error", async (t) => {
  const listed = "/otp-login/assets/";
  const names = ["onegini-otp-login.js", "locales/nl.js"];
  // Not this version's hash: the name leads to the plain one.
  const ofOtherVersion = (name: string): string => name.replace(".js", ".000000000000.js");
  const page = `<!doctype html><html lang="nl"><title>Login</title>
    ${["early.js", ofOtherVersion("early.js")].map((name) => `<script src="${listed}${name}" data-endpoint="/otp-login"></script>`).join("")}
    ${names
      .flatMap((name) => [name, ofOtherVersion(name)])
      .map((name) => `<script type="module" src="${listed}${name}"></script>`)
      .join("")}
    <onegini-otp-login endpoint="/otp-login"></onegini-otp-login>`;
  const { origin, service } = await siteWithService(t, page);
  const browser = await launchBrowser();
  t.after(() => browser.close());
  const context = await browser.newContext();
  const complaints = await watchForComplaints(context);
  const tab = await openLoginPage(context, origin);
  await tab.getByRole("heading", { name: "Inloggen met je telefoon" }).waitFor();
  assert.equal(service.emulator.starts.length, 1);

  const registered = await tab.evaluate(
    async (addresses) => {
      const modules = (await Promise.all(addresses.map((address) => import(address)))) as {
        OneginiOtpLogin: CustomElementConstructor;
      }[];
      return modules.map(
        ({ OneginiOtpLogin }) => OneginiOtpLogin === customElements.get("onegini-otp-login"),
      );
    },
    [listed + names[0], listed + ofOtherVersion("onegini-otp-login.js")],
  );
  // Two modules, each with classes of its own. The first one has registered the element.
  assert.deepEqual(registered, [true, false]);

  await (await service.emulator.phone()).handleMobileAuthWithOtp(await codeOn(tab));
  await tab.waitForURL("**/account");
  assert.equal(await tab.locator("main").innerText(), "Hello alice");
  assert.deepEqual(complaints.list, []);
});

test("a browser that comes back asks whether the files have changed, and loads none of them again", async (t) => {
  const { origin } = await siteWithService(t, dutchPage);
  const browser = await launchBrowser();
  t.after(() => browser.close());
  const context = await browser.newContext();
  await (await openLoginPage(context, origin)).close();
  const answers: number[] = [];
  const tab = await context.newPage();
  const session = await context.newCDPSession(tab);
  await session.send("Network.enable");
  // Only here the status is the one that came.
  session.on("Network.responseReceivedExtraInfo", ({ statusCode, headers }) => {
    if (headers["cache-control"] === "no-cache") answers.push(statusCode);
  });
  await tab.goto(origin);
  await reachPhase(tab, "pending");
  await tab.getByText("Scan deze code in de app").waitFor();
  assert.deepEqual(answers, [304, 304]);
});
