import type { Claims } from "./defence.js";

/** A pause, and what the store may lose of it. */
export const pause: Claims = {
  "test/unit/server/endpoints/pause-register.test.ts": {
    "The last word is written back where the store has none": {
      threat: "undone-pause",
      asvs: ["2.3.3"],
      at: "src/server/pause/login-pause.ts: LoginPause.#agree",
      replace: ["found !== undefined && !isNewer(next, found)", "word === undefined"],
      title: "is written back at once when a new server finds nothing, and holds there",
    },
    "The store is read again by itself": {
      threat: "undone-pause",
      asvs: ["2.3.3"],
      at: "src/server/pause/login-pause.ts: LoginPause.#readLater",
      replace: ['this.#cancelReading = this.#core.runtime.after(rereadMs, read, "background")', "void read"],
      title: "is written back to a store that was emptied, thirty seconds later at the latest",
    },
    "The newer word counts, not the one that the store has": {
      threat: "undone-pause",
      asvs: ["2.3.3"],
      at: "src/server/pause/pause-register.ts: isNewer",
      replace: ["version > other", "version < other"],
      title: "takes the place of an older copy, whether it is the pause or its end",
    },
    "A new server that finds nothing hears of a pause before it gives out a code": {
      threat: "undone-pause",
      asvs: ["16.5.3"],
      at: "src/server/pause/login-pause.ts: LoginPause.#subscribe",
      remove: "await this.#objections();",
      title: "is heard by a new server that finds nothing before it gives out a code",
    },
    "A new server hears of a pause before it gives out a code, also if another one found nothing first": {
      threat: "undone-pause",
      asvs: ["16.5.3"],
      at: "src/server/pause/login-pause.ts: LoginPause.#agree",
      replace: ["{ ...nothingSaid, since: runtime.now() }", "nothingSaid"],
      title:
        "is heard by each of several new servers, also by one that finds what the first of them has written",
    },
    "A new server that finds an older copy hears of a pause": {
      threat: "undone-pause",
      asvs: ["16.5.3"],
      at: "src/server/pause/login-pause.ts: LoginPause.#agree",
      remove: "await store.compareAndSet(text, text).catch(ignore);",
      title: "is heard by a new server that finds an older copy, though nobody told the others of that",
    },
    "A server that could not write what it found gives out no code": {
      threat: "undone-pause",
      asvs: ["16.5.3"],
      at: "src/server/pause/login-pause.ts: LoginPause.isKnown",
      replace: ["this.#hasAgreed", "true"],
      title: "may be known to others as long as what a new server finds could not be written",
    },
    "A server that has only said a pause keeps it": {
      threat: "undone-pause",
      asvs: ["16.5.3"],
      at: "src/server/pause/login-pause.ts: LoginPause.#say",
      remove: "void this.follow();",
      title: "is followed by a server that has done nothing but say it",
    },
    "Of equal versions the pause counts": {
      threat: "undone-pause",
      asvs: ["16.5.3"],
      at: "src/server/pause/pause-register.ts: isNewer",
      remove: "if (one.paused !== other.paused) return one.paused;",
      title: "is the pause where two have one version, on every server and in the store",
    },
    "A new word counts in place of all before it, whatever the store's clock says": {
      threat: "undone-pause",
      asvs: ["2.3.3"],
      at: "src/server/pause/pause-register.ts: nextRegister",
      replace: [".max(newest.version + 1, Math.floor(now))", ".floor(now)"],
      title: "comes after everything that the store has, also what is written in that moment",
    },
    "A pause that cannot be read pauses": {
      threat: "undone-pause",
      asvs: ["16.5.3"],
      at: "src/server/pause/login-pause.ts: LoginPause.present",
      remove: "this.#isUnreadable ? {} :",
      title: "pauses, and is never written over: …",
    },
    "A pause that cannot be read is not written over": {
      threat: "undone-pause",
      asvs: ["16.5.3"],
      at: "src/server/pause/login-pause.ts: LoginPause.#agree",
      remove: "if (word) throw new UnreadablePause(description); return;",
      title: "pauses, and is never written over: …",
    },
  },
  "test/resilience/redis/pause.test.ts": {
    "The last word is written back to a master that has not got it": {
      threat: "undone-pause",
      asvs: ["2.3.3"],
      at: "src/server/pause/login-pause.ts: LoginPause.#agree",
      replace: ["found !== undefined && !isNewer(next, found)", "word === undefined"],
      title: "… as the last word outlives a failover that lost it",
    },
  },
  "test/unit/server/pause/login-pause.test.ts": {
    "No code is given out before the store was read once": {
      threat: "undone-pause",
      asvs: ["16.5.3"],
      at: "src/server/pause/login-pause.ts: LoginPause.check",
      remove: "if (!this.isKnown) throw new StoreUnavailable(undefined);",
      title: "rejects while the store does not work, and no start passes before the store was read",
    },
    "An operator's words forge no line of a log": {
      threat: "evidence",
      asvs: ["16.4.1"],
      at: "src/server/text/printable.ts: isNote",
      remove: "&& visible(text) === text",
      title: "takes by and reason, at most 100 characters each, and says what is wrong with one",
    },
  },
};
