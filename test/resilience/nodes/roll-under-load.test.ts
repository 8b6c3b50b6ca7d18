import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { trustAnyCertificate } from "../../support/services/certificate.js";
import { startCaddy, startHaproxy, startNginx } from "../../support/services/proxies.js";
import { until } from "../../support/until.js";
import { WidgetVisitor, type BrowserAnswer } from "../../support/widget-visitor.js";
import { siteWithKit, siteWithService, type RolledSite } from "./support/rolled-site.js";

/**
 * All processes of a site are replaced while people log in. Nobody notices. `ROLLS=10` does it ten times.
 */

const rolls = Number(process.env["ROLLS"] ?? 1);
/** With a page open. All at one address, they begin some 240 logins a minute; the kit lets one address begin 300. */
const people = 12;
const callers = 4;
const sites = [
  ["the kit in the site's nodes", siteWithKit],
  ["serve beside the site", siteWithService],
] as const;

trustAnyCertificate();

for (const [proxy, startProxy] of [
  ["nginx", startNginx],
  ["HAProxy", startHaproxy],
] as const) {
  describe(`A roll behind ${proxy}, with the file of the docs`, () => {
    for (const [what, startSite] of sites) {
      test(`of ${what} shows no error to a browser, and nobody has to log in again`, async (t) => {
        const site = await startSite(t, startProxy);
        const load = await loadOn(t, site);
        for (let count = 0; count < rolls; count++) await site.roll();
        await expectNoError(t, `${proxy}, ${what}, ${rolls} rolls`, site, load);
      });
    }
  });
}

describe("The Caddyfile of the docs", () => {
  for (const [what, startSite] of sites) {
    test(`fits ${what}`, async (t) => {
      const site = await startSite(t, startCaddy);
      await expectNoError(t, `Caddy, ${what}`, site, await loadOn(t, site));
    });
  }
});

async function expectNoError(t: TestContext, what: string, site: RolledSite, load: Load): Promise<void> {
  const { answers, logins, repeated } = await load.end();
  const failed = answers.filter(
    ({ status }) => typeof status === "string" || status >= 500 || status === 429,
  );
  t.diagnostic(
    `${what}: ${answers.length} answers to browsers, ${failed.length} of 5xx, 429 or none; ` +
      `${logins} logins, ${repeated.length} repeated`,
  );
  assert.deepEqual(failed, [], site.complaints().join("\n"));
  assert.deepEqual(repeated, []);
  for (const path of ["/health", "/ready"])
    assert.equal((await fetch(site.origin + path)).status, 404, `${path} is for load balancers only`);
}

interface Load {
  /** Lets everybody finish. */
  end: () => Promise<{ answers: readonly BrowserAnswer[]; logins: number; repeated: readonly unknown[] }>;
}

/** People who log in one after the other, and other requests, until `end`. Resolves when everybody has begun. */
async function loadOn(t: TestContext, { origin, phone, pageAfter }: RolledSite): Promise<Load> {
  const answers: BrowserAnswer[] = [];
  const repeated: unknown[] = [];
  let logins = 0;
  let isEnding = false;
  t.after(() => (isEnding = true));
  const newVisitor = () =>
    new WidgetVisitor({ origin, route: () => origin, onAnswer: (answer) => answers.push(answer) });

  const logIn = async (): Promise<void> => {
    const visitor = newVisitor();
    try {
      visitor.start();
      const otp = await visitor.code();
      // How long a person looks for the phone.
      await pass(1_500 + Math.random() * 3_000);
      await phone.accept(otp);
      await until(() => isOver(visitor), "the login", 120_000);
      const { state, phases } = visitor;
      if (state.phase !== "completed" || phases.some(({ phase }) => phase === "failed")) {
        repeated.push({ phases, state });
        return;
      }
      const page = await visitor.send(pageAfter(state.answer ?? {}), { redirect: "manual" });
      const text = await page.text();
      if (page.status !== 200 || !text.includes("demo-user")) repeated.push({ status: page.status, text });
      logins++;
    } finally {
      visitor.leave();
    }
  };
  const call = async (): Promise<void> => {
    const visitor = newVisitor();
    const path = `/otp-login/${"x".repeat(22)}/login`;
    await (await visitor.send(path, { method: "POST", body: "{}" })).text();
    await (await visitor.send("/", {})).text();
    visitor.leave();
    await pass(50);
  };
  const repeat = async (work: () => Promise<void>): Promise<void> => {
    while (!isEnding) await work();
  };
  const running = [
    ...Array.from({ length: people }, () => repeat(logIn)),
    ...Array.from({ length: callers }, () => repeat(call)),
  ];
  const all = Promise.all(running);
  // A roll takes longer than this test waits for its first answers.
  await Promise.race([all, until(() => logins >= people, "everybody's first login", 120_000)]);
  return {
    async end() {
      isEnding = true;
      await all;
      return { answers, logins, repeated };
    },
  };
}

const isOver = ({ state: { phase } }: WidgetVisitor): boolean =>
  phase === "completed" || phase === "failed" || phase === "expired" || phase === "denied";

/** How far apart people act. */
const pass = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
