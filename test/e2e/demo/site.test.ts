import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, describe, it } from "node:test";
import type { Browser } from "playwright-core";
import { launchBrowser } from "../../support/browser.js";
import { type Demo, hostOf, loopbackAddresses, phoneCalls, startDemo } from "../../support/demo/demo.js";
import { openPlayground } from "../../support/demo/demo-pages.js";
import { openLoginPage, reachPhase } from "../../support/login-page.js";
import { codeOn } from "../../support/qr.js";
import { until } from "../../support/until.js";
import { Browser as Caller } from "../../unit/server/support/browser.js";

describe("The demo's site", () => {
  let demo: Demo;

  before(async () => {
    demo = await startDemo();
  });
  after(() => demo.stop());

  const get = (path: string, init: RequestInit = {}) =>
    fetch(demo.origin + path, { redirect: "manual", ...init });

  it("answers on both addresses of localhost, and redirects pages to the name", async () => {
    for (const host of loopbackAddresses.map(hostOf)) {
      for (const path of ["/", "/account?a=1", "/phone"]) {
        const answer = await fetch(`http://${host}:${demo.port}${path}`, { redirect: "manual" });
        assert.equal(answer.status, 307, host + path);
        assert.equal(answer.headers.get("location"), demo.origin + path);
      }
    }
  });

  it("does not redirect the calls of the Token Server and the phone", async () => {
    for (const host of ["localhost", ...loopbackAddresses.map(hostOf)]) {
      const phone = await fetch(`http://${host}:${demo.port}/phone/users/somebody`, {
        method: "PUT",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ enrolled: true }),
        redirect: "manual",
      });
      assert.equal(phone.status, 204, host);
      const tokenServer = await fetch(`http://${host}:${demo.port}/oauth/api/v4/authenticate/user`, {
        method: "POST",
        body: new URLSearchParams({ type: "qr-code" }),
        redirect: "manual",
      });
      assert.equal(tokenServer.status, 401, host);
    }
  });

  it("shows on the account page what a bank shows: the balance, and how the person has just logged in", async () => {
    const browser = await launchBrowser();
    try {
      for (const [locale, words, balance] of [
        ["en", "Logged in with your phone, just now, in this browser.", "€2,468.10"],
        ["nl", "Ingelogd met je telefoon, zojuist, in deze browser.", "€\u00a02.468,10"],
      ] as const) {
        const context = await browser.newContext({ locale });
        const page = await openLoginPage(context, demo.origin);
        await phoneCalls(demo.origin).accept(await codeOn(page));
        await page.waitForURL("**/account");
        await page.getByText(words).waitFor();
        assert.equal(await page.locator(".amount").textContent(), balance);
        await context.close();
      }
    } finally {
      await browser.close();
    }
  });

  it("answers 421 at a host that is not its own, so that no other site can read its answers", async () => {
    const at = (host: string, path: string): Promise<number> =>
      new Promise((resolve, reject) => {
        const sent = request({ port: demo.port, path, headers: { host } }, (answer) => {
          answer.resume();
          resolve(answer.statusCode ?? 0);
        });
        sent.once("error", reject).end();
      });
    for (const path of ["/", "/health", "/otp-login", "/oauth/x", "/phone/users/jane", "/playground/x"]) {
      assert.equal(await at("rebound.example", path), 421, path);
      assert.equal(await at(`rebound.example:${demo.port}`, path), 421, path);
    }
    assert.equal(await at("localhost", "/"), 200);
  });

  describe("has an account page that", () => {
    const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    let users = 0;

    /** Logs in with a browser of its own. */
    async function logIn(user: string) {
      const caller = new Caller({ url: `${demo.origin}/otp-login`, origin: demo.origin });
      const { attempt, otp } = await caller.start({ headers: { "user-agent": firefox } });
      await phoneCalls(demo.origin).enroll(user);
      await phoneCalls(demo.origin).accept(otp, user);
      await until(async () => (await caller.status(attempt)).status === "approved", "the approval");
      const answer = await caller.logIn(attempt);
      const cookie = answer.headers.getSetCookie()[0]?.split(";")[0] ?? "";
      return { attempt, cookie, repeat: () => caller.logIn(attempt) };
    }
    const newUser = (): string => `account-${users++}`;
    const account = (cookie: string) => get("/account", { headers: { cookie } });
    const end = (attempt: string, headers: Record<string, string>) =>
      get("/account/end", { method: "POST", headers, body: new URLSearchParams({ attempt }) });

    it("lists this login and the user's others, each with device and address, and the others with a button", async () => {
      const user = newUser();
      const [mine, other, foreign] = [await logIn(user), await logIn(user), await logIn(newUser())];

      const page = await (await account(mine.cookie)).text();

      assert.match(page, new RegExp(`<bdi>${user}</bdi>`));
      assert.equal(page.split("Firefox on Linux").length - 1, 2);
      assert.match(page, /<bdi>(127\.0\.0\.1|::1)<\/bdi>/);
      assert.equal(page.split("This browser").length - 1, 1);
      // Nobody says of the browser in their hands "That wasn't me": it has "Log out".
      assert.equal(page.split("That wasn’t me").length - 1, 1);
      assert.ok(page.includes(`value="${other.attempt}"`));
      for (const { attempt } of [mine, foreign]) assert.equal(page.includes(`value="${attempt}"`), false);
    });

    it("ends another login by its attempt, and a repetition of that login begins no new session", async () => {
      const user = newUser();
      const [mine, other] = [await logIn(user), await logIn(user)];

      const answer = await end(other.attempt, { cookie: mine.cookie });

      assert.deepEqual([answer.status, answer.headers.get("location")], [303, "/account?notice=ended"]);
      assert.equal((await account(other.cookie)).status, 401);
      const repeated = await other.repeat();
      assert.equal(repeated.status, 410);
      assert.deepEqual(repeated.headers.getSetCookie(), []);
      assert.equal((await (await account(mine.cookie)).text()).includes(other.attempt), false);
    });

    it("ends the login of this browser, and with it its cookies", async () => {
      const mine = await logIn(newUser());

      const answer = await end(mine.attempt, { cookie: mine.cookie });

      assert.deepEqual([answer.status, answer.headers.get("location")], [303, "/?notice=logged-out"]);
      const ended = answer.headers.getSetCookie().map((cookie) => cookie.split("=")[0]);
      assert.deepEqual(ended, ["demo-session", "onegini-otp-login"]);
      assert.equal((await account(mine.cookie)).status, 401);
      assert.equal((await mine.repeat()).status, 410);
    });

    it("ends no login of another user, for another site, or without a session", async () => {
      const [mine, foreign] = [await logIn(newUser()), await logIn(newUser())];
      const { cookie } = mine;

      await end(foreign.attempt, { cookie });
      await end("", { cookie });
      assert.equal((await end(mine.attempt, { cookie, "sec-fetch-site": "cross-site" })).status, 403);
      assert.equal((await end(mine.attempt, { cookie, origin: "https://example.com" })).status, 403);
      assert.equal((await end(mine.attempt, {})).status, 401);
      assert.equal((await end("x".repeat(5_000), { cookie })).status, 413);

      for (const each of [mine, foreign]) assert.equal((await account(each.cookie)).status, 200);
    });
  });

  it("says on the login page's address that somebody is logged in, and begins no attempt for them", async () => {
    const caller = new Caller({ url: `${demo.origin}/otp-login`, origin: demo.origin });
    const { attempt, otp } = await caller.start();
    await phoneCalls(demo.origin).accept(otp);
    await until(async () => (await caller.status(attempt)).status === "approved", "the approval");
    const cookie = (await caller.logIn(attempt)).headers.getSetCookie()[0]?.split(";")[0] ?? "";

    for (const path of ["/", "/?begin=server", "/?begin=early", "/?notice=logged-out"]) {
      const answer = await get(path, { headers: { cookie } });
      const page = await answer.text();
      assert.match(page, /You’re logged in/, path);
      assert.match(page, /<bdi>demo-user<\/bdi>/);
      assert.doesNotMatch(page, /<onegini-otp-login|early\.js|logged out/);
      assert.equal(answer.headers.get("cache-control"), "no-store");
      assert.deepEqual(answer.headers.getSetCookie(), []);
    }
    assert.match(
      await (await get("/", { headers: { cookie: "demo-session=x" } })).text(),
      /<onegini-otp-login/,
    );
  });

  it("is a Token Server for sites on this computer only", async () => {
    const start = (callbackUri: string) =>
      get("/oauth/api/v4/authenticate/user", {
        method: "POST",
        headers: { authorization: `Basic ${btoa("demo:demo-secret")}` },
        body: new URLSearchParams({ type: "qr-code", callback_uri: callbackUri, message: "Hello" }),
      });
    for (const uri of [
      "http://localhost:8080/cb",
      "http://127.0.0.1:1/",
      "http://[::1]:5/",
      "https://127.1.2.3/",
    ]) {
      assert.equal((await start(uri)).status, 200, uri);
    }
    for (const uri of [
      "http://example.com/",
      "http://localhost.example.com/",
      "http://10.0.0.1/",
      "nonsense",
    ]) {
      assert.equal((await start(uri)).status, 400, uri);
    }
  });

  it("has a strict policy on every page", async () => {
    for (const path of ["/", "/account", "/phone", "/help", "/cards", "/nowhere"]) {
      const { headers } = await get(path);
      const policy = headers.get("content-security-policy") ?? "";
      for (const part of [
        "default-src 'none'",
        "style-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "require-trusted-types-for 'script'",
      ]) {
        assert.ok(policy.split("; ").includes(part), `${path}: ${part}`);
      }
      assert.doesNotMatch(policy, /unsafe-(inline|eval)'(?<!wasm-unsafe-eval')/);
      assert.equal(policy.includes("wasm-unsafe-eval"), path === "/phone");
      assert.equal(headers.get("x-content-type-options"), "nosniff");
      assert.equal(headers.get("referrer-policy"), "same-origin");
    }
    assert.match((await get("/")).headers.get("content-security-policy") ?? "", /trusted-types lit-html/);
  });

  it("uses the browser's language, or English", async () => {
    for (const [accept, lang] of [
      ["en-US,en;q=0.9", "en"],
      ["nl-BE,nl;q=0.9,en;q=0.8", "nl"],
      ["da,fr-CH;q=0.5,de;q=0.9", "de"],
      ["fr;q=0.1, de;q=0", "fr"],
      ["ja, *;q=0.1", "en"],
      ["", "en"],
      [";;;q=,,,=\u00ff", "en"],
      ["x".repeat(4_000), "en"],
    ] as const) {
      const page = await (await get("/", { headers: { "accept-language": accept } })).text();
      assert.match(page, new RegExp(`<html lang="${lang}">`), accept.slice(0, 40));
    }
  });

  it("remembers the language that a person chose, and ignores unknown ones", async () => {
    const chosen = await get("/account?lang=fr&x=1");
    assert.equal(chosen.status, 303);
    assert.equal(chosen.headers.get("location"), `${demo.origin}/account?x=1`);
    const cookie = chosen.headers.get("set-cookie")?.split(";")[0] ?? "";
    assert.match(await (await get("/", { headers: { cookie } })).text(), /<html lang="fr">/);

    const unknown = await get("/?lang=%22%3E%3Cscript%3E");
    assert.equal(unknown.status, 303);
    const elsewhere = await get("//example.com/?lang=nl");
    assert.equal(elsewhere.headers.get("location"), `${demo.origin}//example.com/`);
    assert.match(
      await (await get("/", { headers: { cookie: "demo-language=xx" } })).text(),
      /<html lang="en">/,
    );
  });

  it("has help for somebody who cannot scan, in each language", async () => {
    for (const [language, heading] of [
      ["en", "If you can’t scan"],
      ["nl", "Als scannen niet lukt"],
      ["fr", "Si vous ne pouvez pas scanner"],
      ["de", "Wenn Sie nicht scannen können"],
    ] as const) {
      const headers = { "accept-language": language };
      const page = await (await get("/help", { headers })).text();
      assert.match(page, new RegExp(`<html lang="${language}">`));
      assert.match(page, new RegExp(`<section id="scanning">\\s*<h2>${heading}</h2>`));
      assert.match(page, /href="\/#password-login"/);
      assert.match(await (await get("/cards", { headers })).text(), new RegExp(`<html lang="${language}">`));
    }
  });

  it("says that it checks no password", async () => {
    for (const body of ["user=a&password=b", "", "x".repeat(100_000)]) {
      const answer = await get("/password", { method: "POST", body });
      assert.equal(answer.status, 303);
      assert.equal(answer.headers.get("location"), "/?notice=password#password-login");
    }
    assert.match(await (await get("/?notice=password")).text(), /This demo has no passwords/);
  });

  it("rejects a logout from another site", async () => {
    for (const headers of [{ "sec-fetch-site": "cross-site" }, { origin: "https://example.com" }]) {
      for (const method of ["GET", "POST"]) {
        const answer = await get("/logout", { method, headers });
        assert.equal(answer.status, 403);
        assert.equal(answer.headers.get("set-cookie"), null);
      }
    }
  });

  describe("in a browser", () => {
    let browser: Browser;
    before(async () => {
      browser = await launchBrowser();
    });
    after(() => browser.close());

    for (const [locale, heading, title] of [
      ["en-GB", "Log in", "Log in with your phone"],
      ["nl-NL", "Inloggen", "Inloggen met je telefoon"],
      ["fr-FR", "Connexion", "Connexion avec votre mobile"],
      ["de-DE", "Anmelden", "Mit dem Handy anmelden"],
    ] as const) {
      it(`shows page and widget in the language of a browser in ${locale}`, async () => {
        const context = await browser.newContext({ locale });
        const page = await openLoginPage(context, demo.origin);

        await page.getByRole("heading", { name: heading, exact: true }).waitFor();
        await page.getByRole("heading", { name: title, exact: true }).waitFor();

        await context.close();
      });
    }

    const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

    for (const locale of ["en", "nl", "fr", "de"])
      it(`speaks of scanning where the card shows a code, and not on the phone that has the app: ${locale}`, async () => {
        for (const [scans, options] of [
          [true, {}],
          [false, phone],
        ] as const) {
          const context = await browser.newContext({ locale, ...options });
          const page = await openLoginPage(context, demo.origin);
          await reachPhase(page, "pending");
          assert.equal(/scan/i.test(await page.locator("body").innerText()), scans);
          await context.close();
        }
      });

    for (const [where, options] of [
      ["a desktop", {}],
      ["a phone", phone],
    ] as const)
      it(`offers the password in the card where a login has failed, on ${where}`, async () => {
        const context = await browser.newContext(options);
        await context.route("**/otp-login", (route) => route.fulfill({ status: 403, body: "" }));
        const page = await context.newPage();
        await page.goto(demo.origin);
        await reachPhase(page, "failed");
        const ways = page.getByRole("link", { name: "Log in with a password", exact: true });
        assert.equal(await ways.count(), 1);
        await ways.press("Enter");
        assert.equal(await page.getByLabel("User name").evaluate((field) => field.matches(":focus")), true);
        await context.close();
      });

    it("shows the app's icon and its scanner's in the steps", async () => {
      const page = await openLoginPage(await browser.newContext(), demo.origin);
      for (const slot of ["app-icon", "scan-icon"])
        await page.locator(`onegini-otp-login > [slot=${slot}]`).waitFor({ state: "visible" });
      const width = await page
        .locator("[slot=app-icon]")
        .evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth));
      assert.ok(width > 0);
      await page.context().close();
    });

    it("shows the language with a globe and a chevron, and opens the list at the button at any text size", async () => {
      const context = await browser.newContext();
      const page = await openLoginPage(context, demo.origin);
      const button = page.getByRole("button", { name: "English" });
      assert.equal(await button.locator("svg").count(), 2);
      for (const [width, textSize] of [
        [1280, "100%"],
        [390, "100%"],
        [390, "200%"],
      ] as const) {
        await page.setViewportSize({ width, height: 800 });
        await page.evaluate((size) => (document.documentElement.style.fontSize = size), textSize);
        await button.click();
        const [opener, list] = [await button.boundingBox(), await page.locator("#languages").boundingBox()];
        const gap = (list?.y ?? 0) - ((opener?.y ?? 0) + (opener?.height ?? 0));
        assert.ok(gap >= 0 && gap <= 16, `${gap} px below the button, ${width} px, ${textSize}`);
        const right = (box: typeof list) => Math.round((box?.x ?? 0) + (box?.width ?? 0));
        assert.equal(right(list), right(opener));
        await page.keyboard.press("Escape");
      }
      await context.close();
    });

    it("stays on the playground when a language is chosen there, keeps what is set, and shows the element in it", async () => {
      const context = await browser.newContext();
      const { page, element } = await openPlayground(context, demo.origin, "#language=ja&width=300");

      await page.getByRole("button", { name: "English" }).click();
      await page.getByRole("link", { name: "Nederlands" }).click();

      await page.waitForURL(`${demo.origin}/playground#width=300`);
      await element.getByRole("heading", { name: "Inloggen met je telefoon" }).waitFor();
      await page.getByRole("button", { name: "Nederlands" }).waitFor();
      assert.equal(await page.locator("html").getAttribute("lang"), "en");
      await context.close();
    });

    it("ends another browser's login by the account page's button", async () => {
      const user = "account-in-browsers";
      await phoneCalls(demo.origin).enroll(user);
      const logIn = async () => {
        const context = await browser.newContext();
        const page = await openLoginPage(context, demo.origin);
        await phoneCalls(demo.origin).accept(await codeOn(page), user);
        await page.waitForURL("**/account");
        return page;
      };
      const [stranger, mine] = [await logIn(), await logIn()];
      await mine.reload();

      const logins = mine.getByRole("region", { name: "Where you’re logged in" }).getByRole("listitem");
      assert.equal(await logins.count(), 2);
      assert.match(await logins.first().innerText(), /Chrome on Linux.*This browser/);
      assert.equal(await logins.first().getByRole("button").count(), 0);
      await logins.nth(1).getByRole("button", { name: "That wasn’t me" }).click();

      await mine.getByRole("status").getByText("That login has ended").waitFor();
      assert.equal(await logins.count(), 1);
      assert.equal((await stranger.reload())?.status(), 401);
      for (const page of [stranger, mine]) await page.context().close();
    });

    it("says at its address that one is logged in, continues, and confirms the logout once", async () => {
      const context = await browser.newContext();
      const page = await openLoginPage(context, demo.origin);
      await phoneCalls(demo.origin).accept(await codeOn(page));
      await page.waitForURL("**/account");

      await page.goto(demo.origin);
      await page.getByRole("heading", { name: "You’re logged in" }).waitFor();
      await page.getByRole("link", { name: "Continue" }).click();
      await page.waitForURL("**/account");
      await page.goBack();
      await page.getByRole("button", { name: "Log out" }).click();

      const confirmation = page.getByRole("status").getByText("You’re logged out.");
      await confirmation.waitFor();
      // The notice is not in the address, so a reload does not repeat it.
      await page.waitForURL(`${demo.origin}/`);
      await page.reload();
      await codeOn(page);
      assert.equal(await confirmation.count(), 0);
      await context.close();
    });

    it("says in the form that no password was checked", async () => {
      const context = await browser.newContext();
      const page = await openLoginPage(context, demo.origin);

      await page.getByRole("button", { name: "Log in", exact: true }).click();

      await page.getByRole("alert").getByText("This demo has no passwords").waitFor();
      await context.close();
    });
  });
});
