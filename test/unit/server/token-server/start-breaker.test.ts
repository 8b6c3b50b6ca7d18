import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { holds } from "../../../support/until.js";
import { TokenServerOutage, type Fault } from "../../../support/token-server-outage.js";

/** A visitor at each of so many seconds. Returns how many calls they led to. */
async function visitors(outage: TokenServerOutage, seconds: number, aSecond = 1): Promise<number> {
  const before = outage.starts;
  for (let visitor = 0; visitor < seconds * aSecond; visitor++) {
    await outage.visit();
    await outage.clock.advance(1 / aSecond);
  }
  return outage.starts - before;
}

const down = (fault: Fault): TokenServerOutage => {
  const outage = new TokenServerOutage();
  outage.fault = fault;
  return outage;
};

describe("a Token Server that is down for more than a minute", () => {
  for (const fault of ["refused", "silent", 500, 503] as const) {
    test(`(${fault}) is called by one start in five seconds, and the others are 503 at once`, async () => {
      const outage = down(fault);
      assert.equal(await visitors(outage, 60), 60);
      // Those that wait for an answer.
      await visitors(outage, 10);
      assert.equal(await visitors(outage, 60, 10), 12);

      // The next one is the one that may call.
      await outage.clock.advance(10);
      const first = await outage.visit();
      const { status, error, retryAfter, afterMs } = await (await outage.visit()).answer;
      assert.deepEqual(
        { status, error, afterMs },
        { status: 503, error: "temporarily_unavailable", afterMs: 0 },
      );
      holds(retryAfter >= 10 && retryAfter <= 20, String(retryAfter));
      await outage.clock.advance(5);
      assert.equal((await first.answer).status, 503);
    });
  }

  test("is called for everybody again as soon as that one call is answered", async () => {
    const outage = down("refused");
    await visitors(outage, 71);
    outage.fault = undefined;
    // Less than five seconds after the last one that called.
    assert.equal((await (await outage.visit()).answer).status, 503);
    await outage.clock.advance(4);
    for (let visitor = 0; visitor < 5; visitor++)
      assert.equal((await (await outage.visit()).answer).status, 201);
  });

  test("is asked for results all the same, so no login under way is lost", async () => {
    const outage = new TokenServerOutage();
    const status = await outage.visitorWithCode();
    outage.fault = "refused";
    await visitors(outage, 70);
    const before = outage.results;
    await status();
    assert.equal(outage.results, before + 1);
    await outage.clock.advance(3);
    outage.fault = undefined;
    assert.deepEqual(await status(), { status: "approved", interval: 2 });
  });
});

describe("a Token Server is not taken for down", () => {
  test("within a minute", async () => {
    const outage = down("refused");
    assert.equal(await visitors(outage, 60, 10), 600);
  });

  test("by two starts, however far apart they are", async () => {
    const outage = down("refused");
    for (let visitor = 0; visitor < 2; visitor++) {
      await outage.visit();
      await outage.clock.advance(600);
    }
    assert.equal(await visitors(outage, 1), 1);
  });

  for (const [what, fault] of [
    ["a 4xx, which the site has to fix", 401],
    ["an answer that it does not document", 200],
    ["a redirect", 302],
  ] as const)
    test(`by ${what}`, async () => {
      assert.equal(await visitors(down(fault), 180), 180);
    });

  test("if a start is answered now and then, also with a 4xx", async () => {
    for (const answer of [undefined, 400] as const) {
      const outage = down("refused");
      for (let round = 0; round < 4; round++) {
        outage.fault = "refused";
        assert.equal(await visitors(outage, 50), 50);
        outage.fault = answer;
        assert.equal(await visitors(outage, 1), 1);
      }
    }
  });
});
