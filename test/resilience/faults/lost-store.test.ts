import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { createPhone } from "onegini-otp-login/emulator";
import { redisFor, sentinelFor } from "../../support/services/redis.js";
import { until } from "../../support/until.js";
import { Browser } from "../../unit/server/support/browser.js";
import { numberIn } from "../../unit/server/support/number-on-phone.js";
import { origin, runService, type RunningService } from "../../unit/service/serve/running-service.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

/**
 * What the service promises while its Redis forgets: two processes with `pairing`, under a load of logins, and Redis is emptied,
 * comes back with an older copy, fails over or is full. No login gets in without the number that it needs, and none begins after
 * a pause.
 */

type Outcome = "done" | "asked" | "not begun" | "lost";

/** A page that calls either process, and its person. `typed`: whether the person types the number that the page asks for. */
async function logIn(
  services: readonly RunningService[],
  { user, typed, known }: { user: string; typed: boolean; known?: string | undefined },
): Promise<{ outcome: Outcome; known?: string | undefined }> {
  const [first, second] = Math.random() < 0.5 ? services : [...services].reverse();
  if (!first || !second) throw new TypeError("two processes");
  const at = ({ publicAddress }: RunningService, cookie?: string): Browser => {
    const visitor = new Browser({ url: `${publicAddress}/otp-login`, origin });
    visitor.cookie = cookie;
    visitor.known = known;
    return visitor;
  };
  const beginning = at(first);
  const begun = await beginning.post("");
  if (begun.status !== 201) return { outcome: "not begun" };
  const { attempt, otp } = (await begun.json()) as { attempt: string; otp: string };
  const phone = createPhone(services[0]!.emulator.tokenServer, user);
  await phone.enroll();
  let number = "";
  phone.onConfirmation((confirmation) => {
    number = numberIn(confirmation.message);
    confirmation.accept();
  });
  await phone.handleMobileAuthWithOtp(otp);
  const visitor = at(second, beginning.cookie);
  let wasAsked = false;
  // The page repeats what the server could not answer, while its attempt lives.
  for (let tries = 0; tries < 20; tries++) {
    const answer = await visitor
      .postLogin(attempt, wasAsked && typed ? number : undefined)
      .catch(() => undefined);
    const { status = 500, json = {} } = answer ?? {};
    if (status === 200) {
      const body = { ticket: json["ticket"], cookie: visitor.cookies };
      const redeemed = await second.call("POST", "/redeem", { body });
      if (redeemed.status !== 200) return { outcome: "lost" };
      const { set_cookie = [] } = (await redeemed.json()) as { set_cookie?: string[] };
      visitor.take(set_cookie);
      return { outcome: "done", known: visitor.known };
    }
    if (json["error"] === "pairing_required") {
      if (!typed) return { outcome: "asked" };
      wasAsked = true;
    } else if (status === 404 || (status === 409 && json["error"] !== "authorization_pending")) {
      return { outcome: "lost" };
    } else await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { outcome: "lost" };
}

interface Store {
  args: string[];
  /** Breaks the store, and resolves when it works again. */
  fault: (tell: (body: object) => Promise<Response>) => Promise<void>;
}

const faults: Record<string, (t: TestContext) => Promise<Store>> = {
  "is emptied": async (t) => {
    const redis = await redisFor(t);
    return { args: ["--redis-url", redis.url], fault: async () => redis.flush() };
  },
  "comes back without its data": async (t) => {
    const redis = await redisFor(t);
    return { args: ["--redis-url", redis.url], fault: () => redis.restart() };
  },
  "comes back with an older copy, and the runbook's call is made": async (t) => {
    const redis = await redisFor(t);
    let isSaved = false;
    return {
      args: ["--redis-url", redis.url],
      async fault(tell) {
        if (!isSaved) redis.command("SAVE");
        isSaved = true;
        await redis.restart();
        await until(async () => (await tell({ all: true })).status === 204, "the call for all");
      },
    };
  },
  "is full for a while": async (t) => {
    const redis = await redisFor(t);
    return {
      args: ["--redis-url", redis.url],
      async fault() {
        redis.command("CONFIG", "SET", "maxmemory", "1");
        await new Promise((resolve) => setTimeout(resolve, 500));
        redis.command("CONFIG", "SET", "maxmemory", "0");
      },
    };
  },
  "fails over": async (t) => {
    const group = await sentinelFor(t);
    const [node] = group.options.sentinelRootNodes;
    return {
      args: ["--redis-sentinels", `${node?.host}:${node?.port}`, "--redis-master", group.options.name],
      async fault() {
        const master = (): string => group.sentinel.command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "main");
        const before = master();
        group.sentinel.command("SENTINEL", "FAILOVER", "main");
        await until(() => master() !== before, "another master");
      },
    };
  },
};

