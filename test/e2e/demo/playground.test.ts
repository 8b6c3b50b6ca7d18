import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import type { OneginiOtpLogin } from "onegini-otp-login";
import type { Page } from "playwright-core";
import { demoInBrowser, type DemoInBrowser } from "../../support/demo/demo.js";
import { locales } from "../../element/support/locales.js";
import { phases } from "../../../demo/client/playground/playground-settings.js";
import { openPlayground } from "../../support/demo/demo-pages.js";
import { codeOn } from "../../support/qr.js";
import { setText, settings } from "../accessibility/support/page-checks.js";

const languages = Object.keys(locales);

/** The fragment as the page itself has it. Playwright's own is a moment late. */
const hashOf = (page: Page): Promise<string> => page.evaluate(() => location.hash);

/** The JSON with which the playground makes a call fail. */
const madeAnswer = (error: string): string =>
  JSON.stringify({ error, error_description: "Made by the playground." });

describe("The playground", () => {
  let given: DemoInBrowser;
  demoInBrowser((each) => (given = each));

  const open = (fragment?: string) => openPlayground(given.context, given.demo.origin, fragment);

  it("sets every attribute of its element", async () => {
    const { set, element } = await open("#phase=idle");
    const texts = {
      endpoint: "/otp-login",
      redirect: "/account",
      "app-link": "/phone#otp={otp}",
      "qr-link": "https://bank.example/app#{otp}",
      renewals: "2",
    };
    // The control "beginning" sets the last four: see the tests below.
    const covered = [...Object.keys(texts), "manual", "attempt", "otp", "expires-in", "digits"];
    const observed = await element.evaluate(
      (each) => (each.constructor as typeof OneginiOtpLogin).observedAttributes,
    );
    assert.deepEqual(covered.toSorted(), observed.toSorted());
    for (const [name, value] of Object.entries(texts)) {
      await set(name, value);
      assert.equal(await element.getAttribute(name), value);
    }
    await set("manual", true);
    assert.equal(await element.getAttribute("manual"), "");
    await set("manual", false);
    assert.equal(await element.getAttribute("manual"), null);
    await set("redirect", "");
    assert.equal(await element.getAttribute("redirect"), null);
  });

  it("sets a site's own texts, and reports invalid ones", async () => {
    const { set, element, reads, page, snippet } = await open("#phase=idle");
    const words = { step2: "Scan it in **Demo Bank**" };
    await set("messages", JSON.stringify(words));
    await reads("Scan it in Demo Bank");
    assert.match(
      await snippet("npm"),
      /element\.messages = \{\n {2}"step2": "Scan it in \*\*Demo Bank\*\*"\n\};/,
    );
    const box = page.getByRole("textbox", { name: "messages" });
    for (const none of ['{"step2": ', '["step2"]', '{"step2": 2}', "null"]) {
      await set("messages", none);
      assert.equal(await box.getAttribute("aria-invalid"), "true", none);
      await page.getByText("This is no JSON with words yet.").waitFor();
      await reads("Scan it in Demo Bank");
    }
    await set("messages", "");
    assert.equal(await box.getAttribute("aria-invalid"), "false");
    await reads("Scan this code in the app");
    assert.equal(await element.evaluate((each: OneginiOtpLogin) => Object.keys(each.messages!).length), 0);
  });

  it("starts an element with a code from the page's server, and logs in", async () => {
    const starts: string[] = [];
    given.context.on("request", (request) => {
      if (request.method() === "POST") starts.push(new URL(request.url()).pathname);
    });
    const { set, element, reaches, page, press, snippet } = await open();
    await reaches("pending");
    const attempts = () => starts.filter((path) => path === "/playground/otp-login").length;
    assert.equal(attempts(), 1);
    await set("beginning", "server");
    await page.locator("#stage onegini-otp-login[attempt]:state(pending)").waitFor();
    assert.equal(await codeOn(page), await element.getAttribute("otp"));
    assert.match(
      await snippet("html"),
      / attempt="\{attempt\}" otp="\{otp\}" expires-in="\{expiresIn\}" digits="\{digits\}">\{svg\}</,
    );
    await press("Accept");
    await reaches("completed");
    assert.equal(attempts(), 1);
  });

  it("starts an element with another browser's cached code, and the element starts a new attempt", async () => {
    const { element, reaches, page, press } = await open("#beginning=cache");
    await reaches("pending");
    const cached = await element.getAttribute("otp");
    assert.ok(cached);
    assert.notEqual(await codeOn(page, cached), cached);
    await press("Accept");
    await reaches("completed");
  });

  it("gives codes from the server to its own page only", async () => {
    const begin = (headers: Record<string, string>, body = '{"beginning":"server"}') =>
      fetch(`${given.demo.origin}/playground/begin`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body,
      });
    assert.equal((await begin({ origin: "https://elsewhere.test" })).status, 403);
    assert.equal((await begin({ "sec-fetch-site": "cross-site" })).status, 403);
    assert.equal((await begin({ "content-type": "text/plain" })).status, 415);
    for (const body of ["", "null", "{}", '{"beginning":"element"}', '{"beginning":["server"]}'])
      assert.equal((await begin({}, body)).status, 400, body);
    const begun = await begin({});
    assert.deepEqual(Object.keys((await begun.json()) as object), ["attempt", "otp", "expiresIn"]);
    assert.match(begun.headers.get("cache-control") ?? "", /no-store/);
  });

  it("offers every language, in its writing direction", async () => {
    const { set, element, page } = await open("#phase=idle");
    const offered = await page
      .locator("#language option")
      .evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value));
    assert.deepEqual(offered, languages.toSorted());
    const titles = new Set<string>();
    for (const language of languages) {
      await set("language", language);
      titles.add(await element.locator("h2").innerText());
      const direction = await element.evaluate((each) => getComputedStyle(each).direction);
      assert.equal(direction, language === "ar" ? "rtl" : "ltr", language);
    }
    assert.equal(titles.size, languages.length);
  });

  it("styles the element: width, text size, colours for light and dark, corners, the page's scheme", async () => {
    const { set, element, page } = await open("#phase=idle");
    const look = () =>
      element.evaluate((each) => {
        const button = getComputedStyle(each.shadowRoot!.querySelector("[part~=button]")!);
        const card = getComputedStyle(each.shadowRoot!.querySelector("[part~=base]")!);
        return {
          width: (each as HTMLElement).offsetWidth,
          text: getComputedStyle(each).fontSize,
          accent: button.backgroundColor,
          onAccent: button.color,
          surface: card.backgroundColor,
          ink: card.color,
          radius: card.borderRadius,
        };
      });
    await set("width", "300");
    await set("text-size", "150");
    await set("property-accent", "light-dark(#a00, #faa)");
    await set("property-on-accent", "#fffff0");
    await set("property-surface", "#fafafa");
    await set("property-text", "#101010");
    await set("property-radius", "3px");
    await set("scheme", "light");
    assert.deepEqual(await look(), {
      width: 300,
      text: "24px",
      accent: "rgb(170, 0, 0)",
      onAccent: "rgb(255, 255, 240)",
      surface: "rgb(250, 250, 250)",
      ink: "rgb(16, 16, 16)",
      radius: "3px",
    });
    assert.match(await page.locator("#width-said").innerText(), /^300 px/);
    await set("scheme", "dark");
    assert.equal((await look()).accent, "rgb(255, 170, 170)");
    await set("property-accent", "");
    assert.equal((await look()).accent, "rgb(143, 176, 255)");
    await page.getByRole("button", { name: "Everything as it was" }).click();
    await page.waitForFunction(() => location.hash === "");
    assert.equal(await element.evaluate((each) => (each as HTMLElement).offsetWidth), 420);
  });

  it("brings the element to every phase, and holds it there", async () => {
    const { goTo, reaches, page, element, events, press } = await open();
    await reaches("pending");
    for (const phase of [...phases, "failed"]) {
      await goTo(phase);
      await page.locator(`#phases [aria-current][value=${phase}]`).waitFor();
      assert.equal(await hashOf(page), `#phase=${phase}`);
    }
    assert.equal(await page.locator("#phase-said").innerText(), "");
    // The faults that led to the phase are still there.
    await element.getByRole("button", { name: "Try again" }).click();
    await reaches("failed");
    assert.deepEqual((await events()).slice(-3), [
      "statechange requesting",
      "statechange failed",
      `error temporarily_unavailable: 503 Service Unavailable, answer ${madeAnswer("temporarily_unavailable")}`,
    ]);
    await press("start()");
    await reaches("pending");
    await press("cancel()");
    await reaches("idle");
  });

  it("shows what a person sees after a scan, and without a connection, and is itself again", async () => {
    const { goTo, reaches, reads, press, element, page } = await open("#phase=scanned");
    await reaches("scanned");
    await reads("Check your phone");
    await press("Accept");
    await reaches("completed");
    await goTo("reconnecting");
    await reads("Reconnecting…");
    await goTo("offline");
    await reads("You’re offline. We’ll keep trying.");
    await goTo("scanned");
    await reaches("scanned");
    assert.equal(await page.evaluate(() => navigator.onLine), true);
    await element.getByRole("button", { name: "Scan again" }).click();
    await page.locator("#phases [aria-current][value=pending]").waitFor();
    assert.equal(await hashOf(page), "");
  });

  it("shows what a person reads in each kind of failure, and of a login that takes long", async () => {
    const { goTo, reads, reaches, hears, set } = await open();
    await reaches("pending");
    for (const [phase, words, event] of [
      ["wrong_number", /That number doesn’t match/, undefined],
      ["pairing_failed", "The number was wrong three times", "pairing_failed: 403 Forbidden"],
      ["login_paused", /Until .+ Please log in another way/, "login_paused: 503 Service Unavailable"],
      ["too_many_requests", /Try again in/, "too_many_requests: 429 Too Many Requests"],
      ["cookies_blocked", "Cookies are off", "cookies_blocked"],
      ["slow", "This is taking longer than usual.", undefined],
    ] as const) {
      await goTo(phase);
      await reads(words);
      if (event) await hears(`error ${event}`);
    }
    // It goes on as soon as the phase is no longer held.
    await set("hold", false);
    await reaches("completed");
  });

  it("shows the phone's layout, with the demo's link into the app, in each phase", async () => {
    const { goTo, reads, element, page, press, snippet, set, reaches } = await open();
    await reaches("pending");
    await press("App first");
    await element.getByRole("link", { name: "Continue" }).waitFor();
    assert.equal(await hashOf(page), "#app-first=on");
    assert.match(await snippet("html"), / app-link="\/phone#otp=\{otp\}&amp;browser=\{browser\}"/);
    for (const [phase, words] of [
      ["scanned", "Check the app"],
      ["reconnecting", "Reconnecting…"],
      ["offline", "You’re offline. We’ll keep trying."],
      ["slow", "This is taking longer than usual."],
      ["wrong_number", "Type the number from the app"],
      ["cookies_blocked", "Cookies are off"],
    ] as const) {
      await goTo(phase);
      await reads(words);
      await page.locator(`#phases [aria-current][value=${phase}]`).waitFor();
    }
    await goTo("pending");
    await set("app-link", "/phone#{otp}");
    await element.getByRole("link", { name: "Continue" }).waitFor();
    await press("App first");
    await element.getByRole("img", { name: "QR code to log in" }).waitFor();
    await press("Everything as it was");
    assert.equal(await element.getAttribute("app-link"), null);
  });

  it("stays in what it holds when the person tries again", async () => {
    const { goTo, reads, element, page, press, reaches } = await open("#phase=cookies_blocked");
    await reads("Cookies are off");
    await element.getByRole("button", { name: "Try again" }).click();
    await reaches("requesting");
    await reads("Cookies are off");
    assert.equal(await hashOf(page), "#phase=cookies_blocked");
    await goTo("number");
    await reads("Type the number from your phone");
    await element.getByRole("button", { name: "Continue" }).click();
    await reads("Type all 4 digits.");
    assert.equal(await hashOf(page), "#phase=number");
    await goTo("wrong_number");
    await element.getByRole("textbox").fill("4711");
    await Promise.all([
      page.waitForResponse((response) => response.status() === 403),
      element.getByRole("button", { name: "Continue" }).click(),
    ]);
    await page.locator("#phases [aria-current][value=wrong_number]").waitFor();
    assert.equal(await hashOf(page), "#phase=wrong_number");
    await goTo("pairing_failed");
    await reads("The number was wrong three times");
    await element.getByRole("button", { name: "Try again" }).click();
    await reaches("pending");
    await press("Accept");
    await reads("The number was wrong three times");
    assert.equal(await hashOf(page), "#phase=pairing_failed");
  });

  it("does not hold a phase when holding is off", async () => {
    const { goTo, hears, reaches, set, page } = await open("#phase=idle");
    await goTo("requesting");
    await reaches("requesting");
    await set("hold", false);
    await reaches("pending");
    await goTo("approved");
    await hears("login");
    await reaches("completed");
    assert.equal(await hashOf(page), "#hold=off");
  });

  it("has its own phone, and shows its code to the demo phone", async () => {
    const { press, reaches, page } = await open();
    await reaches("pending");
    const phone = await given.context.newPage();
    await phone.goto(`${given.demo.origin}/phone`);
    await phone.getByRole("button", { name: "Scan QR code" }).click();
    await phone.getByRole("heading", { name: "Is this you logging in?" }).waitFor();
    await phone.getByRole("button", { name: "Decline" }).click();
    await reaches("denied");
    await page.bringToFront();
    await press("start()");
    await reaches("pending");
    await press("Accept");
    await reaches("completed");
    await page.getByText("The phone showed: Log in to Demo Bank on the web.").waitFor();
    await press("Accept");
    await page.getByText("This code was already handled.").waitFor();
  });

  it("has its own phone that scans a visible code, and says when there is none", async () => {
    const { reaches, press, set, page } = await open();
    await reaches("pending");
    await press("cancel()");
    await press("Accept");
    await page.getByText("There is no code to scan.").waitFor();
    await set("endpoint", "/otp-login");
    await press("start()");
    await reaches("pending");
    await press("Accept");
    await page.getByText("The phone at hand scans the codes of /playground/otp-login.").waitFor();
  });

  it("sets the width of the slider, and ignores numbers out of range", async () => {
    const { reaches, set, snippet, element, page } = await open();
    await reaches("pending");
    await page.setViewportSize({ width: 1500, height: 900 });
    await set("width", "300");
    assert.match(await snippet("css"), /max-inline-size: 300px;/);
    assert.equal((await element.boundingBox())?.width, 300);
    await set("renewals", "1000");
    assert.equal(await element.getAttribute("renewals"), null);
    assert.doesNotMatch(page.url(), /renewals/);
  });

  it("lists the events with their details, without announcing them", async () => {
    const { reaches, press, events, hears, goTo, set, page } = await open("#redirect=%2Faccount");
    await reaches("pending");
    await press("Accept");
    await reaches("completed");
    await hears("login");
    await goTo("denied");
    await reaches("denied");
    await set("codes", "busy");
    await press("start()");
    await hears("error");
    assert.deepEqual(await events(), [
      "statechange requesting",
      "statechange pending",
      "statechange approved",
      "statechange completed",
      `login result {}, redirectTo ${given.demo.origin}/account, prevented`,
      "statechange requesting",
      "statechange pending",
      "statechange denied",
      "statechange requesting",
      "statechange failed",
      `error too_many_requests: 429 Too Many Requests, answer ${madeAnswer("too_many_requests")}`,
    ]);
    const times = await page
      .locator("#events time")
      .evaluateAll((all) => all.map((each) => each.textContent));
    for (const time of times) assert.match(time ?? "", /^\d\d:\d\d:\d\d\.\d{3}$/);
    assert.equal(
      await page.locator("#events").evaluate((each) => !!each.closest("[aria-live], [role=log]")),
      false,
    );
    await press("Clear the events");
    assert.deepEqual(await events(), []);
  });

  it("follows a login's redirect when staying on the page is off", async () => {
    const { reaches, set, press, page } = await open("#redirect=%2Faccount");
    await reaches("pending");
    await set("stay", false);
    await press("Accept");
    await page.waitForURL("**/account");
    await page.getByText("playground-user").waitFor();
  });

  it("offers code that creates the same element on an empty page", async () => {
    await given.context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const { page, press, element, reaches } = await open(
      "#language=nl&width=300&text-size=120&property-accent=%23aa0000&property-radius=4px" +
        "&renewals=2&redirect=%2Faccount%3Fa%3D1%26b%3D%222%22&app-link=%2Fphone%23%7Botp%7D&scheme=light" +
        "&messages=%7B%22title%22%3A%22%3C/script%3E%20Hallo%22%7D&part-title=color:red&slot-footer=%3C/style%3E%3Cb%3E%26amp;%20%22tips%22",
    );
    await reaches("pending");
    const copied = async (name: string): Promise<string> => {
      await press(`Copy: ${name}`);
      await page.locator("#copied", { hasText: "Copied" }).waitFor({ state: "attached" });
      return page.evaluate(() => navigator.clipboard.readText());
    };
    const html = await copied("HTML");
    const css = await copied("CSS");
    assert.match(
      await copied("With npm"),
      /import "onegini-otp-login\/define";\nimport "onegini-otp-login\/locales\/nl";/,
    );

    const url = `${given.demo.origin}/blank`;
    await given.context.route(url, (route) =>
      route.fulfill({ contentType: "text/html", body: `<!doctype html><style>${css}</style>${html}` }),
    );
    await given.context.route(/\/assets\/(onegini-otp-login|locales\/nl)\.js$/, (route) =>
      route.fulfill({
        contentType: "text/javascript",
        body: readFileSync(`dist/${new URL(route.request().url()).pathname.replace("/assets/", "")}`),
      }),
    );
    const blank = await given.context.newPage();
    await blank.goto(url);
    const other = blank.locator("onegini-otp-login:state(pending)");
    await other.waitFor();
    const described = (each: Element) => ({
      // The stage's endpoint is the playground's own.
      attributes: [...each.attributes]
        .filter(({ name }) => name !== "endpoint")
        .map(({ name, value }) => [name, value]),
      heading: getComputedStyle(each.shadowRoot!.querySelector("h2")!).color,
      footer: each.querySelector("[slot=footer]")!.textContent,
      width: (each as HTMLElement).offsetWidth,
      text: getComputedStyle(each).fontSize,
      ring: getComputedStyle(each.shadowRoot!.querySelector("[part~=base]")!).borderRadius,
      accent: getComputedStyle(each).getPropertyValue("--onegini-otp-login-accent"),
      title: each.shadowRoot!.querySelector("h2")!.textContent,
    });
    await other.getByRole("heading", { name: "Hallo" }).waitFor();
    assert.deepEqual(await other.evaluate(described), await element.evaluate(described));
    assert.equal((await other.evaluate(described)).title, "</script> Hallo");
    assert.equal(await other.getByText("Scan deze code").first().isVisible(), true);
    assert.equal(await codeOn(blank).then((code) => code.length > 100), true);
  });

  it("takes from a link no address of another site, and from a person any", async () => {
    const names = ["endpoint", "redirect", "app-link", "qr-link"] as const;
    const foreign = "https://evil.example/#{otp}";
    const values = new URLSearchParams([["width", "333"], ...names.map((name) => [name, foreign])]);
    const { page, element, reaches, set } = await open(`#${values}`);
    await reaches("pending");
    assert.equal(await page.locator("#width").inputValue(), "333");
    for (const name of names.slice(1)) assert.equal(await element.getAttribute(name), null, name);
    assert.equal(await element.getAttribute("endpoint"), "/playground/otp-login");
    assert.equal(await hashOf(page), "#width=333");
    await set("app-link", foreign);
    assert.equal(await element.getAttribute("app-link"), foreign);
  });

  it("keeps the controls in the address, and reads them from it", async () => {
    const first = await open();
    for (const [name, value] of [
      ["language", "ja"],
      ["width", "333"],
      ["property-surface", "#123456"],
      ["stay", false],
      ["stream", "buffered"],
      ["app-link", "/phone?a=1&b#{otp}"],
      ["messages", '{"step1": "Open & \\"sesame\\""}'],
    ] as const) {
      await first.set(name, value);
    }
    await first.goTo("denied");
    await first.reaches("denied");
    const hash = await hashOf(first.page);
    const second = await open(hash);
    await second.reaches("denied");
    for (const id of ["html", "css", "npm"] as const) {
      assert.equal(await second.snippet(id), await first.snippet(id));
    }
    assert.equal(await hashOf(second.page), hash);

    await second.page.evaluate(
      () => (location.hash = "language=fr&width=9999&stream=nonsense&renewals=x&constructor=1"),
    );
    await second.element.getByText("Connexion avec votre mobile").first().waitFor();
    assert.equal(await second.page.locator("#stream").inputValue(), "works");
    assert.equal(await second.page.locator("#renewals").inputValue(), "5");
    assert.equal(await second.page.locator("#width").inputValue(), "720");
  });

  it("fits every width from 320 pixels without scrolling sideways", async () => {
    const { page, set, reaches } = await open("#width=720");
    await reaches("pending");
    await set("text-size", "200");
    for (const width of [320, 375, 600, 880, 1099, 1100, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      const overflow = await page.evaluate(async () => {
        for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
        return document.documentElement.scrollWidth - innerWidth;
      });
      assert.equal(overflow <= 0, true, `at ${width} px: ${overflow} px too wide`);
    }
  });

  it("does not scroll sideways at 320 pixels with text twice as large and spaced as in WCAG 1.4.12", async () => {
    const { page, reaches } = await open();
    await reaches("pending");
    await page.setViewportSize({ width: 320, height: 800 });
    for (const [setting, css] of Object.entries(settings))
      for (const tab of await page.getByRole("tab").all()) {
        await tab.click();
        await setText(page, css);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0, `${await tab.innerText()}, ${setting}: ${overflow} px too wide`);
      }
  });

  it("can be used by keyboard alone", async () => {
    const { page, reaches } = await open();
    await reaches("pending");
    await page.locator("#phases").getByRole("button", { name: "idle" }).focus();
    await page.keyboard.press("Enter");
    await reaches("idle");
    for (const [key, name] of [
      ["Tab", "requesting"],
      ["Tab", "pending"],
    ] as const) {
      await page.keyboard.press(key);
      assert.equal(await page.evaluate(() => document.activeElement?.textContent), name);
    }
    await page.getByRole("tab", { name: "Look" }).focus();
    await page.keyboard.press("ArrowRight");
    await page.getByRole("tab", { name: "Attributes", selected: true }).waitFor();
    await page.locator("#manual").focus();
    await page.keyboard.press("Space");
    assert.match(await hashOf(page), /manual=on/);
  });
});
