import type { Defence } from "./defence.js";

/** A pause, and what the store may lose of it. */

const pause = "test/unit/server/endpoints/pause.test.ts";
const register = "test/unit/server/endpoints/pause-register.test.ts";
const redis = "test/resilience/redis/pause.test.ts";

const writesBack = {
  file: "src/server/pause/login-pause.ts",
  text: "const isStored = found !== undefined && !isNewer(next, found);",
  without: "const isStored = word === undefined;",
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
    file: "src/server/pause/login-pause.ts",
    text: `this.#cancelReading = this.#core.runtime.after(rereadMs, read, "background");`,
    without: "void read;",
    test: register,
    title: "is written back to a store that was emptied, thirty seconds later at the latest",
  },
  {
    claim: "The newer word counts, not the one that the store has",
    file: "src/server/pause/pause-register.ts",
    text: "if (one.version !== other.version) return one.version > other.version;",
    without: "if (one.version !== other.version) return one.version < other.version;",
    test: register,
    title: "takes the place of an older copy, whether it is the pause or its end",
  },
  {
    claim: "A new server that finds nothing hears of a pause before it gives out a code",
    file: "src/server/pause/login-pause.ts",
    text: "await this.#objections();",
    without: "",
    test: "test/unit/server/endpoints/pause-register.test.ts",
    title: "is heard by a new server that finds nothing before it gives out a code",
  },
  {
    claim:
      "A new server hears of a pause before it gives out a code, also if another one found nothing first",
    file: "src/server/pause/login-pause.ts",
    text: "{ ...nothingSaid, since: runtime.now() }",
    without: "nothingSaid",
    test: register,
    title:
      "is heard by each of several new servers, also by one that finds what the first of them has written",
  },
  {
    claim: "A new server that finds an older copy hears of a pause",
    file: "src/server/pause/login-pause.ts",
    text: "await store.compareAndSet(text, text).catch(ignore);",
    without: "",
    test: register,
    title: "is heard by a new server that finds an older copy, though nobody told the others of that",
  },
  {
    claim: "A server that could not write what it found gives out no code",
    file: "src/server/pause/login-pause.ts",
    text: "!this.#hasAgreed && !this.#isClosed",
    without: "false",
    test: register,
    title: "may be known to others as long as what a new server finds could not be written",
  },
  {
    claim: "A server that has only said a pause keeps it",
    file: "src/server/pause/login-pause.ts",
    text: "void this.follow();",
    without: "",
    test: register,
    title: "is followed by a server that has done nothing but say it",
  },
  {
    claim: "Of equal versions the pause counts",
    file: "src/server/pause/pause-register.ts",
    text: "if (one.paused !== other.paused) return one.paused;",
    without: "",
    test: register,
    title: "is the pause where two have one version, on every server and in the store",
  },
  {
    claim: "A new word counts in place of all before it, whatever the store's clock says",
    file: "src/server/pause/pause-register.ts",
    text: "Math.max(newest.version + 1, Math.floor(now))",
    without: "Math.floor(now)",
    test: register,
    title: "comes after everything that the store has, also what is written in that moment",
  },
  {
    claim: "A pause that cannot be read pauses",
    file: "src/server/pause/login-pause.ts",
    text: "this.#isUnreadable ? {} : ",
    without: "",
    test: register,
    title: "pauses, and is never written over: …",
  },
  {
    claim: "A pause that cannot be read is not written over",
    file: "src/server/pause/login-pause.ts",
    text: `        if (word) throw new UnreadablePause(description);
        return;`,
    without: "",
    test: register,
    title: "pauses, and is never written over: …",
  },
  {
    claim: "No code is given out before the store was read once",
    file: "src/server/pause/login-pause.ts",
    text: "if (this.#switch && !this.#hasAgreed && !this.#isClosed) throw new StoreUnavailable(undefined);",
    without: "",
    test: pause,
    title: "rejects while the store does not work, and no start passes before the store was read",
  },
  {
    claim: "An operator's words forge no line of a log",
    file: "src/server/pause/pause-options.ts",
    text: "printable(text) === text",
    without: 'text !== ""',
    test: pause,
    title: "takes by and reason, at most 100 characters each, and says what is wrong with one",
  },
];
