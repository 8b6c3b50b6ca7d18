import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { engineTitles, wantedEngines } from "../../../scripts/find-engines.js";
import { codeSeenIn, startEngine, type Engine } from "../../support/engines/engine.js";
import { startKitSite, type KitSite } from "../../support/sites/kit-site.js";
import { until } from "../../support/until.js";
import {
  code,
  refusal,
  startLoginSite,
  type Answer,
  type LoginSite,
} from "../accessibility/support/login-site.js";
import { startDesktop, type Desktop } from "./support/desktop.js";
import { startOrca, type Orca } from "./support/orca.js";

const ready = "The QR code is ready. Scan it in the app.";
const question = "Type the number from your phone. Your phone shows 4 digits.";

const field = "Number from your phone, 4 digits entry.";
const enlarge = "Enlarge QR code button.";
const tryAgain = "Try again button.";

/** Another number of as many digits. */
const wrong = (number: string): string => String((Number(number) + 1) % 10_000).padStart(4, "0");

for (const name of wantedEngines().filter((each) => each !== "webkit"))
  describe(`Orca with ${engineTitles[name]}`, () => {
    let desktop: Desktop;
    let orca: Orca;
    let engine: Engine;
    /** A scripted login API, which fails as a test wants. */
    let scripted: LoginSite;
    /** The kit and the emulator. */
    let bank: KitSite;
    let bankWithNumber: KitSite;
    /** How many of Orca's texts a test has compared. */
    let heard = 0;

    before(async () => {
      [scripted, bank, bankWithNumber] = await Promise.all([
        startLoginSite(),
        startKitSite(),
        startKitSite({ asksForNumber: true }),
      ]);
      for (const site of [bank, bankWithNumber])
        site.show(
          "/",
          `<a href="#home">Example Bank</a><h1>Log in</h1><onegini-otp-login manual></onegini-otp-login>`,
        );
      desktop = await startDesktop();
      orca = await startOrca(desktop);
      engine = await startEngine(name, { desktop: desktop.environment });
      console.log(`engine: ${engine.title}, Orca ${orca.version}`);
    });
    after(async () => {
      await engine?.close();
      await desktop?.close();
      await scripted?.close();
      bank?.close();
      bankWithNumber?.close();
    });

    afterEach(() => scripted.reset());

    /** Waits until Orca has said each of these, in any order, after what was heard before. */
    async function hears(...texts: readonly string[]): Promise<void> {
      const from = heard;
      const places = () => texts.map((text) => orca.said().indexOf(text, from));
      await until(() => !places().includes(-1), "Orca").catch(() => {
        const missing = texts.filter((_text, index) => places()[index] === -1);
        assert.fail(
          `Orca did not say “${missing.join("”, “")}”, but: ${orca.said().slice(from).join(" | ")}`,
        );
      });
      heard = Math.max(...places()) + 1;
    }

    /** Opens a login page, and goes to its first control by keyboard, the link above the element. */
    async function open(url: string): Promise<void> {
      await engine.open(url);
      // What is focused before Orca knows the page is not said.
      const from = orca.said().length;
      let lastAt = -Infinity;
      await until(async () => {
        if (performance.now() > lastAt + 2_000) {
          await engine.run(() => {
            (document.activeElement as HTMLElement | null)?.blur();
            document.querySelector("a")?.focus();
          });
          lastAt = performance.now();
        }
        return orca
          .said()
          .slice(from)
          .some((text) => text.includes("Example Bank link"));
      }, "Orca to know the page");
      heard = orca.said().length;
    }

    /** Asks for a code, by keyboard. */
    async function start(url: string): Promise<void> {
      await open(url);
      await engine.press("Tab");
      await hears("Show QR code button.");
      await engine.press("Enter");
    }

    const startScripted = (attributes = "") =>
      start(`${scripted.origin}/?element=${encodeURIComponent(`manual ${attributes}`)}`);

    const setOnline = (isOnline: boolean) =>
      engine.run((is) => {
        Object.defineProperty(navigator, "onLine", { configurable: true, value: is });
        dispatchEvent(new Event(is ? "online" : "offline"));
      }, isOnline);

    /** Accepts on the phone, in a browser that is new to the person. Returns the number that the phone shows. */
    async function acceptUntilNumberIsAsked(): Promise<string> {
      await start(bankWithNumber.origin);
      await hears(ready);
      const { id, message } = await bankWithNumber.phone.scan(await codeSeenIn(engine));
      await bankWithNumber.phone.answer(id, true);
      await hears(field, question);
      return /\d{4}/.exec(message)?.[0] ?? assert.fail(message);
    }

    it("says a whole login: the code, and that the person is logged in", async () => {
      await start(bank.origin);
      await hears(ready);
      await bank.phone.accept(await codeSeenIn(engine));
      await hears("You’re logged in");
    });

    it("says the large code, and where the person is after it", async () => {
      await start(bank.origin);
      await hears(ready);
      await engine.press("Tab");
      await hears(enlarge);
      await engine.press("Enter");
      await hears("Scan this code in the app dialog", "Close button.");
      await engine.press("Escape");
      await hears(enlarge);
    });

    it("says the question for the number, each wrong one, and that the person is logged in", async () => {
      const number = await acceptUntilNumberIsAsked();
      await engine.type("12");
      await engine.press("Enter");
      await hears("Type all 4 digits.");
      // The two digits are selected, so they are replaced.
      for (const triesLeft of ["2 tries left", "1 try left"]) {
        await engine.type(wrong(number));
        await engine.press("Enter");
        await hears(`That number doesn’t match. ${triesLeft}.`);
      }
      await engine.type(number);
      await engine.press("Enter");
      await hears("You’re logged in");
    });

    it("says that the number was wrong three times", async () => {
      const number = await acceptUntilNumberIsAsked();
      for (const heardAfter of [
        "That number doesn’t match. 2 tries left.",
        "That number doesn’t match. 1 try left.",
      ]) {
        await engine.type(wrong(number));
        await engine.press("Enter");
        await hears(heardAfter);
      }
      await engine.type(wrong(number));
      await engine.press("Enter");
      await hears(tryAgain, "The number was wrong three times. Start again and scan a new code.");
    });

    it("says that the person declined, and a new code after that", async () => {
      await start(bank.origin);
      await hears(ready);
      await engine.press("Tab");
      await hears(enlarge);
      await bank.phone.deny(await codeSeenIn(engine));
      await hears(tryAgain, "You declined on your phone. You’re not logged in on this device.");
      await engine.press("Enter");
      await hears(ready);
    });

    it("says that the code was scanned, and that the phone accepted", async () => {
      await startScripted();
      await hears(ready);
      await until(() => scripted.watching() > 0, "the stream");
      scripted.say("pending", { scanned: true });
      await hears("Check your phone. Accept there to log in here.");
      scripted.answers.login = "never";
      scripted.say("approved");
      await hears("Accepted. Logging you in…");
    });

    it("says that the time of the last code is over", async () => {
      scripted.answers.start = code(2);
      await startScripted(`renewals="0"`);
      await hears(ready);
      await hears("Show a new code button.", "Still there? Get a new code to continue.");
    });

    it("says that the page is offline, and when it has a code again", async () => {
      await startScripted();
      await hears(ready);
      await setOnline(false);
      await hears("You’re offline. We’ll keep trying.");
      await setOnline(true);
      await hears(ready);
    });

    const atStart: Record<string, { answer: Answer; said: readonly string[] }> = {
      "the server does not answer": {
        answer: refusal("temporarily_unavailable", 503),
        said: [tryAgain, "The login service isn’t answering. Please try again in a moment."],
      },
      "there were too many tries": {
        answer: refusal("too_many_requests", 429),
        said: [tryAgain, "Too many tries. Please wait a little."],
      },
      "the site is not allowed": {
        answer: refusal("forbidden_origin", 403),
        said: ["Phone login isn’t available here. Please log in another way."],
      },
      "logins are paused": {
        answer: refusal("login_paused", 503, { "Retry-After": "600" }),
        said: ["Phone login is paused. Please log in another way for now."],
      },
    };
    for (const [what, { answer, said }] of Object.entries(atStart))
      it(`says that there is no code: ${what}`, async () => {
        scripted.answers.start = answer;
        await startScripted();
        await hears(...said);
      });

    it("says that cookies are off", async () => {
      scripted.answers.status = refusal("unknown_attempt", 404);
      await startScripted();
      await hears(tryAgain, "Cookies are off. Allow cookies for this site, then try again.");
    });

    const afterAcceptance: Record<string, { answer: Answer; said: readonly string[] }> = {
      "something went wrong": {
        answer: refusal("invalid_request", 400),
        said: [tryAgain, "We couldn’t log you in. You accepted, but something went wrong on our side."],
      },
      "the account is refused": {
        answer: refusal("account_blocked", 403),
        said: ["This account can’t log in here. Please log in another way, or ask for help."],
      },
      "the login is over": {
        answer: refusal("attempt_settled", 409),
        said: [tryAgain, "This login has ended. Start again to get a new code."],
      },
    };
    for (const [what, { answer, said }] of Object.entries(afterAcceptance))
      it(`says that an accepted login failed: ${what}`, async () => {
        scripted.answers.login = answer;
        await startScripted();
        await hears(ready);
        await engine.press("Tab");
        await hears(enlarge);
        await until(() => scripted.watching() > 0, "the stream");
        scripted.say("approved");
        await hears(...said);
      });
  });
