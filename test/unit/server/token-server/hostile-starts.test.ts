import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { describe, test, type TestContext } from "node:test";
import fc from "fast-check";
import { TokenServerOutage, type Fault } from "../../../support/token-server-outage.js";
import { until } from "../../../support/until.js";
import { VirtualClock } from "../../../support/virtual-clock.js";
import { Browser } from "../support/browser.js";
import { json, scriptedTokenServer, site, started } from "../support/site.js";

/** The `User-Agent` that a firewall before the Token Server has a rule against, and what it does then. */
const hostile = "() { :; }; sqlmap/1.8";
const firewalls: Record<string, (res: ServerResponse, req: IncomingMessage) => void> = {
  "resets its connections": (_res, req) => req.socket.resetAndDestroy(),
  "never answers it": () => undefined,
  "answers it 503": (res, req) => json(503, {})(res, "", req),
  "answers it 403": (res, req) => json(403, {})(res, "", req),
};

/** That of a runtime which drops timers once a request is answered. */
class ClockWithoutBackground extends VirtualClock {
  override after(...timer: Parameters<VirtualClock["after"]>): () => void {
    return timer[2] === "background" ? () => undefined : super.after(...timer);
  }
}

/** A site whose Token Server works, for all but one client. */
async function siteBehindFirewall(t: TestContext, firewall: string, isBehindNat: boolean) {
  const clock = new VirtualClock();
  const tokenServer = await scriptedTokenServer(t);
  tokenServer.start = (res, id, req) => {
    void text(req).then((form) => {
      if (new URLSearchParams(form).get("user_agent") === hostile) firewalls[firewall]?.(res, req);
      else started()(res, id, req);
    });
  };
  const where = await site(t, {
    runtime: clock,
    tokenServerUrl: tokenServer.url,
    options: {
      clientIp: ({ headers }) =>
        isBehindNat || headers.get("user-agent") === hostile ? "203.0.113.7" : "198.51.100.4",
    },
  });
  return { clock, tokenServer, ...where };
}

describe("one client whose User-Agent a firewall before the Token Server drops", () => {
  for (const firewall of Object.keys(firewalls))
    for (const isBehindNat of [false, true])
      test(`keeps nobody else out, on a site of three visitors${isBehindNat ? " behind the same NAT" : ""}: the firewall ${firewall}`, async (t) => {
        const { clock, events, tokenServer, ...where } = await siteBehindFirewall(t, firewall, isBehindNat);
        const answers: number[] = [];
        const attacks: Promise<number>[] = [];
        for (let second = 0; second < 210; second++) {
          const before = tokenServer.started.length;
          let isAnswered = false;
          const attack = new Browser(where).post("", { headers: { "user-agent": hostile } });
          attacks.push(attack.then(({ status }) => status).finally(() => (isAnswered = true)));
          await until(() => isAnswered || tokenServer.started.length > before, "the attack");
          if (firewall !== "never answers it") await attack;
          if (second % 70 === 69) {
            const visitor = await new Browser(where).post("", { headers: { "user-agent": "Firefox" } });
            answers.push(visitor.status);
          }
          await clock.advance(1);
        }
        assert.deepEqual(answers, [201, 201, 201]);
        await clock.advance(5);
        for (const status of await Promise.all(attacks)) assert.ok(status >= 500, String(status));
        assert.ok(!events.some(({ type }) => type === "token_server_down"));
      });
});

describe("failed starts of one client, while the Token Server works,", () => {
  test("keep nobody out, in whatever order they come and are answered", async () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom("refused", "silent", 503, 403) },
      { weight: 1, arbitrary: fc.constant("visitor") },
      { weight: 3, arbitrary: fc.constantFrom(1, 1000, 4999, 5000).map((ms) => ({ ms })) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 80 }), async (steps) => {
        const outage = new TokenServerOutage();
        const beganAt = outage.clock.now();
        for (const what of steps) {
          if (typeof what === "object") await outage.clock.advance(what.ms / 1000);
          else if (what === "visitor") assert.deepEqual(await outage.visits(1), [201]);
          else await outage.visit({ dropped: what as Fault });
        }
        await outage.clock.advance(10);
        assert.deepEqual(outage.outages, []);
        assert.ok(outage.ownStarts.length <= 1 + (outage.clock.now() - beganAt) / 5000);
      }),
      { numRuns: 100 },
    );
  });

  test("open nothing if a visitor's start succeeds while the kit's own fails", async () => {
    const outage = new TokenServerOutage();
    await outage.visits(2, { dropped: "refused" });
    // It hangs for a moment: the kit's own start gets no answer.
    outage.fault = "silent";
    await outage.visits(1, { dropped: "refused" });
    assert.equal(outage.ownStarts.length, 1);
    outage.fault = undefined;
    assert.deepEqual(await outage.visits(1), [201]);
    await outage.visits(9, { dropped: "refused" });
    await outage.clock.advance(5);
    assert.deepEqual(await outage.visits(1), [201]);
    assert.deepEqual(outage.outages, []);
  });
});

describe("one client, while the Token Server is down,", () => {
  test("does not close the breaker by an answer of the firewall, such as 403", async () => {
    const outage = new TokenServerOutage();
    outage.fault = "refused";
    await outage.visits(3);
    await outage.clock.advance(5);
    const before = outage.starts;
    for (let second = 0; second < 60; second++) {
      await outage.visits(1, { dropped: 403 });
      await outage.visits(5);
      await outage.clock.advance(1);
    }
    assert.equal(outage.starts - before, 24);
    assert.equal(outage.outages.length, 1);
  });

  test("does not hold the breaker open once it works again, although its starts are those that may call", async () => {
    for (const clock of [new VirtualClock(), new ClockWithoutBackground()]) {
      const outage = new TokenServerOutage({}, clock);
      outage.fault = "refused";
      await outage.visits(3);
      outage.fault = undefined;
      await clock.advance(5);
      for (let second = 0; second < 60; second++) {
        // Each call of it hangs, and has not failed yet when the next visitor comes.
        for (let start = 0; start < 3; start++) await outage.visit({ dropped: "silent" });
        await clock.settle();
        assert.deepEqual(await outage.visits(1), [201]);
        await clock.advance(1);
      }
    }
  });
});
