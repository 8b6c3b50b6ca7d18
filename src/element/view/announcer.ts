import { failureKey, spoken } from "../i18n/messages.js";
import { failureWords, hintOf } from "./notice.js";
import { numberError, numberHint, numberQuestion } from "./number-view.js";
import { appHint } from "./phone-view.js";
import { isScanned } from "../flow/state.js";
import { followsAfterMs, offlineAnnouncedAfterMs, type ViewModel } from "./view-model.js";

/**
 * What to announce, with a key that tells announcements apart, and whether it is said again when it holds again. Renewals, seconds
 * and reconnections are never announced.
 */
type Announcement = readonly [key: string, text: string, isRepeated?: boolean] | undefined;

/** The announcement for a model; `undefined` if there is no new one. */
export function announcement(model: ViewModel): Announcement {
  const { state, words, now, since } = model;
  const isOffline = model.connection === "offline" && now >= since.connection + offlineAnnouncedAfterMs;
  if (isOffline && !isScanned(state)) return ["offline", words.offline];
  if (model.isCopied) return ["copied", words.addressCopied];
  if (model.waiting !== "short") return [`${state.phase} slow`, words.slow];
  switch (state.phase) {
    case "idle":
    case "requesting":
      return undefined;
    case "pending":
      if (state.back) return state.back === "otherTab" ? [state.back, words.otherTab] : undefined;
      if (state.scanned) return ["scanned", spoken(words.scanned, words.scannedHint)];
      if (model.app !== "first" || model.otherPhone) return ["codeReady", words.codeReady];
      return ["codeReady", model.comesBack ? spoken(words.acceptInApp, appHint(model)) : appHint(model)];
    case "approved":
      if (state.question) {
        const { digits, isSending, wrong } = state.question;
        const text = numberError(model) || spoken(numberQuestion(model), numberHint(model, digits));
        // Empties the region, so that the same error is announced again.
        return [
          `number ${wrong} ${isSending} ${model.isIncomplete}`,
          isSending ? "" : text,
          model.isIncomplete,
        ];
      }
      if (now < since.phase + followsAfterMs) return undefined;
      return [state.phase, spoken(words.accepted, words.acceptedHint)];
    case "completed":
      return [state.phase, spoken(words.completed, model.isRedirecting ? words.redirecting : "")];
    case "denied":
    case "expired":
      return [state.phase, spoken(words[state.phase], hintOf(model, state.phase))];
    case "failed": {
      const { retryAt } = state.failure;
      if (failureKey(state.failure) === "tooMany" && retryAt && now >= retryAt)
        return ["retry", words.tryAgain];
      return [state.phase, spoken(...failureWords(state.failure, model))];
    }
    default:
      return state satisfies never;
  }
}

/** The text of the live region. Announces each thing at most once an attempt, but the code again after a loss of the network. */
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
    const [key, text, isRepeated] = announcement;
    if (this.#last === key) {
      // A framework sets the site's words for a failure a moment after the event.
      if (key === "failed" && this.text) this.text = text;
      return;
    }
    // Announced before: not again, but the last text is out of date.
    const isBack = this.#last === "offline" && this.text;
    this.text = this.#said.has(key) && !isBack && !isRepeated ? "" : text;
    this.#last = key;
    this.#said.add(key);
  }
}
