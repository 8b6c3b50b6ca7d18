import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import type { Browser, BrowserContext, Frame, Page } from "playwright-core";
import type { OneginiOtpLogin } from "../../../src/index.js";
import { until } from "../../support/until.js";
import { launchBrowser } from "../../support/browser.js";
import { settled } from "../../support/login-page.js";
import { startKitSite, type KitSite } from "../../support/sites/kit-site.js";
import { codeOn } from "../../support/qr.js";

const tag = "<onegini-otp-login></onegini-otp-login>";
const patienceMs = 30_000;

/** Waits until an element is in a phase; selectors see through open shadow roots. */
const reach = (page: Page | Frame, phase: string, selector = "onegini-otp-login") =>
  page.locator(`${selector}:state(${phase})`).first().waitFor({ state: "attached", timeout: patienceMs });

describe("The element in a page", () => {
  let browser: Browser;
  let site: KitSite;
  let context: BrowserContext;
  let page: Page;
  const wrong: string[] = [];

  before(async () => {
    [browser, site] = await Promise.all([launchBrowser(), startKitSite({ host: "login.bank.localhost" })]);
  });
  after(async () => {
    await browser.close();
    site.close();
  });
  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 900, height: 800 } });
    page = await context.newPage();
    wrong.length = site.calls.length = 0;
    context.on("weberror", (error) => wrong.push(String(error.error())));
  });
  afterEach(async () => {
    await context.close();
    assert.deepEqual(wrong, []);
  });

  async function open(body: string): Promise<void> {
    site.show("/", body);
    await page.goto(site.origin);
  }

  /** Scans the one visible code, accepts, and waits for the login. */
  async function logIn(where: Page | Frame = page, selector = "onegini-otp-login"): Promise<void> {
    await site.phone.accept(await codeOn(page));
    await reach(where, "completed", selector);
  }

  const evaluate = <T>(use: (element: OneginiOtpLogin) => T) =>
    page.evaluate<Awaited<T>>(`(${use.toString()})(document.querySelector("onegini-otp-login"))`);

  it("works in a form: its buttons do not submit it, it adds no field, and a reset does not change it", async () => {
    await open(`<form><input name="user" value="jane">${tag}<button id="go">Log in</button></form><script>
      globalThis.submits = [];
      document.forms[0].addEventListener("submit", (event) => {
        event.preventDefault();
        submits.push(event.submitter.id);
      });</script>`);
    await reach(page, "pending");
    await page.getByRole("button", { name: "Enlarge QR code" }).click();
    await page.keyboard.press("Escape");
    await evaluate((element) => element.cancel());
    await page.getByRole("button", { name: "Show QR code" }).press("Enter");
    await reach(page, "pending");
    assert.deepEqual(await page.evaluate("submits"), []);
    await page.locator("input").press("Enter");
    assert.deepEqual(await page.evaluate("submits"), ["go"], "Enter in a field is the form's own button.");
    assert.deepEqual(await page.evaluate("[...new FormData(document.forms[0]).keys()]"), ["user"]);
    await page.evaluate("document.forms[0].reset()");
    assert.equal(site.starts(), 2);
    await logIn();
    assert.deepEqual(await page.evaluate("submits"), ["go"]);
  });

  it("works in a disabled fieldset", async () => {
    await open(`<form><fieldset disabled>${tag}</fieldset></form>`);
    await reach(page, "pending");
    await page.getByRole("button", { name: "Enlarge QR code" }).click();
    await page.getByRole("dialog").waitFor();
  });

  it("starts when its modal dialog opens, and shows the large code on top of the dialog", async () => {
    await open(`<dialog>${tag}</dialog>`);
    await page.waitForFunction(() => customElements.get("onegini-otp-login") !== undefined);
    await settled(page);
    assert.equal(site.calls.length, 0, "Nobody sees it yet.");
    await page.evaluate("document.querySelector('dialog').showModal()");
    await reach(page, "pending");
    await page.getByRole("button", { name: "Enlarge QR code" }).click();
    const large = page.locator("onegini-otp-login dialog");
    await large.waitFor();
    await codeOn(large);
    await page.keyboard.press("Escape");
    await large.waitFor({ state: "hidden" });
    assert.equal(await page.evaluate("document.querySelector('dialog').open"), true);
    await logIn();
  });

  for (const [name, style] of Object.entries({
    "a float": "float: left",
    "an inline block": "display: inline-block",
    "as wide as its content": "inline-size: fit-content",
    "a flex container": "display: flex",
    "a grid": "display: grid; grid-template-columns: auto 1fr",
    "absolutely positioned": "position: absolute",
    "a table's cell": "display: table-cell",
  }))
    it(`has its own width and a readable code in a box that is ${name}`, async () => {
      await open(`<div style="${style}">${tag}</div>`);
      await reach(page, "pending");
      const width = await evaluate((element) => element.getBoundingClientRect().width);
      assert.ok(width >= 280 && width <= 420, `${width} px`);
      await codeOn(page);
    });

  for (const columns of ["80px", "8", "200px"])
    it(`is laid out at once, in one piece, in a box with columns: ${columns}`, async () => {
      await open(`<div style="columns: ${columns}">${tag}</div>`);
      await reach(page, "pending");
      const pieces = await evaluate(
        (element) => element.shadowRoot!.querySelector("canvas")!.closest(".column")!.getClientRects().length,
      );
      assert.equal(pieces, 1);
    });

  it("logs in after its dialog was closed between scan and acceptance", async () => {
    await open(`<dialog>${tag}</dialog><script>document.querySelector("dialog").showModal()</script>`);
    await reach(page, "pending");
    const { id } = await site.phone.scan(await codeOn(page));
    await page.evaluate("document.querySelector('dialog').close()");
    await site.phone.answer(id, true);
    await reach(page, "completed");
  });

  it("works in a closed shadow root inside an open one, and its login event leaves both", async () => {
    await open(`<div id="outer"></div><script>
      globalThis.heard = [];
      document.addEventListener("login", (event) => heard.push(event.target.id, event.result.user));
      const inner = document.createElement("div");
      outer.attachShadow({ mode: "open" }).append(inner);
      globalThis.element = document.createElement("onegini-otp-login");
      inner.attachShadow({ mode: "closed" }).append(element);</script>`);
    await page.waitForFunction("element.state === 'pending'");
    await site.phone.accept(await codeOn(page));
    await page.waitForFunction("element.state === 'completed'");
    assert.deepEqual(await page.evaluate("heard"), ["outer", "demo-user"]);
  });

  for (const [name, host] of [
    ["of the same origin", "login.bank.localhost"],
    ["of the same site, in a page of a sibling subdomain", "www.bank.localhost"],
  ] as const)
    it(`works in a frame ${name}`, async () => {
      site.show("/frame", tag);
      site.show("/around", `<iframe src="${site.origin}/frame" width="460" height="640"></iframe>`);
      await page.goto(`http://${host}:${site.port}/around`);
      const frame = page.frames().find((each) => each.url().endsWith("/frame"));
      if (!frame) throw new Error("There is no frame.");
      await reach(frame, "pending");
      await logIn(frame);
      assert.equal(site.starts(), 1, "Its cookie came back.");
    });

  it("starts in a frame only when the frame is scrolled into view", async () => {
    site.show("/frame", tag);
    await open(
      `<div style="height: 3000px"></div><iframe src="/frame" width="460" height="640" loading="eager"></iframe>`,
    );
    const frame = page.frames().find((each) => each.url().endsWith("/frame"));
    if (!frame) throw new Error("There is no frame.");
    await frame.waitForFunction("customElements.get('onegini-otp-login')");
    await settled(frame);
    assert.equal(site.starts(), 0);
    await page.locator("iframe").scrollIntoViewIfNeeded();
    await reach(frame, "pending");
  });

  it("can be three times on a page, each with its own attempt", async () => {
    await open(
      [1, 2, 3].map((id) => `<div id="p${id}" style="float:left;width:290px">${tag}</div>`).join(""),
    );
    for (const id of [1, 2, 3]) await reach(page, "pending", `#p${id} > *`);
    const codes = new Set<string>();
    for (const id of [1, 2, 3]) codes.add(await codeOn(page.locator(`#p${id}`)));
    assert.equal(codes.size, 3);
    await site.phone.accept([...codes][1] ?? "");
    await reach(page, "completed", "#p2 > *");
    const phases = "[...document.querySelectorAll('onegini-otp-login')].map(({ state }) => state)";
    assert.deepEqual(await page.evaluate(phases), ["pending", "completed", "pending"]);
  });

  it("can be created by a script, with properties that are set before it is inserted", async () => {
    await open(`<script type="module">
      await customElements.whenDefined("onegini-otp-login");
      const element = document.createElement("onegini-otp-login");
      Object.assign(element, { manual: true, renewals: 2, redirect: null, messages: { showCode: "Show ours" } });
      document.body.append(element);</script>`);
    await page.getByRole("button", { name: "Show ours" }).click();
    await reach(page, "pending");
    assert.equal(site.starts(), 1);
    await logIn();
  });

  it("shows its children before a late upgrade, and then uses the properties that were set", async () => {
    site.show("/", "<onegini-otp-login><p>Another way</p></onegini-otp-login>", { loads: false });
    await page.goto(site.origin);
    await evaluate((element) =>
      Object.assign(element, { manual: true, messages: { showCode: "Show ours" } }),
    );
    await page.getByText("Another way").waitFor();
    await page.addScriptTag({ type: "module", url: "/onegini-otp-login.js" });
    await page.evaluate(() => customElements.whenDefined("onegini-otp-login"));
    await page.getByRole("button", { name: "Show ours" }).waitFor();
    assert.equal(await page.getByText("Another way").isVisible(), false);
    assert.equal(site.starts(), 0);
    await page.getByRole("button", { name: "Show ours" }).click();
    await logIn();
  });

  it("continues when it is moved, whichever DOM method moves it", async () => {
    await open(`<main></main>${tag}<p></p>`);
    await reach(page, "pending");
    const code = await codeOn(page);
    const moves = {
      appendChild: (element: Element) => document.querySelector("main")!.appendChild(element),
      insertBefore: (element: Element) => document.body.insertBefore(element, document.body.firstChild),
      replaceWith: (element: Element) => document.querySelector("p")!.replaceWith(element),
      moveBefore: (element: Element) =>
        (document.body as unknown as { moveBefore?: (node: Node, child: Node | null) => void }).moveBefore?.(
          element,
          document.body.firstChild,
        ),
      "into a shadow root": (element: Element) =>
        document.querySelector("main")!.attachShadow({ mode: "open" }).append(element),
    };
    for (const [name, move] of Object.entries(moves)) {
      const find = `(document.querySelector("onegini-otp-login") ?? document.querySelector("main").shadowRoot.firstChild)`;
      await page.evaluate(`(${move.toString()})(${find})`);
      assert.equal(await codeOn(page), code, name);
      assert.equal(await page.evaluate(`${find}.state`), "pending", name);
    }
    assert.equal(site.starts(), 1);
    await until(() => site.streams() === 1, "its one stream");
    await logIn();
  });

  it("can be cloned: the clone has its attributes and its own attempt", async () => {
    await open(
      `<onegini-otp-login id="first" renewals="3" style="float:left;width:290px"></onegini-otp-login>`,
    );
    await reach(page, "pending");
    await evaluate((element) => {
      const clone = element.cloneNode(true) as Element;
      clone.id = "clone";
      element.after(clone);
    });
    await reach(page, "pending", "#clone");
    assert.equal(site.starts(), 2);
    assert.equal(await page.evaluate("document.querySelector('#clone').renewals"), 3);
    const code = await codeOn(page.locator("#clone"), await codeOn(page.locator("#first")));
    await site.phone.accept(code);
    await reach(page, "completed", "#clone");
    assert.equal(await page.evaluate("document.querySelector('#first').state"), "pending");
  });

  it("starts only after it is cloned from a template", async () => {
    await open(`<template>${tag}</template>`);
    await page.waitForFunction(() => customElements.get("onegini-otp-login") !== undefined);
    assert.equal(site.starts(), 0);
    await page.evaluate(() =>
      document.body.append(document.querySelector("template")!.content.cloneNode(true)),
    );
    await reach(page, "pending");
    await logIn();
  });

  it("continues with the same look when another document adopts it", async () => {
    site.show("/frame", "");
    await open(`${tag}<iframe src="/frame" width="460" height="640"></iframe>`);
    await reach(page, "pending");
    const code = await codeOn(page);
    const [before, after] = await page.evaluate(async () => {
      const element = document.querySelector<OneginiOtpLogin>("onegini-otp-login")!;
      const card = element.shadowRoot!.querySelector("section")!;
      const before = `${card.offsetWidth} px, ${getComputedStyle(card).padding}`;
      const { contentDocument } = document.querySelector("iframe")!;
      contentDocument!.body.append(contentDocument!.adoptNode(element));
      await element.updateComplete;
      return [before, `${card.offsetWidth} px, ${getComputedStyle(card).padding}`];
    });
    assert.equal(after, before);
    assert.equal(await codeOn(page), code);
    assert.equal(site.starts(), 1);
    await site.phone.accept(code);
    const frame = page.frames().find((each) => each.url().endsWith("/frame"));
    await frame!.waitForFunction(
      () => document.querySelector<OneginiOtpLogin>("onegini-otp-login")?.state === "completed",
    );
  });

  it("works in another document than the one that created it", async () => {
    site.show("/frame", "");
    await open(`${tag}<iframe src="/frame" width="460" height="640"></iframe>`);
    await page.evaluate(() => {
      const element = document.createElement("onegini-otp-login");
      document.querySelector("onegini-otp-login")!.remove();
      document.querySelector("iframe")!.contentDocument!.body.append(element);
    });
    const frame = page.frames().find((each) => each.url().endsWith("/frame"))!;
    await frame.waitForFunction(
      () => document.querySelector<OneginiOtpLogin>("onegini-otp-login")?.state === "pending",
    );
    await codeOn(page);
    assert.equal(await frame.locator("section").evaluate((card) => getComputedStyle(card).padding), "24px");
  });

  it("stops when it is removed, and starts again when it is inserted later", async () => {
    await open(tag);
    await reach(page, "pending");
    const codes = [await codeOn(page)];
    for (const waitMs of [0, 200]) {
      const state = await page.evaluate(async (ms) => {
        const element = document.querySelector<OneginiOtpLogin>("onegini-otp-login")!;
        element.remove();
        await new Promise((resolve) => setTimeout(resolve, ms + 1));
        const { state: removed } = element;
        document.body.append(element);
        return removed;
      }, waitMs);
      assert.equal(state, "idle");
      await reach(page, "pending");
      codes.push(await codeOn(page, ...codes));
    }
    assert.equal(site.starts(), 3);
    await until(() => site.streams() === 1, "the old streams' ends");
    await site.phone.accept(codes.at(-1) ?? "");
    await reach(page, "completed");
  });

  it("applies settings that change while it shows a code, and still logs in", async () => {
    await open(tag);
    await reach(page, "pending");
    const code = await codeOn(page);
    await evaluate((element) => {
      Object.assign(element, { endpoint: "/nowhere", renewals: 0, redirect: "#inside", manual: true });
      element.appLink = "myapp://qrlogin?otp={otp}";
      element.lang = "en-GB";
      element.messages = { step1: "Open the Example app", completed: "Welcome back" };
    });
    await page.getByText("Open the Example app").waitFor();
    assert.equal(await codeOn(page), code);
    assert.deepEqual([site.starts(), site.streams()], [1, 1]);
    await site.phone.accept(code);
    await page.getByText("Welcome back", { exact: true }).waitFor();
    await page.waitForURL("**/#inside");
    assert.ok(site.calls.includes("POST /otp-login/{attempt}/login"), "It logged in where it began.");
  });

  it("accepts properties as frameworks set them", async () => {
    await open(tag);
    await reach(page, "pending");
    const states = await page.evaluate(async () => {
      const element = document.querySelector<OneginiOtpLogin>("onegini-otp-login")!;
      const reached: string[] = [];
      for (const properties of [
        // React and Vue set undefined or null for missing values, and strings for numbers.
        { endpoint: undefined, renewals: undefined, redirect: undefined, appLink: undefined },
        { endpoint: null, renewals: null, redirect: null, messages: null, appLink: null },
        { renewals: "3", manual: "" },
        { renewals: "nonsense", messages: {} },
      ]) {
        Object.assign(element, properties);
        await element.updateComplete;
        reached.push(element.state);
      }
      return reached;
    });
    assert.deepEqual(states, ["pending", "pending", "pending", "pending"]);
    await logIn();
    assert.equal(site.starts(), 1);
  });

  it("can be replaced by innerHTML: the old one stops and the new one starts", async () => {
    await open(`<main>${tag}</main>`);
    await reach(page, "pending");
    const code = await codeOn(page);
    await page.evaluate((markup) => {
      document.querySelector("main")!.innerHTML = markup;
    }, tag);
    await codeOn(page, code);
    await until(() => site.streams() === 1, "the old stream's end");
    assert.equal(site.starts(), 2);
    await logIn();
  });
});
