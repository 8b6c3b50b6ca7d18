import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { launchBrowser, pressBack } from "../../support/browser.js";
import { type Demo, phoneCalls, type PhoneCalls, startDemo } from "../../support/demo/demo.js";
import { openLoginPage, phaseOf, reachPhase } from "../../support/login-page.js";
import { codeOn } from "../../support/qr.js";

/** An attempt that an attacker began with their own client, with a cookie that they chose. */
interface ForeignAttempt {
  attempt: string;
  otp: string;
  cookie: string;
}

describe("The demo, attacked from another page", () => {
  let demo: Demo;
  let neighbour: Neighbour;
  let phone: PhoneCalls;
  let browser: Browser;
  let context: BrowserContext;

  before(async () => {
    [demo, neighbour, browser] = await Promise.all([
      startDemo(),
      startNeighbour(),
      // Playwright turns the back-forward cache off; people have it on.
      launchBrowser([], { ignoreDefaultArgs: ["--disable-back-forward-cache"] }),
    ]);
    phone = phoneCalls(demo.origin);
  });
  after(async () => {
    await Promise.all([browser.close(), demo.stop(), neighbour.stop()]);
  });
  beforeEach(async () => {
    context = await browser.newContext();
  });
  afterEach(() => context.close());

  /** A neighbour on `localhost` gets the demo's cookies and can set them. A neighbour on `127.0.0.1` cannot. */
  const places = () => [
    ["the same site", `http://localhost:${neighbour.port}/`],
    ["another site", `http://127.0.0.1:${neighbour.port}/`],
  ];

  async function visit(url: string): Promise<Page> {
    const page = await context.newPage();
    await page.goto(url);
    return page;
  }

  const call = (path: string, cookie: string): Promise<Response> =>
    fetch(`${demo.origin}/otp-login${path}`, { method: "POST", headers: { origin: demo.origin, cookie } });

  async function beginElsewhere(): Promise<ForeignAttempt> {
    const cookie = `onegini-otp-login=${"x".repeat(43)}`;
    const answer = (await (await call("", cookie)).json()) as { attempt: string; otp: string };
    return { ...answer, cookie };
  }

  async function logInHere(user = "demo-user"): Promise<Page> {
    const page = await openLoginPage(context, demo.origin);
    await phone.enroll(user);
    await phone.accept(await codeOn(page), user);
    await page.waitForURL("**/account");
    return page;
  }

  const accountStatus = async (): Promise<number> =>
    (await context.request.get(`${demo.origin}/account`)).status();

  it("cannot be framed by any page", async () => {
    await logInHere();
    for (const [place = "", url = ""] of places()) {
      neighbour.show(
        ["/", "/account", "/phone"].map((path) => `<iframe src="${demo.origin}${path}"></iframe>`).join(""),
      );
      const page = await visit(url);
      await page.waitForFunction(() => document.readyState === "complete");
      const frames = page.frames().filter((frame) => frame !== page.mainFrame());

      assert.equal(frames.length, 3);
      for (const frame of frames) {
        assert.match(frame.url(), /^chrome-error:/, place);
        assert.equal(await frame.locator("onegini-otp-login, h1:has-text('account')").count(), 0, place);
      }
    }
  });

  it("logs nobody in as the attacker: a page of the attacker cannot use an accepted attempt, even with a planted cookie", async () => {
    const { attempt, otp, cookie } = await beginElsewhere();
    await phone.enroll("mallory");
    await phone.accept(otp, "mallory");
    const target = `${demo.origin}/otp-login/${attempt}/login`;
    for (const [place = "", url = ""] of places()) {
      neighbour.show(
        `<form method="post" action="${target}" enctype="text/plain" target="answer"><input name="a" value="b"></form>
         <iframe name="answer"></iframe>
         <script>
           const post = (init) =>
             fetch("${target}", { method: "POST", credentials: "include", ...init })
               .then(({ type, status }) => type + " " + status, () => "not readable");
           const tries = Promise.all([
             post({ mode: "no-cors" }),
             post({}),
             post({ headers: { "content-type": "application/json" }, body: "{}" }),
             post({ referrerPolicy: "no-referrer" }),
             navigator.sendBeacon("${target}", "{}"),
           ]);
         </script>`,
        { "set-cookie": `${cookie}; Path=/` },
      );
      const page = await visit(url);
      const tries = await page.evaluate("tries");
      const answered = page.waitForResponse(target);
      await page.evaluate(() => document.forms[0]?.submit());

      assert.deepEqual(tries, ["opaque 0", "not readable", "not readable", "not readable", true], place);
      assert.equal((await answered).status(), 403, place);
      const names = (await context.cookies(demo.origin)).map(({ name }) => name);
      assert.equal(names.includes("demo-session"), false, place);
      // The first attacker has planted it, so it is also there for the second.
      assert.equal(names.includes("onegini-otp-login"), true, "The cookie was to be planted.");
      assert.equal(await accountStatus(), 401, place);
    }
    // The client that began it could claim it all the time.
    assert.equal((await call(`/${attempt}/login`, cookie)).status, 200);
  });

  it("gives a page of another origin no code and no status", async () => {
    const page = await openLoginPage(context, demo.origin);
    const started = page.waitForResponse((answer) => answer.request().method() === "POST");
    await page.reload();
    const { attempt } = (await (await started).json()) as { attempt: string };
    const api = `${demo.origin}/otp-login`;
    neighbour.show(
      `<script>
         const ask = (path, init) =>
           fetch("${api}" + path, { credentials: "include", ...init })
             .then((answer) => answer.text(), () => "not readable");
         const stream = new EventSource("${api}/${attempt}", { withCredentials: true });
         const read = Promise.all([
           ask("", { method: "POST" }),
           ask("/${attempt}", {}),
           ask("/${attempt}/otp", { method: "POST" }),
           new Promise((resolve) => {
             stream.onopen = () => resolve("readable");
             stream.onerror = () => resolve("not readable");
           }),
         ]);
       </script>`,
    );
    for (const [place = "", url = ""] of places()) {
      const read: string[] = await (await visit(url)).evaluate("read");
      assert.deepEqual(new Set(read), new Set(["not readable"]), place);
    }
    await reachPhase(page, "pending");
  });

  it("starts a new session at a login, and ignores a planted one", async () => {
    const other = await browser.newContext();
    const url = demo.origin;
    const planted = "planted-by-somebody-who-knows-it";
    await context.addCookies([{ name: "demo-session", value: planted, url }]);

    await logInHere();

    const session = (await context.cookies()).find(({ name }) => name === "demo-session");
    assert.notEqual(session?.value, planted);
    assert.equal(session?.httpOnly, true);
    await other.addCookies([{ name: "demo-session", value: planted, url }]);
    assert.equal((await other.request.get(`${url}/account`)).status(), 401);
    await other.close();
  });

  it("is not overruled by a cookie that was planted for a longer path, which comes first", async () => {
    const cookie = { name: "demo-session", value: "planted", domain: "localhost", path: "/account" };
    await context.addCookies([cookie]);
    await logInHere();
    assert.match(await (await context.request.get(`${demo.origin}/account`)).text(), /demo-user/);

    // The session of somebody else: nobody can tell which of the two is planted.
    const own = (await context.cookies()).find(({ name, path }) => name === cookie.name && path === "/");
    await context.clearCookies();
    await logInHere();
    await context.addCookies([{ ...cookie, value: own?.value ?? "" }]);
    assert.equal((await context.request.get(`${demo.origin}/account`)).status(), 401);
  });

  it("does not show the account by the back button after a logout", async () => {
    const page = await logInHere();
    await page.getByRole("button", { name: "Log out" }).click();
    await page.waitForURL(`${demo.origin}/`);

    await pressBack(page);
    await page.waitForURL("**/account", { waitUntil: "commit" });

    await page.getByRole("heading", { name: "not logged in" }).waitFor();
    assert.doesNotMatch(await page.content(), /demo-user/);
  });

  it("does not show the account from the back-forward cache after a logout in another tab", async () => {
    const page = await logInHere();
    await page.getByRole("link", { name: "Help" }).click();
    await page.waitForURL("**/help");
    const tab = await visit(`${demo.origin}/account`);
    await tab.getByRole("button", { name: "Log out" }).click();
    await tab.waitForURL(`${demo.origin}/`);

    await pressBack(page);
    await page.waitForURL("**/account", { waitUntil: "commit" });

    await page.getByRole("heading", { name: "not logged in" }).waitFor();
    assert.doesNotMatch(await page.content(), /demo-user/);
  });

  it("restores a login page after a logout with a new code, and the old code logs nobody in", async () => {
    const page = await openLoginPage(context, demo.origin);
    const before = await codeOn(page);
    await page.getByRole("link", { name: "Help" }).click();
    await page.waitForURL("**/help");
    const tab = await logInHere();
    await tab.getByRole("button", { name: "Log out" }).click();
    await tab.waitForURL(`${demo.origin}/`);
    await phone.accept(before);

    await pressBack(page);
    await page.waitForURL(`${demo.origin}/`, { waitUntil: "commit" });
    await codeOn(page, before);

    assert.equal(await phaseOf(page), "pending");
    assert.equal(await accountStatus(), 401);
  });
});

/** Another site's server on this machine. Another port of `localhost` is the same site, but another origin. */
interface Neighbour {
  port: number;
  /** Shows a page with this markup at `/`, with these headers. */
  show(markup: string, headers?: Record<string, string | string[]>): void;
  stop(): Promise<void>;
}

async function startNeighbour(): Promise<Neighbour> {
  let answer = (response: ServerResponse): void => void response.writeHead(404).end();
  const server = createServer((request, response) => {
    if (request.url === "/") answer(response);
    else response.writeHead(204).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    show(markup, headers = {}) {
      answer = (response) =>
        void response
          .writeHead(200, { "content-type": "text/html; charset=utf-8", ...headers })
          .end(`<!doctype html><title>A neighbour</title>${markup}`);
    },
    async stop() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
