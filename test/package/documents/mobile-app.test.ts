import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it, type TestContext } from "node:test";
import { compileFunction } from "node:vm";
import { createPhone, type PhoneOptions } from "onegini-otp-login/emulator";
import { serve } from "../../unit/emulator/support.js";

/** A listing for React Native, without its imports and exports. */
const listingOf = (path: string): string => {
  const text = readFileSync(new URL(path, import.meta.url), "utf8");
  const code = /^```jsx\n(.*?)^```/ms.exec(text)?.[1] ?? text;
  return code.replace(/^import .*\n/gm, "").replace(/^export /gm, "");
};
const listing = listingOf("../../../docs/mobile-app/react-native.md");
const listingBefore = listingOf("../version-before/react-native-listing.jsx");
const home = "https://www.example.com/login";

/** What a listing takes from elsewhere: the SDK, two libraries and the app's own screens. */
const names = [
  "sdk",
  "Events",
  "Linking",
  "NativeModules",
  "Platform",
  "useCodeScanner",
  "showConfirmation",
  "closeConfirmation",
  "showResult",
  "showAdvice",
  "showLeaving",
  "showWayBack",
];

/** What the listing gives to the app. */
interface App {
  logIn: (otp: string, browser?: string) => Promise<void>;
  onLink: (url: string) => void;
  useLoginScanner: () => Scanner;
}

interface Scanner {
  onCodeScanned: (codes: { value: string }[]) => void;
}

interface AppOptions extends PhoneOptions {
  /** The site's words. */
  message?: string;
  /** The browsers' schemes that iOS can open. */
  schemes?: string[];
  /** Called when the dialog is open. */
  whileOpen?: () => void;
  /** Called before the answer is sent to the Token Server. */
  beforeAnswer?: () => Promise<void>;
  code?: string;
}

/** The listing with the emulator's phone as its SDK. The person answers each dialog with `press`. */
async function startApp(t: TestContext, options: AppOptions, press: boolean) {
  const {
    message = "Log in?",
    schemes = [],
    whileOpen,
    beforeAnswer,
    code = listing,
    ...phoneOptions
  } = options;
  const { tokenServer, start, result } = await serve(t);
  const fetch = async (request: Request) => {
    if (request.url.endsWith("/answer")) await beforeAnswer?.();
    return tokenServer.fetch(request);
  };
  const phone = createPhone({ fetch }, "lisa", phoneOptions);
  await phone.enroll();
  const seen: string[] = [];
  let isOpen = false;
  /** The button "Back to the browser", and what hands the same code over once more, of the last screen. */
  const last: { back?: (() => unknown) | undefined; again?: (() => Promise<void>) | undefined } = {};
  const ended = new EventTarget();
  const end = (words: string) => {
    seen.push(words);
    ended.dispatchEvent(new Event("end"));
  };
  const parts = {
    sdk: phone,
    Events: {
      SdkNotification: { MobileAuthOtp: "ONEWELCOME_MOBILE_AUTH_OTP_NOTIFICATION" },
      MobileAuthOtp: { StartAuthentication: "startAuthentication" },
    },
    Linking: {
      addEventListener: () => undefined,
      getInitialURL: () => Promise.resolve(null),
      openURL: (address: string) => Promise.resolve(void seen.push(`open: ${address}`)),
      // As in React Native: a scheme that the app did not declare is an error.
      canOpenURL: (scheme: string) =>
        schemes.includes(scheme) ? Promise.resolve(true) : Promise.reject(new Error(scheme)),
    },
    NativeModules: {
      Browser: {
        open: (...all: unknown[]) => void seen.push(`open: ${all.join(" in ")}`),
        background: () => void seen.push("background"),
      },
    },
    Platform: { OS: options.platform ?? "android" },
    useCodeScanner: (scanner: Scanner) => scanner,
    showConfirmation: (message: string, answer: (accepted: boolean) => void) => {
      seen.push(`dialog: ${message}`);
      isOpen = true;
      whileOpen?.();
      setImmediate(() => {
        answer(press);
        answer(!press);
      });
    },
    closeConfirmation: () => (isOpen = false),
    showResult: (phase: string, back?: () => unknown) => {
      last.back = back;
      end(phase);
    },
    showAdvice: (code: number, back?: () => unknown, again?: () => Promise<void>) => {
      Object.assign(last, { back, again });
      end(String(code));
    },
    showLeaving: (number: string | undefined, leave: () => unknown) => {
      seen.push(`leaving, ${number}`);
      leave();
      end("left");
    },
    showWayBack: (number: string | undefined, back?: () => unknown) => {
      last.back = back;
      end(`way back, ${number}`);
    },
  };
  const run = compileFunction(`${code}\nreturn { logIn, onLink, useLoginScanner };`, names) as (
    ...parts: unknown[]
  ) => App;
  const app = run(...names.map((name) => parts[name as keyof typeof parts]));
  return {
    app,
    phone,
    last,
    start: () => start({ message }),
    isAuthenticated: async (id: string) => (await result(id)).body["is_authenticated"],
    seen,
    isOpen: () => isOpen,
    hasEnded: () => new Promise((resolve) => ended.addEventListener("end", resolve, { once: true })),
  };
}
type RunningApp = Awaited<ReturnType<typeof startApp>>;

