import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { until } from "../../../support/until.js";
import { WidgetVisitor } from "../../../support/widget-visitor.js";
import { numberIn, wrong } from "../support/number-on-phone.js";
import { site } from "../support/site.js";

/** The element's own flow, over HTTP, with the kit. */
async function scene(t: TestContext) {
  const where = await site(t, {
    options: {
      message: "Log in to the test site. It may ask for {number}: type it only there.",
      pairing: { keys: ["a key of the tests, of 32 characters"] },
      resultPolling: 1,
    },
  });
  const phone = await where.emulator.phone();
  const visitor = new WidgetVisitor({ origin: where.origin, route: () => where.origin });
  t.after(() => visitor.leave());
  /** Begins a login that the phone accepts. Resolves to the number on the phone. */
  const accept = async (): Promise<string> => {
    visitor.start();
    await phone.handleMobileAuthWithOtp(await visitor.code());
    return numberIn(where.emulator.starts.at(-1)?.get("message") ?? null);
  };
  const question = () => (visitor.state.phase === "approved" ? visitor.state.question : undefined);
  const isAsked = (count: number) =>
    until(() => question()?.isSending === false && question()?.wrong === count, "the question");
  const reach = (phase: string) => until(() => visitor.state.phase === phase, phase);
  return { where, visitor, accept, question, isAsked, reach };
}

describe("a page whose site asks for the number", () => {
  test("logs in with it, and is not asked in the same browser again", async (t) => {
    const { where, visitor, accept, question, isAsked, reach } = await scene(t);
    const number = await accept();
    await isAsked(0);
    assert.equal(question()?.digits, 4);
    assert.equal(question()?.triesLeft, 3);
    visitor.sendNumber(wrong(number));
    await isAsked(1);
    assert.equal(question()?.triesLeft, 2);
    visitor.sendNumber(number);
    await reach("completed");
    await accept();
    await reach("completed");
    assert.equal(where.logins.length, 2);
    assert.equal(where.events.filter(({ type }) => type === "number_asked").length, 1);
  });

  test("fails after three wrong ones", async (t) => {
    const { where, visitor, accept, isAsked, reach } = await scene(t);
    const number = await accept();
    for (let count = 0; count < 3; count++) {
      await isAsked(count);
      visitor.sendNumber(wrong(number, count + 1));
    }
    await reach("failed");
    assert.equal(visitor.state.phase === "failed" && visitor.state.failure.code, "pairing_failed");
    assert.deepEqual(where.logins, []);
  });
});