/** The visitors are all at one address. */
function configFor(t: TestContext): string {
  const folder = temporaryFolder(t);
  const file = join(folder, "config.json");
  writeFileSync(file, JSON.stringify({ limits: { startsPerAddress: false, startsPerBrowser: false } }));
  return file;
}

describe("two processes whose Redis", () => {
  for (const [what, storeOf] of Object.entries(faults))
    test(`${what}: nobody gets in without the number, and nothing begins after a pause`, async (t) => {
      const { args, fault } = await storeOf(t);
      const common = [
        ...["--pairing", "unknown-browsers", "--pairing-keys", "one-key-of-the-tests-of-32-characters"],
        ...["--message", "Log in to the site: {number}", "--config", configFor(t), ...args],
      ];
      const one = await runService(t, { args: common });
      const two = await runService(t, { args: common, tokenServerUrl: one.emulator.url });
      const services = [one, two];
      const areReady = (): Promise<void> =>
        until(
          async () =>
            (await Promise.all(services.map((service) => service.call("GET", "/ready")))).every(
              ({ status }) => status === 200,
            ),
          "both processes with Redis",
          60_000,
        );
      const tell = (body: object) => one.call("POST", "/forget-browsers", { body });
      const { known } = await logIn(services, { user: "alice", typed: true });
      assert.ok(known);
      assert.equal((await logIn(services, { user: "alice", typed: false, known })).outcome, "done");
      if (what.includes("older copy")) await fault(tell);
      await areReady();
      assert.equal((await tell({ user_id: "alice" })).status, 204);

      const counts = { done: 0, withoutNumber: 0, tries: 0 };
      let isLoaded = true;
      const load = async (visit: () => Promise<void>): Promise<void> => {
        while (isLoaded) await visit();
      };
      let isRestored = true;
      const withoutNumber = async (visitor: { user: string; known?: string }): Promise<void> => {
        const wasRestored = isRestored;
        const { outcome } = await logIn(services, { ...visitor, typed: false });
        counts.tries += 1;
        // An older copy knows a revoked browser until the runbook's call.
        if (outcome === "done" && wasRestored && isRestored) counts.withoutNumber += 1;
      };
      const all = Promise.all([
        load(async () => {
          const { outcome } = await logIn(services, { user: "bob", typed: true });
          counts.done += Number(outcome === "done");
        }),
        load(() => withoutNumber({ user: "alice", known })),
        load(() => withoutNumber({ user: "carol" })),
      ]);
      const more = (logins: number): Promise<void> => {
        const [done, tries] = [counts.done + logins, counts.tries + 2 * logins];
        return until(() => counts.done >= done && counts.tries >= tries, `${logins} logins`, 60_000);
      };
      const breakStore = async (): Promise<void> => {
        isRestored = !what.includes("older copy");
        await fault(tell);
        isRestored = true;
        await areReady();
      };
      await more(3);
      await breakStore();
      await more(3);

      assert.equal((await one.call("PUT", "/pause", { body: { by: "test", reason: what } })).status, 204);
      const isPaused = async (service: RunningService): Promise<boolean> =>
        ((await (await service.call("GET", "/pause")).json()) as { paused: boolean }).paused;
      await until(async () => (await isPaused(one)) && (await isPaused(two)), "the pause");
      const begun: string[] = [];
      let isTrying = true;
      const starts = (async () => {
        while (isTrying)
          for (const service of services) {
            const { status } = await service.browser().post("");
            if (status === 201) begun.push(service.publicAddress);
          }
      })();
      await breakStore();
      // Long enough for each process to read the store again.
      await new Promise((resolve) => setTimeout(resolve, 2000));
      isTrying = false;
      await starts;
      assert.deepEqual(begun, []);
      assert.deepEqual([await isPaused(one), await isPaused(two)], [true, true]);
      assert.equal((await two.call("DELETE", "/pause", { body: { by: "test" } })).status, 204);
      await more(3);
      isLoaded = false;
      await all;
      t.diagnostic(JSON.stringify(counts));
      assert.equal(counts.withoutNumber, 0);
    });
});
