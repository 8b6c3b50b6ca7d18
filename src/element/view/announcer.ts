import type { Words } from "../i18n/languages.js";
import type { State } from "../flow/state.js";
import { failureKey, spoken } from "../i18n/words.js";

/** How long the network must be away before it is worth saying. */
export const offlineSpokenAfterMs = 3_000;

/** What to say aloud in a state, by its key, or nothing. Never a renewal, a second, or a reconnection. */
type Announcement = readonly [key: string, text: string] | undefined;

/**
 * @param sinceMs for how long the connection has been as it is
 * @param redirecting whether the page is about to be left
 * @param appLeads whether the code is folded away behind the app's button
 */
export function announcement(
  state: State,
  words: Words,
  sinceMs: number,
  redirecting: boolean,
  appLeads = false,
): Announcement {
  switch (state.phase) {
    case "idle":
    case "requesting":
      return undefined;
    case "pending":
      return state.link === "offline" && sinceMs >= offlineSpokenAfterMs
        ? ["offline", words.offline]
        : ["codeReady", appLeads ? words.openAppHint : words.codeReady];
    case "approved":
      return [state.phase, words.approved];
    case "completed":
      return [state.phase, spoken(words.completed, redirecting ? words.redirecting : "")];
    case "denied":
      return [state.phase, spoken(words.denied, words.deniedHint)];
    case "expired":
      return [state.phase, spoken(words.expired, words.expiredHint)];
    case "failed": {
      const key = failureKey(state.failure);
      return [state.phase, spoken(words[key], words[`${key}Hint`])];
    }
    default:
      return state satisfies never;
  }
}

/** Keeps what the live region says: each thing at most once an attempt. */
export class Announcer {
  text = "";
  #last: string | undefined;
  #said = new Set<string>();

  /** A new attempt: the region is emptied, so that the same words are heard again. */
  reset(): void {
    this.text = "";
    this.#last = undefined;
    this.#said.clear();
  }

  say(announcement: Announcement): void {
    if (!announcement || this.#last === announcement[0]) return;
    const [key, text] = announcement;
    // What was said is not said again; but what no longer holds is taken away.
    this.text = this.#said.has(key) ? "" : text;
    this.#last = key;
    this.#said.add(key);
  }
}
