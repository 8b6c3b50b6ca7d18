import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test, type TestContext } from "node:test";
import { phoneCalls } from "../../support/demo/demo.js";
import { listen } from "../../support/listen.js";
import { trustAnyCertificate } from "../../support/services/certificate.js";
import { freePort } from "../../support/services/free-port.js";
import { startNginx } from "../../support/services/proxies.js";
import { startRedis } from "../../support/services/redis.js";
import { runServe, runServeOf, type ServeProcess, siteClient } from "../../support/services/serve-process.js";
import { until } from "../../support/until.js";
import { WidgetVisitor, type BrowserAnswer } from "../../support/widget-visitor.js";
import { emulator } from "../../unit/server/support/site.js";
import { olderCommand } from "./support/older-version.js";

/**
 * The login service goes to a version that does not read what the other one keeps in Redis, and back, as docs/upgrading.md says:
 * both run on one Redis, each with a prefix of its own, and the proxy changes in one reload. Meanwhile people log in. `ROLLS=10`
 * does it ten times.
 */

const rolls = Number(process.env["ROLLS"] ?? 2);
const people = 12;
const secret = "internal-secret-of-the-test-0123456789";

/** Two processes of one version. */
interface Fleet {
  ports: number[];
  internal: string[];
  stop: () => Promise<void>;
}

trustAnyCertificate();

test("a roll between two formats loses no page longer than a new scan", async (t) => {
  const older = olderCommand();
  const [redis, tokenServer, port] = await Promise.all([startRedis(), emulator(t), freePort()]);
  t.after(() => redis.stop());
  const origin = `https://127.0.0.1:${port}`;
  const phone = phoneCalls(tokenServer.url);
  await phone.enroll("demo-user");

  let isOlder = true;
  const startFleet = async (): Promise<Fleet> => {
    const start = async (): Promise<{ process: ServeProcess; port: number; internal: string }> => {
      const args = [
        ...["--origin", origin, "--token-server-url", tokenServer.url, "--message", "Log in"],
        ...[...siteClient, "--proxies", "1"],
        ...["--redis-url", redis.url, "--redis-prefix", isOlder ? "older:" : "newer:"],
        ...["--internal-secret", secret, "--port", "0", "--internal-port", "0"],
      ];
      const process = isOlder ? runServeOf([older], t, ...args) : runServe(t, ...args);
      return {
        process,
        port: Number(new URL(await process.said("ready")).port),
        internal: await process.said("internal"),
      };
    };
    const started = await Promise.all([start(), start()]);
    return {
      ports: started.map(({ port }) => port),
      internal: started.map(({ internal }) => internal),
      async stop() {
        for (const { process } of started) process.child.kill("SIGTERM");
        for (const { process } of started) assert.equal(await process.exit(), 0, process.stderr());
      },
    };
  };

  let fleet = await startFleet();
  const site = await startSite(t, () => fleet.internal);
  const proxy = await startNginx({ port, nodes: [Number(new URL(site).port)], services: fleet.ports });
  t.after(() => proxy.stop());

  const load = peopleOf(origin, (otp) => phone.accept(otp));
  t.after(() => load.end());
  await load.everybodyAgain();
  for (let roll = 0; roll < rolls; roll++) {
    isOlder = !isOlder;
    const before = fleet;
    const after = await startFleet();
    await proxy.switchTo(after.ports);
    fleet = after;
    await before.stop();
    await load.everybodyAgain();
  }
  await load.end();

  // nginx closes quiet connections when it is reloaded, and a request may just come there. The widget repeats it, as browsers do.
  const bad = load.answers.filter(
    ({ status }) => typeof status === "number" && (status >= 500 || status === 429),
  );
  const sum = (of: "scans" | "pages"): number => load.logins.reduce((total, each) => total + each[of], 0);
  const most = Math.max(...load.logins.map(({ mostScans }) => mostScans));
  t.diagnostic(
    `${rolls} rolls: ${load.logins.length} logins on ${sum("pages")} pages with ${sum("scans")} scans, ` +
      `at most ${most} on one; ${bad.length} answers of 5xx or 429`,
  );
  assert.deepEqual(bad, []);
  assert.deepEqual(load.failures, []);
  assert.ok(most <= 2, `${most} scans on one page`);
});