/** Opens the app by a link with a new code. Returns the code's id, and what was seen after the dialog. */
async function openByLink({ app, start, hasEnded, seen }: RunningApp, rest: string) {
  const { id, otp } = await start();
  const end = hasEnded();
  app.onLink(`https://www.example.com/app#otp=${encodeURIComponent(otp)}${rest}`);
  await end;
  return { id, after: seen.splice(0).filter((each) => !each.startsWith("dialog: ")) };
}

describe("The React Native listing of docs/mobile-app/react-native.md", () => {
  for (const platform of ["android", "ios"] as const) {
    it(`accepts a login on ${platform} and opens one dialog for it`, async (t) => {
      const { app, start, isAuthenticated, seen, isOpen } = await startApp(t, { platform }, true);
      const { id, otp } = await start();
      await app.logIn(otp);
      assert.equal(await isAuthenticated(id), true);
      assert.deepEqual(seen, ["dialog: Log in?", "accepted"]);
      assert.equal(isOpen(), false);
    });

    for (const denied of ["resolves", "rejects"] as const) {
      it(`says that a login was declined on ${platform}, also if the call ${denied}`, async (t) => {
        const { app, start, isAuthenticated, seen, isOpen } = await startApp(t, { platform, denied }, false);
        const { id, otp } = await start();
        await app.logIn(otp);
        assert.equal(await isAuthenticated(id), false);
        assert.deepEqual(seen, ["dialog: Log in?", "declined"]);
        assert.equal(isOpen(), false);
      });
    }

    it(`gives the code of a locked app on ${platform}, and works once it is unlocked`, async (t) => {
      const { app, phone, start, seen } = await startApp(t, { platform }, true);
      const { otp } = await start();
      phone.lock();
      await app.logIn(otp);
      phone.unlock();
      await app.logIn(otp);
      assert.deepEqual(seen, [platform === "ios" ? "8012" : "9010", "dialog: Log in?", "accepted"]);
    });

    it(`ignores a second code on ${platform} while one is open`, async (t) => {
      const { app, start, seen } = await startApp(t, { platform }, true);
      const [first, second] = [await start(), await start()];
      await Promise.all([app.logIn(first.otp), app.logIn(second.otp)]);
      assert.deepEqual(seen, ["dialog: Log in?", "accepted"]);
    });
  }

  it("takes the code from a link, encoded or not", async (t) => {
    const { app, start, isAuthenticated, hasEnded } = await startApp(t, {}, true);
    for (const link of [
      (otp: string) => `https://bank.example/app#otp=${encodeURIComponent(otp)}`,
      (otp: string) => `bank://qrlogin#otp=${encodeURIComponent(otp)}`,
      (otp: string) => `bank://qrlogin#otp=${otp}`,
    ]) {
      const { id, otp } = await start();
      const end = hasEnded();
      app.onLink(link(otp));
      await end;
      assert.equal(await isAuthenticated(id), true);
    }
  });

  it("reads a code with a link, and one without", async (t) => {
    const { app, start, isAuthenticated, hasEnded } = await startApp(t, {}, true);
    for (const text of [
      (otp: string) => otp,
      (otp: string) => `https://bank.example/app#otp=${encodeURIComponent(otp)}`,
    ]) {
      const { id, otp } = await start();
      const end = hasEnded();
      app.useLoginScanner().onCodeScanned([{ value: text(otp) }]);
      await end;
      assert.equal(await isAuthenticated(id), true);
    }
  });
});

