import type { Defence } from "./defence.js";

/** A pause, and what the store may lose of it. */

const pause = "test/unit/server/pause/login-pause.test.ts";
const register = "test/unit/server/endpoints/pause-register.test.ts";
const redis = "test/resilience/redis/pause.test.ts";

const writesBack = {
  at: "src/server/pause/login-pause.ts: LoginPause.#agree",
  text: "found !== undefined && !isNewer(next, found)",
  without: "word === undefined",
};

export const pauseDefences: readonly Defence[] = [
  {
    claim: "The last word is written back where the store has none",
    ...writesBack,
    test: register,
    title: "is written back at once when a new server finds nothing, and holds there",
  },
  {
    claim: "The last word is written back to a master that has not got it",
    ...writesBack,
    test: redis,
    title: "… as the last word outlives a failover that lost it",
  },
  {
    claim: "The store is read again by itself",
    at: "src/server/pause/login-pause.ts: LoginPause.#readLater",
    text: `this.#cancelReading = this.#core.runtime.after(rereadMs, read, "background")`,
    without: "void read",
    test: register,
    title: "is written back to a store that was emptied, thirty seconds later at the latest",
  },
  {
    claim: "The newer word counts, not the one that the store has",
    at: "src/server/pause/pause-register.ts: isNewer",
    text: "version > other",
    without: "version < other",
    test: register,
    title: "takes the place of an older copy, whether it is the pause or its end",
  },
  {
    claim: "A new server that finds nothing hears of a pause before it gives out a code",
    at: "src/server/pause/login-pause.ts: LoginPause.#subscribe",
    text: "await this.#objections();",
    without: "",
    test: "test/unit/server/endpoints/pause-register.test.ts",
    title: "is heard by a new server that finds nothing before it gives out a code",
  },
  {
    claim:
      "A new server hears of a pause before it gives out a code, also if another one found nothing first",
    at: "src/server/pause/login-pause.ts: LoginPause.#agree",
    text: "{ ...nothingSaid, since: runtime.now() }",
    without: "nothingSaid",
    test: register,
    title:
      "is heard by each of several new servers, also by one that finds what the first of them has written",
  },
  {
    claim: "A new server that finds an older copy hears of a pause",
    at: "src/server/pause/login-pause.ts: LoginPause.#agree",
    text: "await store.compareAndSet(text, text).catch(ignore);",
    without: "",
    test: register,
    title: "is heard by a new server that finds an older copy, though nobody told the others of that",
  },
  {
    claim: "A server that could not write what it found gives out no code",
    at: "src/server/pause/login-pause.ts: LoginPause.check",
    text: "!this.#hasAgreed && !this.#isClosed",
    without: "false",
    test: register,
    title: "may be known to others as long as what a new server finds could not be written",
  },
  {
    claim: "A server that has only said a pause keeps it",
    at: "src/server/pause/login-pause.ts: LoginPause.#say",
    text: "void this.follow();",
    without: "",
    test: register,
    title: "is followed by a server that has done nothing but say it",
  },
  {
    claim: "Of equal versions the pause counts",
    at: "src/server/pause/pause-register.ts: isNewer",
    text: "if (one.paused !== other.paused) return one.paused;",
    without: "",
    test: register,
    title: "is the pause where two have one version, on every server and in the store",
  },
  {
    claim: "A new word counts in place of all before it, whatever the store's clock says",
    at: "src/server/pause/pause-register.ts: nextRegister",
    text: ".max(newest.version + 1, Math.floor(now))",
    without: ".floor(now)",
    test: register,
    title: "comes after everything that the store has, also what is written in that moment",
  },
  {
    claim: "A pause that cannot be read pauses",
    at: "src/server/pause/login-pause.ts: LoginPause.present",
    text: "this.#isUnreadable ? {} :",
    without: "",
    test: register,
    title: "pauses, and is never written over: …",
  },
  {
    claim: "A pause that cannot be read is not written over",
    at: "src/server/pause/login-pause.ts: LoginPause.#agree",
    text: `if (word) throw new UnreadablePause(description);
        return;`,
    without: "",
    test: register,
    title: "pauses, and is never written over: …",
  },
  {
    claim: "No code is given out before the store was read once",
    at: "src/server/pause/login-pause.ts: LoginPause.check",
    text: "if (this.#switch && !this.#hasAgreed && !this.#isClosed) throw new StoreUnavailable(undefined);",
    without: "",
    test: pause,
    title: "rejects while the store does not work, and no start passes before the store was read",
  },
  {
    claim: "An operator's words forge no line of a log",
    at: "src/server/pause/pause-options.ts: isSpeakersText",
    text: "printable(text) === text",
    without: 'text !== ""',
    test: pause,
    title: "takes by and reason, at most 100 characters each, and says what is wrong with one",
  },
];