interface Login {
  /** The login pages that the person saw. */
  pages: number;
  /** The codes that they scanned, on all of them, and on the one with the most. */
  scans: number;
  mostScans: number;
}

interface Load {
  answers: BrowserAnswer[];
  /** Those that came to their session. */
  logins: Login[];
  failures: unknown[];
  /** Resolves when everybody has begun and ended a login after this call. */
  everybodyAgain: () => Promise<void>;
  end: () => Promise<void>;
}

/** People who log in one after the other. Each scans the code on the screen, and another one only if the page shows it. */
function peopleOf(origin: string, accept: (otp: string) => Promise<void>): Load {
  const [answers, logins, failures]: [BrowserAnswer[], Load["logins"], unknown[]] = [[], [], []];
  const rounds = Array<number>(people).fill(0);
  let isEnding = false;

  /** On one page, until the site has the login or sends the person back to the login page. */
  const visit = async (login: Login): Promise<boolean> => {
    let scans = 0;
    login.pages += 1;
    const visitor = new WidgetVisitor({
      origin,
      route: () => origin,
      onAnswer: (answer) => answers.push(answer),
    });
    try {
      visitor.start();
      let scanned: string | undefined;
      let isRepeated = false;
      await until(
        async () => {
          const { state } = visitor;
          if (state.phase === "failed") {
            const { code, during } = state.failure;
            // Once, as a browser does by itself when the proxy has just closed the quiet connection. Node does not.
            if (isRepeated || code !== "network_error" || during !== "start")
              throw new Error(JSON.stringify([visitor.phases, state]));
            isRepeated = true;
            visitor.start();
          }
          if (state.phase === "pending" && scanned === undefined) await looksForThePhone();
          const { state: now } = visitor;
          // A renewed code is no new scan: the one before counts on.
          if (now.phase === "pending" && now.attempt !== scanned) {
            scanned = now.attempt;
            login.scans += 1;
            scans += 1;
            login.mostScans = Math.max(login.mostScans, scans);
            await accept(now.code.otp);
          }
          return visitor.state.phase === "completed";
        },
        "a login",
        60_000,
      );
      const { state } = visitor;
      if (state.phase !== "completed") return false;
      const open = () => visitor.send(String(state.answer?.["redirect_to"]), { redirect: "manual" });
      // As a browser does when the proxy has just closed the connection.
      const page = await open().catch(open);
      return (await page.text()).includes("demo-user");
    } finally {
      visitor.leave();
    }
  };
  const person = async (index: number): Promise<void> => {
    while (!isEnding) {
      const login = { pages: 0, scans: 0, mostScans: 0 };
      while (!(await visit(login)));
      logins.push(login);
      rounds[index] = (rounds[index] ?? 0) + 1;
    }
  };
  const all = Promise.all(
    rounds.map((_, index) =>
      person(index).catch((error: unknown) => {
        failures.push(String(error));
        isEnding = true;
      }),
    ),
  );
  return {
    answers,
    logins,
    failures,
    async everybodyAgain() {
      // The one that is under way, and a whole one.
      const targets = rounds.map((round) => round + 2);
      const isDone = (): boolean =>
        failures.length > 0 || targets.every((target, index) => (rounds[index] ?? 0) >= target);
      await until(isDone, "everybody's logins", 120_000);
    },
    async end() {
      isEnding = true;
      await all;
    },
  };
}

const looksForThePhone = (): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, 500 + Math.random() * 3000));

/** The site beside `serve`: it redeems the ticket at the fleet that the proxy uses. */
async function startSite(t: TestContext, internal: () => readonly string[]): Promise<string> {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    if (pathname !== "/login/otp") return void response.end("the site");
    fetch(`${internal()[0]}/redeem`, {
      method: "POST",
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
      body: JSON.stringify({ ticket: searchParams.get("ticket"), cookie: request.headers.cookie }),
    }).then(
      async (answer) => response.writeHead(answer.status === 200 ? 200 : 403).end(await answer.text()),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  return listen(t, server);
}
