import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { memoryStore, type AttemptStore, type PauseSwitch } from "onegini-otp-login/server";
import { Browser } from "../support/browser.js";
import { eventsOf } from "../support/events.js";
import { scriptedTokenServer, site, type Site } from "../support/site.js";
import { holds, until } from "../../../support/until.js";
import { VirtualClock } from "../../../support/virtual-clock.js";

/** What servers share, which may lose what it was given. */
class SharedText implements PauseSwitch {
  text: string | undefined;
  /** Runs before the next text is compared. */
  beforeCompare: () => void = () => undefined;
  readonly #listeners = new Set<() => void>();

  read = () => Promise.resolve(this.text);

  compareAndSet(text: string | undefined, next: string) {
    const before = this.beforeCompare;
    this.beforeCompare = () => undefined;
    before();
    if (this.text !== text) return Promise.resolve(false);
    this.change(next);
    return Promise.resolve(true);
  }

  subscribe(call: () => void) {
    const listener = () => call();
    this.#listeners.add(listener);
    return Promise.resolve(() => void this.#listeners.delete(listener));
  }

  /** The store has another text, and tells of it. */
  change(text: string | undefined): void {
    this.text = text;
    this.tellAll();
  }

  /** As a store that works again. */
  tellAll(): void {
    for (const call of this.#listeners) call();
  }

  get listenerCount(): number {
    return this.#listeners.size;
  }

  get register(): Record<string, unknown> {
    return JSON.parse(this.text ?? "{}") as Record<string, unknown>;
  }
}

const origin = "http://localhost:3000";

/** Servers of one site, which share a store. */
async function scene(t: TestContext) {
  const clock = new VirtualClock();
  const shared = new SharedText();
  const store: AttemptStore = {
    ...memoryStore(() => clock.now()),
    now: () => clock.now(),
    isShared: true,
    pauseSwitch: () => shared,
  };
  const { url: tokenServerUrl } = await scriptedTokenServer(t);
  const newServer = (): Promise<Site> =>
    site(t, { runtime: clock, tokenServerUrl, options: { store, origin } });
  /** Lets the time pass for which a server that finds nothing waits for the others. */
  const afterObjections = async <T>(call: Promise<T>): Promise<T> => {
    let isDone = false;
    void call.finally(() => (isDone = true));
    await until(() => isDone || clock.nextAt <= clock.now() + 500, "a server that waits");
    if (!isDone) await clock.advance(0.5);
    return call;
  };
  const server = async (): Promise<Site> => {
    const where = await newServer();
    await afterObjections(where.kit.health());
    return where;
  };
  return { clock, shared, newServer, server, afterObjections };
}

const isPausedAt = async ({ kit }: Site): Promise<boolean> => (await kit.health()).paused !== undefined;

const allAre = (isPaused: boolean, nodes: readonly Site[]): Promise<void> =>
  until(
    async () => (await Promise.all(nodes.map(isPausedAt))).every((each) => each === isPaused),
    isPaused ? "the pause" : "the end of the pause",
  );

const startAt = async ({ url }: Site): Promise<number> =>
  (await new Browser({ url, origin }).post("")).status;

describe("what the operator said last", () => {
  test("is written back to a store that was emptied, thirty seconds later at the latest", async (t) => {
    const { clock, shared, server } = await scene(t);
    const one = await server();
    await one.kit.pause({ by: "jane" });
    const said = shared.text;
    shared.text = undefined;
    await clock.advance(29.9);
    assert.equal(shared.text, undefined);
    await clock.advance(0.1);
    assert.equal(shared.text, said);
    shared.text = undefined;
    await clock.advance(30);
    assert.equal(shared.text, said);
    holds(await isPausedAt(one));
    // It keeps no process alive, and ends with the kit.
    await one.kit.close();
    assert.equal(clock.timers, 0);
  });

  test("is written back at once when a new server finds nothing, and holds there", async (t) => {
    const { shared, server } = await scene(t);
    const one = await server();
    await one.kit.pause({ by: "jane" });
    const said = shared.text;
    shared.text = undefined;
    const later = await server();
    await allAre(true, [one, later]);
    assert.equal(await startAt(later), 503);
    assert.equal(shared.text, said);
  });

  test("is heard by a new server that finds nothing before it gives out a code", async (t) => {
    const { shared, server, newServer, afterObjections } = await scene(t);
    const one = await server();
    await one.kit.pause();
    shared.text = undefined;
    const later = await newServer();
    assert.equal(await afterObjections(startAt(later)), 503);
    const nobody = await scene(t);
    assert.equal(await nobody.afterObjections(startAt(await nobody.newServer())), 201);
  });

  test("is heard by each of several new servers, also by one that finds what the first of them has written", async (t) => {
    const { clock, shared, server, newServer, afterObjections } = await scene(t);
    const busy = await server();
    await busy.kit.pause();
    const said = shared.text;
    await busy.kit.close();
    shared.text = undefined;
    const first = await newServer();
    const atFirst = startAt(first);
    await until(() => shared.text !== undefined, "what the first one writes");
    const atSecond = startAt(await newServer());
    await until(() => clock.timers > 1, "both to wait");
    // The one that was busy is back.
    shared.change(said);
    await until(() => eventsOf(first, "login_paused").length > 0, "the pause");
    assert.equal(await afterObjections(atSecond), 503);
    assert.equal(await atFirst, 503);
  });

  test("is heard by a new server that finds an older copy, though nobody told the others of that", async (t) => {
    const { shared, server, newServer } = await scene(t);
    const one = await server();
    await one.kit.resume();
    const older = shared.text;
    await one.kit.pause();
    shared.text = older;
    const later = await newServer();
    await later.kit.health();
    await allAre(true, [one, later]);
    assert.equal(await startAt(later), 503);
  });

  test("may be known to others as long as what a new server finds could not be written", async (t) => {
    const { clock, shared, newServer, afterObjections } = await scene(t);
    const compareAndSet = shared.compareAndSet.bind(shared);
    shared.compareAndSet = () => Promise.reject(new Error("OOM"));
    const later = await newServer();
    assert.deepEqual([await startAt(later), await startAt(later)], [503, 503]);
    shared.compareAndSet = compareAndSet;
    await clock.advance(1);
    assert.equal(await afterObjections(startAt(later)), 201);
  });

  test("is followed by a server that has done nothing but say it", async (t) => {
    const { shared, newServer, afterObjections } = await scene(t);
    const one = await newServer();
    await one.kit.pause();
    const said = shared.text;
    await until(() => shared.listenerCount === 1, "it to follow");
    shared.text = undefined;
    assert.equal(await afterObjections(startAt(await newServer())), 503);
    assert.equal(shared.text, said);
  });

  test("takes the place of an older copy, whether it is the pause or its end", async (t) => {
    const { shared, server } = await scene(t);
    const nodes = [await server(), await server()];
    let older = shared.text;
    for (const word of ["pause", "resume", "pause"] as const) {
      await nodes[0]!.kit[word]();
      await allAre(word === "pause", nodes);
      const said = shared.text;
      shared.change(older);
      await until(() => shared.text === said, "the last word");
      await allAre(word === "pause", nodes);
      older = said;
    }
  });

  test("is the newer one that the store has", async (t) => {
    const { shared, server } = await scene(t);
    const one = await server();
    await one.kit.pause();
    const { version } = shared.register;
    const newer = JSON.stringify({ format: 1, version: Number(version) + 1, paused: false });
    shared.change(newer);
    await allAre(false, [one]);
    assert.equal(shared.text, newer);
  });

  test("is the pause where two have one version, on every server and in the store", async (t) => {
    const { shared, server } = await scene(t);
    const nodes = [await server(), await server()];
    await nodes[0]!.kit.pause();
    await allAre(true, nodes);
    const paused = shared.text;
    const resumed = JSON.stringify({ ...shared.register, paused: false });
    shared.change(resumed);
    await until(() => shared.text === paused, "the pause in the store");
    await allAre(true, nodes);

    await nodes[0]!.kit.resume();
    await allAre(false, nodes);
    const other = JSON.stringify({ ...shared.register, paused: true });
    shared.change(other);
    await allAre(true, nodes);
    assert.equal(shared.text, other);
  });

  test("comes after everything that the store has, also what is written in that moment", async (t) => {
    const { clock, shared, server } = await scene(t);
    const one = await server();
    const ahead = clock.now() + 5000;
    shared.beforeCompare = () =>
      (shared.text = JSON.stringify({ format: 1, version: ahead, paused: false, by: "joe" }));
    await one.kit.pause({ by: "jane" });
    assert.deepEqual(shared.register, { format: 1, version: ahead + 1, paused: true, by: "jane" });
    await one.kit.resume();
    assert.deepEqual(shared.register, { format: 1, version: ahead + 2, paused: false });
    await clock.advance(60);
    await one.kit.pause();
    assert.deepEqual(shared.register, { format: 1, version: clock.now(), paused: true });
  });

  test("is lost with the last server that has heard it: an emptied store pauses nothing, an older copy does", async (t) => {
    const { shared, server } = await scene(t);
    const one = await server();
    await one.kit.pause();
    const paused = shared.text;
    await one.kit.close();
    shared.text = undefined;
    assert.equal(await startAt(await server()), 201);
    shared.text = paused;
    assert.equal(await startAt(await server()), 503);
  });
});

describe("a pause that cannot be read", () => {
  const texts = [
    JSON.stringify({ format: 2, version: 1, paused: false }),
    JSON.stringify({ format: 0, version: 1, paused: false }),
    "garbage",
    "",
  ];
  for (const text of texts) {
    test(`pauses, and is never written over: ${text || "nothing in it"}`, async (t) => {
      const { clock, shared, server } = await scene(t);
      const one = await server();
      assert.equal(await startAt(one), 201);
      shared.change(text);
      await allAre(true, [one]);
      const later = await server();
      for (const where of [one, later]) {
        assert.equal(await startAt(where), 503);
        for (const word of ["pause", "resume"] as const)
          await assert.rejects(where.kit[word]({ by: "jane" }), {
            name: "UnreadablePause",
            message: /^The store has a pause of http:\/\/localhost:3000 that this version cannot read /,
          });
        const [event] = eventsOf(where, "store_unreadable");
        assert.deepEqual([event?.level, event?.what], ["error", "pause"]);
        assert.equal(eventsOf(where, "login_paused").length, 1);
        assert.deepEqual((await where.kit.health()).paused, {});
      }
      await clock.advance(59);
      assert.equal(shared.text, text);
      assert.equal(eventsOf(one, "store_unreadable").length, 1);
      await clock.advance(60);
      assert.equal(eventsOf(one, "store_unreadable").length, 2);
    });
  }

  test("ends where it is deleted: what was said before counts again", async (t) => {
    const { shared, server } = await scene(t);
    const one = await server();
    await one.kit.resume({ by: "jane" });
    const said = shared.text;
    shared.change("garbage");
    await allAre(true, [one]);
    shared.change(undefined);
    await allAre(false, [one]);
    assert.equal(shared.text, said);
    // Not by Jane, who had said so before.
    const [event] = eventsOf(one, "login_resumed");
    assert.deepEqual(event, { type: "login_resumed", level: "warn", cause: "store" });
  });
});
