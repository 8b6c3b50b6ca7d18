import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
  createPhone,
  createTokenServer,
  type Confirmation,
  type MobileAuthOtpEvent,
  type PhoneOptions,
} from "onegini-otp-login/emulator";
import { options, rejectsWith, serve, withResolvers } from "./support.js";

for (const [platform, codes] of [
  ["android", { noUser: 9010, inProgress: 9007, disenrolledBeforeAnswer: 9023 }],
  ["ios", { noUser: 8012, inProgress: 8020, disenrolledBeforeAnswer: 9020 }],
] as const) {
  suite(`A phone whose platform is ${platform}`, { timeout: 20_000 }, () => {
    /** An enrolled phone, and the calls of a site. */
    const enrolled = async (t: Parameters<typeof serve>[0], phoneOptions: PhoneOptions = {}) => {
      const server = await serve(t);
      const phone = createPhone(server.tokenServer, "lisa", { platform, ...phoneOptions });
      await phone.enroll();
      return { ...server, phone };
    };

    /** Collects a phone's events; the first asks for an answer, as an app's dialog does. */
    const record = (phone: Awaited<ReturnType<typeof enrolled>>["phone"], answer: () => void) => {
      const events: MobileAuthOtpEvent[] = [];
      phone.addEventListener("ONEWELCOME_MOBILE_AUTH_OTP_NOTIFICATION", (event) => {
        events.push(event);
        if (events.length === 1) answer();
      });
      return events;
    };

    const finish = { action: "finishAuthentication" };
    const startOf = (message: string, transactionId: string) => ({
      action: "startAuthentication",
      mobileAuthenticationRequest: platform === "ios" ? { message } : { message, transactionId },
    });

    test(`rejects with ${codes.noUser} if no user is authenticated, at the scan or at the answer`, async (t) => {
      const { phone, start } = await enrolled(t);
      phone.onConfirmation(({ accept }) => {
        phone.lock();
        accept();
      });
      const { otp } = await start();
      phone.lock();
      await rejectsWith(phone.handleMobileAuthWithOtp(otp), codes.noUser);
      phone.unlock();
      await rejectsWith(phone.handleMobileAuthWithOtp(otp), codes.noUser);
    });

    test(`rejects with ${codes.inProgress} while another call is in progress`, async (t) => {
      const { phone, start } = await enrolled(t);
      const shown = withResolvers<Confirmation>();
      phone.onConfirmation(shown.resolve);
      const handled = phone.handleMobileAuthWithOtp((await start()).otp);
      await rejectsWith(phone.handleMobileAuthWithOtp((await start()).otp), codes.inProgress);
      (await shown.promise).accept();
      await handled;
    });

    test(`rejects with ${codes.disenrolledBeforeAnswer} if it is disenrolled between scan and answer`, async (t) => {
      const { phone, start } = await enrolled(t);
      phone.onConfirmation(({ accept }) => void phone.disenroll().then(accept));
      await rejectsWith(phone.handleMobileAuthWithOtp((await start()).otp), codes.disenrolledBeforeAnswer);
    });

    test("rejects an answer with 8013 if there is nothing to answer, or if it was answered", async (t) => {
      const { phone, start, result } = await enrolled(t);
      await rejectsWith(phone.acceptMobileAuthConfirmation(), 8013);
      await rejectsWith(phone.denyMobileAuthConfirmation(), 8013);
      const answers: Promise<void>[] = [];
      record(phone, () =>
        answers.push(phone.acceptMobileAuthConfirmation(), phone.denyMobileAuthConfirmation()),
      );
      const { id, otp } = await start();
      await phone.handleMobileAuthWithOtp(otp);
      assert.equal(await answers[0], undefined);
      await rejectsWith(answers[1] ?? Promise.resolve(), 8013);
      assert.equal((await result(id)).body["is_authenticated"], true);
      await rejectsWith(phone.acceptMobileAuthConfirmation(), 8013);
    });

    test(`announces a login, and after the success ${
      platform === "ios" ? "starts once more" : "finishes"
    }`, async (t) => {
      const { phone, start } = await enrolled(t);
      const events = record(phone, () => void phone.acceptMobileAuthConfirmation());
      const { id, otp } = await start({ message: "Log in?" });
      await phone.handleMobileAuthWithOtp(otp);
      const first = startOf("Log in?", id);
      assert.deepEqual(events, [first, platform === "ios" ? first : finish]);
    });

    test("finishes a login that failed after its confirmation", async (t) => {
      const { phone, tokenServer, start } = await enrolled(t);
      const { id, otp } = await start({ message: "Log in?" });
      const events = record(phone, () => {
        tokenServer.failTransaction(id, "invalid_answer");
        void phone.acceptMobileAuthConfirmation();
      });
      await rejectsWith(phone.handleMobileAuthWithOtp(otp), 10013);
      assert.deepEqual(events, [startOf("Log in?", id), finish]);
    });

    test("announces nothing for a code that it cannot handle", async (t) => {
      const { phone } = await enrolled(t);
      const events = record(phone, () => undefined);
      await rejectsWith(phone.handleMobileAuthWithOtp("no code"), 10015);
      assert.deepEqual(events, []);
    });

    test("can handle the next code as soon as the last event of the one before is heard", async (t) => {
      const { phone, start } = await enrolled(t);
      const [first, second] = [await start(), await start()];
      phone.onConfirmation(({ accept }) => accept());
      const next = withResolvers<Promise<void>>();
      let events = 0;
      phone.addEventListener("ONEWELCOME_MOBILE_AUTH_OTP_NOTIFICATION", () => {
        if (++events === 2) next.resolve(phone.handleMobileAuthWithOtp(second.otp));
      });
      await phone.handleMobileAuthWithOtp(first.otp);
      await next.promise;
    });

    test("resolves or rejects when a denial is delivered, by option", async (t) => {
      for (const denied of ["resolves", "rejects"] as const) {
        const { phone, start, result } = await enrolled(t, { denied });
        const events = record(phone, () => void phone.denyMobileAuthConfirmation());
        const { id, otp } = await start();
        const handled = phone.handleMobileAuthWithOtp(otp);
        if (denied === "rejects") await rejectsWith(handled, 9006);
        else await handled;
        assert.equal((await result(id)).body["is_authenticated"], false);
        const repeats = platform === "ios" && denied === "resolves";
        assert.equal(events[1]?.action, repeats ? "startAuthentication" : "finishAuthentication");
      }
    });

    test("calls a listener until it is removed, and never for another event of the wrapper", async (t) => {
      const { phone, start } = await enrolled(t);
      const { otp } = await start();
      const removed = phone.addEventListener("ONEWELCOME_MOBILE_AUTH_OTP_NOTIFICATION", () => assert.fail());
      phone.addEventListener("ONEWELCOME_PIN_AUTHENTICATION_NOTIFICATION" as never, () => assert.fail());
      removed.remove();
      await rejectsWith(phone.handleMobileAuthWithOtp(otp), 10018);
      phone.onConfirmation(({ accept }) => accept());
      await phone.handleMobileAuthWithOtp(otp);
    });
  });
}

suite("createPhone", () => {
  for (const [wrong, expected] of [
    [{ platform: "windows" }, /platform must be "android" or "ios"/],
    [{ platform: "toString" }, /platform must be/],
    [{ denied: true }, /denied must be "resolves" or "rejects"/],
    [{ plattform: "ios" }, /the option plattform is unknown/],
  ] as const) {
    test(`rejects the options ${JSON.stringify(wrong)}`, () => {
      assert.throws(() => createPhone(createTokenServer(options), "lisa", wrong as object), {
        name: "TypeError",
        message: expected,
      });
    });
  }
});
