import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { after, afterEach, before, describe, test } from "node:test";
import { freePort } from "../../support/services/free-port.js";
import { startRedis, type RedisServer } from "../../support/services/redis.js";
import { startEmulator, type Emulator, type Server } from "../support/packed-package.js";
import { SiteBrowser } from "../support/session-browser.js";
import { backends, user } from "./backend-list.js";
import { loginOf, type InternalPort } from "./internal-port.js";
import {
  installBackends,
  internalSecret,
  startBalancer,
  startSurroundings,
  type Surroundings,
} from "./running-site.js";
import { isLoggedIn, leadsTo, saysThatItDoesNotWork, ticketOf, tokenOf } from "./visits.js";

/** The sites of `examples/backends/` with two processes of the service, which share a Redis. */

let redis: RedisServer;
let emulator: Emulator;
let site: Surroundings;
let first: InternalPort;
let second: InternalPort;
before(async () => {
  const [started, installed] = await Promise.all([startRedis(), installBackends("redis")]);
  redis = started;
  emulator = await startEmulator(installed);
  await emulator.phone.enroll(user);
  site = await startSurroundings(emulator, { redisUrl: redis.url });
  [first, second = assert.fail("There are two processes.")] = site.calls;
});
after(async () => {
  await site.stop();
  await redis.stop();
});

/** Redeemed tickets of a roll, at least: before the first port closes, while it is closed, and after it is open again. */
const redeemsOfEachPhase = 20;
/** People who log in at the same time. */
const people = 4;
/** Far longer than a roll takes, also on a busy machine. */
const rollLimitMs = 300_000;
/** `BACKENDS=go,php` runs only these. */
const wanted = process.env["BACKENDS"]?.split(",");

const redeems = (port: InternalPort): number => port.list.filter((call) => call === "POST /redeem").length;

afterEach(async () => {
  for (const port of site.calls) {
    port.mode = "pass";
    delete port.login;
    delete port.onCall;
    await port.accept();
  }
});

test("nginx as in docs/backends.md sends a redeem to the next port only where no connection was made", async (t) => {
  const balancer = await startBalancer(t, site.calls);
  const headers = { authorization: `Bearer ${internalSecret}`, "content-type": "application/json" };
  const redeem = async (): Promise<number> =>
    (await fetch(`${balancer}/redeem`, { method: "POST", headers, body: '{"ticket": "x"}' })).status;
  for (const port of site.calls) {
    port.refuse();
    // The service says that this is no ticket.
    for (let calls = 0; calls < 4; calls++) assert.equal(await redeem(), 404);
    await port.accept();
  }
  for (const mode of ["dropped", "answer lost"] as const) {
    first.mode = second.mode = mode;
    const earlier = redeems(first) + redeems(second);
    assert.equal(await redeem(), 502);
    assert.equal(redeems(first) + redeems(second), earlier + 1, mode);
  }
});

