import type { Words } from "../i18n/languages.js";
import type { State } from "../flow/state.js";
import { failureKey, spoken } from "../i18n/messages.js";

/** How long the browser must be offline before it is announced. */
export const offlineSpokenAfterMs = 3_000;

/** What to announce, with a key that tells announcements apart. Renewals, seconds and reconnections are never announced. */
type Announcement = readonly [key: string, text: string] | undefined;

/**
 * The announcement of a state.
 * @param sinceMs how long ago the connection changed
 * @param isRedirecting whether the page is about to be left
 * @param isCodeHidden whether only the app's button is shown
 */
export function announcement(
  state: State,
  words: Words,
  sinceMs: number,
  isRedirecting: boolean,
  isCodeHidden = false,
): Announcement {
  switch (state.phase) {
    case "idle":
    case "requesting":
      return undefined;
    case "pending":
      if (state.scanned) return ["scanned", spoken(words.scanned, words.scannedHint)];
      return state.connection === "offline" && sinceMs >= offlineSpokenAfterMs
        ? ["offline", words.offline]
        : ["codeReady", isCodeHidden ? words.openAppHint : words.codeReady];
    case "approved":
      return [state.phase, words.approved];
    case "completed":
      return [state.phase, spoken(words.completed, isRedirecting ? words.redirecting : "")];
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

/** The text of the live region. Announces each thing at most once an attempt. */
export class Announcer {
  text = "";
  #last: string | undefined;
  #said = new Set<string>();

  /** For a new attempt: empties the region, so that the same text is announced again. */
  reset(): void {
    this.text = "";
    this.#last = undefined;
    this.#said.clear();
  }

  say(announcement: Announcement): void {
    if (!announcement) return;
    const [key, text] = announcement;
    if (this.#last === key) {
      // A framework sets the site's words for a failure a moment after the event.
      if (key === "failed" && this.text) this.text = text;
      return;
    }
    // Announced before: not again, but the last text is out of date.
    this.text = this.#said.has(key) ? "" : text;
    this.#last = key;
    this.#said.add(key);
  }
}
