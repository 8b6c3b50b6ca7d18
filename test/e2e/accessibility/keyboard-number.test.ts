import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Page } from "playwright-core";
import { reachPhase } from "../../support/login-page.js";
import { until } from "../../support/until.js";
import { focused, listen } from "./support/assistive-technology.js";
import { type Answer, code, refusal } from "./support/login-site.js";
import { type Stage, stages, watched } from "./support/scenes.js";

const field = "Number from your phone, 4 digits";
const question = "Type the number from your phone";
const wrong = "That number doesn’t match. 2 tries left.";
const incomplete = "Type all 4 digits.";
const heading = "Log in with your phone";

const kit = (error: string, more: object = {}): Answer => ({
  status: 403,
  body: { error, error_description: "…", ...more },
});
const asking = kit("pairing_required", { digits: 4, tries_left: 3, expires_in: 300 });
const wrongAnswer = kit("wrong_number", { digits: 4, tries_left: 2, expires_in: 300 });
const wrongThreeTimes = kit("pairing_failed");

const inElement = (page: Page, selector: string) => page.locator(`onegini-otp-login ${selector}`);
const title = (page: Page): Promise<string> => inElement(page, "#title").innerText();
const input = (page: Page) => inElement(page, "input");
const error = (page: Page) => inElement(page, "#error");

/** What is selected in the field: the texts before, in and after the selection. */
const selection = (page: Page): Promise<string[]> =>
  input(page).evaluate((each: HTMLInputElement) => {
    const { value, selectionStart, selectionEnd } = each;
    return [
      value.slice(0, selectionStart!),
      value.slice(selectionStart!, selectionEnd!),
      value.slice(selectionEnd!),
    ];
  });

/** What a screen reader reads of the field besides its name. */
const description = (page: Page): Promise<string[]> =>
  input(page).evaluate((each) =>
    each
      .getAttribute("aria-describedby")!
      .split(" ")
      .map((id) => (each.getRootNode() as ShadowRoot).getElementById(id)?.textContent.trim() ?? ""),
  );

/** A link of the site to another way to log in. */
const addOtherWay = (page: Page): Promise<void> =>
  page.evaluate(() => {
    document.querySelector("onegini-otp-login")!.innerHTML =
      `<a slot="other-way" href="#password">Use your password</a>`;
  });