for (const backend of backends.filter(({ name }) => wanted?.includes(name) ?? true))
  describe(`the site in examples/backends/${backend.name}, with two internal ports`, () => {
    let running: Server;
    before(async () => (running = await site.start(backend)));
    after(() => running.stop());
    const newVisitor = (): SiteBrowser => new SiteBrowser(site.origin, site.origin);

    test("in a roll redeems every ticket: the next port takes the calls that the first refuses", async (t) => {
      const earlier = { first: redeems(first), second: redeems(second) };
      const answered = () => ({
        first: redeems(first) - earlier.first,
        second: redeems(second) - earlier.second,
      });
      let [started, loggedIn] = [0, 0];
      let phase: "open" | "closed" | "open again" | "over" = "open";
      let beforeRoll = 0;

      first.onCall = () => {
        const { first: byFirst, second: bySecond } = answered();
        // A connection that is not accepted yet would be reset, not refused: so the port closes while a call is answered
        // and no other is on its way.
        const isOnlyCall = byFirst + bySecond === started;
        if (phase !== "open" || byFirst < redeemsOfEachPhase || !isOnlyCall) return;
        [phase, beforeRoll] = ["closed", byFirst];
        first.refuse();
      };
      second.onCall = () => {
        if (phase !== "closed" || answered().second < redeemsOfEachPhase) return;
        phase = "open again";
        void first.accept();
      };
      const isOver = (): boolean =>
        phase === "over" || (phase === "open again" && answered().first >= beforeRoll + redeemsOfEachPhase);
      const giveUpAt = performance.now() + rollLimitMs;
      const logInAgainAndAgain = async (): Promise<void> => {
        while (!isOver()) {
          assert.ok(performance.now() < giveUpAt, JSON.stringify({ phase, started, ...answered() }));
          const visitor = newVisitor();
          const path = await ticketOf(visitor, emulator);
          started++;
          leadsTo(await visitor.fetch(path), "/account");
          assert.equal(await isLoggedIn(visitor), true);
          loggedIn++;
        }
      };
      await Promise.all(
        Array.from({ length: people }, () => logInAgainAndAgain().finally(() => (phase = "over"))),
      );
      const closed = answered().second;
      t.diagnostic(
        `${backend.name}: ${closed} of ${started} redeems met a closed port; ${loggedIn} logged in`,
      );
      assert.equal(loggedIn, started);
    });

    test("makes every other call at the next port too", async () => {
      const visitor = newVisitor();
      leadsTo(await visitor.fetch(await ticketOf(visitor, emulator)), "/account");
      const token = await tokenOf(visitor);
      first.refuse();
      const earlier = second.list.length;

      const [status, page] = await newVisitor().read("/login");
      assert.equal(status, 200);
      if (backend.beginsWithThePage) assert.match(page, / otp="./);
      if (backend.appToken !== undefined) {
        const headers = {
          authorization: `Bearer ${backend.appToken}`,
          "content-type": "application/json",
        };
        const scan = { method: "POST", headers, body: JSON.stringify({ transaction_id: "unknown" }) };
        assert.equal((await fetch(`${site.origin}/app/scanned`, scan)).status, 204);
      }
      leadsTo(await visitor.fetch("/logout", { method: "POST", body: token }), "/login");
      assert.deepEqual(second.list.slice(earlier), [
        ...(backend.beginsWithThePage ? ["POST /begin"] : []),
        ...(backend.appToken !== undefined ? ["POST /scanned"] : []),
        "GET /forget",
      ]);
    });

    test("does not redeem again where the answer was lost, and says that logging in does not work", async () => {
      for (const [mode, place] of [
        // The service had no call, so the ticket is still good.
        ["dropped", "/account"],
        // The service has redeemed the ticket.
        ["answer lost", "/login"],
      ] as const) {
        const visitor = newVisitor();
        const path = await ticketOf(visitor, emulator);
        const [atFirst, atSecond] = [redeems(first), redeems(second)];
        first.mode = mode;
        await saysThatItDoesNotWork(await visitor.fetch(path));
        assert.equal(await isLoggedIn(visitor), false);
        first.mode = "pass";
        assert.deepEqual([redeems(first), redeems(second)], [atFirst + 1, atSecond], mode);

        leadsTo(await visitor.fetch(path), place);
        assert.equal(await isLoggedIn(visitor), place === "/account");
      }
    });

    test("goes past a host that is gone, in a time that a person waits", async (t) => {
      const gone = await startGoneHost();
      t.after(gone.stop);
      const alone = await site.startAlone(backend, { LOGIN_SERVICE: `${gone.address}, ${second.address}` });
      t.after(alone.stop);
      second.login = loginOf(user);
      const visitor = new SiteBrowser(alone.origin.replace("127.0.0.1", "localhost"), site.origin);
      const startedAt = performance.now();
      leadsTo(await visitor.fetch("/login/otp?ticket=x"), "/account");
      const seconds = (performance.now() - startedAt) / 1000;
      t.diagnostic(`${backend.name}: ${seconds.toFixed(1)} s for a redeem past a host that is gone`);
    });

    test("says that logging in does not work where all ports are closed", async () => {
      const visitor = newVisitor();
      const path = await ticketOf(visitor, emulator);
      for (const port of site.calls) port.refuse();
      await saysThatItDoesNotWork(await visitor.fetch(path));
      for (const port of site.calls) await port.accept();
      leadsTo(await visitor.fetch(path), "/account");
    });
  });

/** The internal port of a host that is gone: connections are neither taken nor refused, because a listener's queue is full. */
async function startGoneHost(): Promise<{ address: string; stop: () => void }> {
  const port = await freePort();
  const listener = spawn(
    process.execPath,
    [
      "-e",
      `require("node:net").createServer().listen({ port: ${port}, host: "127.0.0.1", backlog: 1 }, ${block})`,
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const kill = (): void => void listener.kill("SIGKILL");
  process.once("exit", kill);
  await once(listener.stdout, "data");
  // More than the queue takes.
  const queue = Array.from({ length: 10 }, () => connect(port, "127.0.0.1").on("error", () => {}));
  await Promise.race(queue.map((socket) => once(socket, "connect")));
  return {
    address: `http://127.0.0.1:${port}`,
    stop() {
      for (const socket of queue) socket.destroy();
      kill();
      process.off("exit", kill);
    },
  };
}
/** Blocks the listener's process, so that it accepts no connection, for ten minutes at most. */
const block = `() => {
  require("node:fs").writeSync(1, "listening");
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600_000);
  process.exit();
}`;