describe("Back to the browser, by the React Native listing", () => {
  const words = "Log in to www.example.com. It may ask for 4713: type it only there.";
  const device = " Device: Mac 10.15 Safari 1810.1, Location: NL, Provincie Utrecht, Utrecht";
  const packages: Record<string, string> = {
    chrome: "com.android.chrome",
    firefox: "org.mozilla.firefox",
    edge: "com.microsoft.emmx",
    samsung: "com.sec.android.app.sbrowser",
    opera: "com.opera.browser",
    brave: "com.brave.browser",
    duckduckgo: "com.duckduckgo.mobile.android",
  };
  const schemes: Record<string, string> = { chrome: "googlechromes://", firefox: "firefox://" };

  /** What docs/mobile-app.md says for a name. */
  function expected(name: string, isAndroid: boolean, number?: string): string[] {
    const address = number ? `${home}#otp-return=${number}` : `${home}#otp-return`;
    if (isAndroid) {
      if (!number) return ["leaving, undefined", "background", "left"];
      if (name === "app") return [`way back, ${number}`];
      return [`leaving, ${number}`, `open: ${address} in ${packages[name] ?? ""}`, "left"];
    }
    if (name === "app" || (name in packages && !(name in schemes))) return [`way back, ${number}`];
    if (name in schemes && number) return [`way back, ${number}`];
    return [`leaving, ${number}`, `open: ${schemes[name] ?? address}`, "left"];
  }

  for (const platform of ["android", "ios"] as const) {
    for (const [message, number] of [
      [words + device, "4713"],
      [`Log in to Example on the web.${device}`, undefined],
    ] as const)
      it(`goes back as the table says on ${platform}, ${number ? "with" : "without"} a number`, async (t) => {
        const app = await startApp(t, { platform, message, schemes: Object.values(schemes) }, true);
        for (const name of ["safari", "other", "app", ...Object.keys(packages)]) {
          const { id, after } = await openByLink(app, `&browser=${name}`);
          assert.deepEqual(after, expected(name, platform === "android", number), name);
          assert.equal(await app.isAuthenticated(id), true);
        }
      });

    it(`opens only the fixed address on ${platform}, whatever the link says`, async (t) => {
      const app = await startApp(t, { platform, message: words, schemes: Object.values(schemes) }, true);
      for (const hostile of [
        "",
        "https://evil.example/login",
        encodeURIComponent("https://evil.example/#"),
        "evil://",
        "intent:%23Intent;package=com.evil;end",
        "com.evil.browser",
        "constructor",
        "__proto__",
        "{browser}",
        "%7Bbrowser%7D",
        "%",
        "CHROME",
        "x".repeat(10_000),
      ]) {
        const { after } = await openByLink(app, `&browser=${hostile}`);
        assert.deepEqual(after, expected("other", platform === "android", "4713"), hostile.slice(0, 50));
      }
      const { after } = await openByLink(app, "&browser=chrome&browser=https://evil.example");
      assert.deepEqual(after, expected("chrome", platform === "android", "4713"));
    });

    it(`stays on ${platform} without \`browser\`: scanned, or an older page`, async (t) => {
      const app = await startApp(t, { platform, message: words }, true);
      assert.deepEqual((await openByLink(app, "")).after, ["accepted"]);
      assert.equal(app.last.back, undefined);
      const { otp } = await app.start();
      const end = app.hasEnded();
      app.app.useLoginScanner().onCodeScanned([{ value: `https://a.example/app#otp=${otp}&browser=chrome` }]);
      await end;
      assert.deepEqual(app.seen, [`dialog: ${words}`, "accepted"]);
    });

    it(`does not leave on ${platform} before the answer was delivered`, async (t) => {
      let deliver: () => void = () => undefined;
      const delivered = new Promise<void>((resolve) => (deliver = resolve));
      let answers: () => void = () => undefined;
      const answered = new Promise<void>((resolve) => (answers = resolve));
      const app = await startApp(
        t,
        {
          platform,
          beforeAnswer: () => {
            answers();
            return delivered;
          },
        },
        true,
      );
      const login = openByLink(app, "&browser=safari");
      await answered;
      await new Promise((resolve) => setTimeout(resolve, 50));
      assert.deepEqual(app.seen, ["dialog: Log in?"]);
      deliver();
      assert.deepEqual((await login).after, expected("safari", platform === "android"));
    });

    for (const denied of ["resolves", "rejects"] as const)
      it(`stays on ${platform} after a decline that ${denied}, with a button to the bare address`, async (t) => {
        const app = await startApp(t, { platform, denied, message: words }, false);
        assert.deepEqual((await openByLink(app, "&browser=safari")).after, ["declined"]);
        app.last.back?.();
        assert.deepEqual(app.seen.splice(0), [
          platform === "android" ? `open: ${home} in ` : `open: ${home}`,
        ]);
        await openByLink(app, "&browser=app");
        assert.equal(app.last.back, undefined, "An app opens nothing for a browser in another app.");
      });

    it(`keeps \`browser\` with the code on ${platform} while the app is locked`, async (t) => {
      const app = await startApp(t, { platform, message: words }, true);
      app.phone.lock();
      assert.deepEqual((await openByLink(app, "&browser=safari")).after, [
        platform === "ios" ? "8012" : "9010",
      ]);
      app.last.back?.();
      assert.deepEqual(app.seen.splice(0), [platform === "android" ? `open: ${home} in ` : `open: ${home}`]);
      app.phone.unlock();
      await app.last.again?.();
      assert.deepEqual(app.seen, [`dialog: ${words}`, ...expected("safari", platform === "android", "4713")]);
    });

    it(`keeps \`browser\` on ${platform} while the confirmation is open and another link comes`, async (t) => {
      let whileOpen: () => void = () => undefined;
      const app = await startApp(t, { platform, message: words, whileOpen: () => whileOpen() }, true);
      const { otp } = await app.start();
      whileOpen = () => app.app.onLink(`https://www.example.com/app#otp=${otp}&browser=app`);
      const { after } = await openByLink(app, "&browser=safari");
      assert.deepEqual(after, expected("safari", platform === "android", "4713"));
    });
  }

  it("puts a number only into https, also where a scheme can be opened", async (t) => {
    const app = await startApp(t, { platform: "ios", message: words, schemes: Object.values(schemes) }, true);
    for (const [name, scheme] of Object.entries(schemes)) {
      assert.deepEqual((await openByLink(app, `&browser=${name}`)).after, ["way back, 4713"]);
      app.last.back?.();
      assert.deepEqual(app.seen.splice(0), [`open: ${scheme}`]);
    }
  });

  it("points at the way back where iOS cannot open the browser", async (t) => {
    const app = await startApp(t, { platform: "ios" }, true);
    assert.deepEqual((await openByLink(app, "&browser=chrome")).after, ["way back, undefined"]);
    assert.equal(app.last.back, undefined);
  });

  it("takes no number from words with two of them", async (t) => {
    const app = await startApp(t, { platform: "ios", message: "Log in to Shop 2000. Type 4713." }, true);
    assert.deepEqual((await openByLink(app, "&browser=safari")).after, expected("safari", false));
  });

  it("an app of before logs in with a link of today", async (t) => {
    for (const platform of ["android", "ios"] as const) {
      const app = await startApp(t, { platform, message: words, code: listingBefore }, true);
      const { id, after } = await openByLink(app, "&browser=chrome");
      assert.deepEqual(after, ["accepted"]);
      assert.equal(await app.isAuthenticated(id), true);
    }
  });
});