describe("A login with a number, by keyboard alone", () => {
  const { open } = stages();

  /** From the page's first stop to the code. */
  async function start(stage: Stage): Promise<void> {
    const { page } = stage;
    while ((await focused(page)) !== "Show QR code") await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await watched(stage);
  }

  /** From the code to the large one. */
  async function enlarge({ page }: Stage): Promise<void> {
    while ((await focused(page)) !== "Enlarge QR code") await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    assert.equal(await focused(page), "Close");
  }

  async function ask({ page, site }: Stage): Promise<void> {
    site.answers.login = asking;
    site.say("approved");
    await reachPhase(page, "number");
  }

  const ways: [name: string, reach: (stage: Stage) => Promise<void>][] = [
    ["the card", async (stage) => start(stage)],
    [
      "the large code",
      async (stage) => {
        await start(stage);
        await enlarge(stage);
      },
    ],
  ];

  for (const [from, reach] of ways) {
    it(`ends in an account: from ${from}`, async () => {
      const stage = await open("idle");
      const { page, site } = stage;
      await reach(stage);
      const ear = await listen(page);
      await ask(stage);
      assert.equal(await page.getByRole("dialog").count(), 0);
      assert.equal(await focused(page), field);
      await page.keyboard.type("4713");
      site.answers.login = { status: 200, body: {} };
      await page.keyboard.press("Enter");
      await reachPhase(page, "completed");
      assert.equal(await focused(page), heading, "no button: the heading");
      await until(async () => (await ear.heard()).length >= 2, "both announcements");
      assert.deepEqual(await ear.heard(), [`${question}. Your phone shows 4 digits.`, "You’re logged in"]);
    });

    it(`hears of a wrong number once, and types it anew: from ${from}`, async () => {
      const stage = await open("idle");
      const { page, site } = stage;
      await reach(stage);
      await ask(stage);
      const ear = await listen(page);
      await page.keyboard.type("1111");
      site.answers.login = wrongAnswer;
      await page.keyboard.press("Enter");
      await error(page).getByText(wrong).waitFor();
      assert.equal(await focused(page), field);
      assert.deepEqual(await selection(page), ["", "1111", ""], "one key takes its place");
      assert.equal(await input(page).getAttribute("aria-invalid"), "true");
      assert.deepEqual((await description(page)).slice(0, 2), ["Your phone shows 4 digits.", wrong]);
      await stage.pass(5);
      assert.deepEqual(await ear.heard(), [wrong]);
      await page.keyboard.type("4713");
      assert.deepEqual(await selection(page), ["4713", "", ""]);
      site.answers.login = { status: 200, body: {} };
      // By the button.
      await page.keyboard.press("Tab");
      assert.equal(await focused(page), "Continue");
      await page.keyboard.press("Space");
      await reachPhase(page, "completed");
    });

    it(`stays in the field while digits are missing: from ${from}`, async () => {
      const stage = await open("idle");
      const { page } = stage;
      await reach(stage);
      await ask(stage);
      const ear = await listen(page);
      const sent: string[] = [];
      page.on("request", (request) => sent.push(request.url()));
      await page.keyboard.type("471");
      await page.keyboard.press("Enter");
      await error(page).getByText(incomplete).waitFor();
      assert.equal(await focused(page), field);
      assert.deepEqual(await selection(page), ["471", "", ""], "the next digit follows");
      assert.equal((await description(page))[1], incomplete);
      assert.deepEqual(await ear.heard(), [incomplete]);
      // From the button, the focus comes back to what is to be done.
      await page.keyboard.press("Backspace");
      assert.equal(await error(page).innerText(), "");
      await page.keyboard.press("Tab");
      assert.equal(await focused(page), "Continue");
      await page.keyboard.press("Enter");
      await error(page).getByText(incomplete).waitFor();
      assert.equal(await focused(page), field);
      assert.deepEqual(await ear.heard(), [incomplete, incomplete], "each time");
      assert.deepEqual(sent, []);
    });

    it(`has the focus on the button that helps, after a failure: from ${from}`, async () => {
      const stage = await open("idle");
      const { page, site } = stage;
      await reach(stage);
      site.say("denied");
      await reachPhase(page, "denied");
      assert.equal(await focused(page), "Try again");
      // The next attempt too, which has no button while it asks for a code.
      site.answers.start = refusal("temporarily_unavailable", 503);
      await page.keyboard.press("Enter");
      await reachPhase(page, "failed");
      assert.equal(await focused(page), "Try again");
      site.answers.start = code(60);
      await page.keyboard.press("Enter");
      await watched(stage);
      await ask(stage);
      await page.keyboard.type("1111");
      site.answers.login = wrongThreeTimes;
      await page.keyboard.press("Enter");
      await reachPhase(page, "failed");
      assert.equal(await focused(page), "Try again");
    });

    it(`has the focus on the site's other way where no retry helps: from ${from}`, async () => {
      const stage = await open("idle");
      const { page, site } = stage;
      await addOtherWay(page);
      await reach(stage);
      site.answers.login = refusal("account_blocked", 403);
      site.say("approved");
      await reachPhase(page, "failed");
      assert.equal(await page.getByRole("dialog").count(), 0);
      assert.equal(await focused(page), "Use your password");
      assert.equal(await page.getByRole("button", { name: "Try again" }).count(), 0);
      // And after a number.
      await page.evaluate(() => document.querySelector("onegini-otp-login")!.start());
      await watched(stage);
      await ask(stage);
      await input(page).focus();
      await page.keyboard.type("4713");
      site.answers.login = refusal("account_blocked", 403);
      await page.keyboard.press("Enter");
      await reachPhase(page, "failed");
      assert.equal(await focused(page), "Use your password");
    });
  }

  it("keeps the focus of a person who types elsewhere, who finds the way back in the title", async () => {
    const stage = await open("idle");
    const { page, site } = stage;
    await start(stage);
    await page.evaluate(() => {
      document.querySelector("main")!.insertAdjacentHTML("beforeend", `<input aria-label="User name">`);
    });
    const other = page.getByRole("textbox", { name: "User name" });
    await other.focus();
    const { title: documentTitle, scrolled } = await page.evaluate(() => ({
      title: document.title,
      scrolled: scrollY,
    }));
    await page.keyboard.type("al");
    const ear = await listen(page);
    await ask(stage);
    await page.keyboard.type("ex");
    assert.equal(await focused(page), "User name");
    assert.equal(await other.inputValue(), "alex");
    assert.equal(await title(page), question);
    assert.deepEqual(
      await page.evaluate(() => [document.title, scrollY]),
      [documentTitle, scrolled],
      "the page's title is the site's",
    );
    assert.deepEqual(await ear.heard(), [`${question}. Your phone shows 4 digits.`]);
    // The way back.
    while ((await focused(page)) !== field) await page.keyboard.press("Shift+Tab");
    assert.equal(await title(page), heading);
    await page.keyboard.type("1111");
    site.answers.login = wrongAnswer;
    await page.keyboard.press("Enter");
    await error(page).getByText(wrong).waitFor();
    assert.equal(await title(page), heading);
    // Away again: an end does not take the focus either.
    await page.keyboard.type("4713");
    site.answers.login = "never";
    await page.keyboard.press("Enter");
    await other.focus();
    site.cut();
    await page.evaluate(() => document.querySelector("onegini-otp-login")!.cancel());
    await reachPhase(page, "idle");
    assert.equal(await focused(page), "User name");
  });

  it("does not say that it logs in, where the question comes within 400 ms", async () => {
    const stage = await open("idle");
    const { page, site } = stage;
    await start(stage);
    const ear = await listen(page);
    let answer: (given: Answer) => void = () => undefined;
    site.answers.login = new Promise((resolve) => (answer = resolve));
    site.say("approved");
    await reachPhase(page, "approved");
    await stage.pass(0.399);
    answer(asking);
    await reachPhase(page, "number");
    await stage.pass(5);
    assert.deepEqual(await ear.heard(), [`${question}. Your phone shows 4 digits.`]);
  });
});
