import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it, type TestContext } from "node:test";
import { compileFunction } from "node:vm";
import { createPhone, type PhoneOptions } from "onegini-otp-login/emulator";
import { serve } from "../../unit/emulator/support.js";

/** The listing for React Native in docs/mobile-app/react-native.md, without its imports and exports. */
const listing = (() => {
  const documentText = readFileSync(
    new URL("../../../docs/mobile-app/react-native.md", import.meta.url),
    "utf8",
  );
  const code = /^```jsx\n(.*?)^```/ms.exec(documentText)?.[1] ?? "";
  return code.replace(/^import .*\n/gm, "").replace(/^export /gm, "");
})();

/** What the listing takes from elsewhere: the SDK, two libraries and the app's own screens. */
const names = [
  "sdk",
  "Events",
  "Linking",
  "useCodeScanner",
  "showConfirmation",
  "closeConfirmation",
  "showResult",
  "showAdvice",
];

/** What the listing gives to the app. */
interface App {
  logIn: (otp: string) => Promise<void>;
  onLink: (url: string) => void;
  useLoginScanner: () => Scanner;
}

interface Scanner {
  onCodeScanned: (codes: { value: string }[]) => void;
}

/** The listing with the emulator's phone as its SDK. The person answers each dialog with `press`. */
async function startApp(t: TestContext, options: PhoneOptions, press: boolean) {
  const { tokenServer, start, result } = await serve(t);
  const phone = createPhone(tokenServer, "lisa", options);
  await phone.enroll();
  const seen: string[] = [];
  let isOpen = false;
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
    Linking: { addEventListener: () => undefined, getInitialURL: () => Promise.resolve(null) },
    useCodeScanner: (scanner: Scanner) => scanner,
    showConfirmation: (message: string, answer: (accepted: boolean) => void) => {
      seen.push(`dialog: ${message}`);
      isOpen = true;
      setImmediate(() => {
        answer(press);
        answer(!press);
      });
    },
    closeConfirmation: () => (isOpen = false),
    showResult: (phase: string) => end(phase),
    showAdvice: (code: number) => end(String(code)),
  };
  const run = compileFunction(`${listing}\nreturn { logIn, onLink, useLoginScanner };`, names) as (
    ...parts: unknown[]
  ) => App;
  const app = run(...names.map((name) => parts[name as keyof typeof parts]));
  return {
    app,
    phone,
    start: () => start({ message: "Log in?" }),
    isAuthenticated: async (id: string) => (await result(id)).body["is_authenticated"],
    seen,
    isOpen: () => isOpen,
    hasEnded: () => new Promise((resolve) => ended.addEventListener("end", resolve, { once: true })),
  };
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
