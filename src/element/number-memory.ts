import { tryStorage } from "./app-link/resume-storage.js";

const key = "onegini-otp-login number";

/**
 * Remembers whether a login of this site may ask for the number: on the next page the card has room for its advice before the
 * server has said so, and an attempt that is resumed knows it.
 */
export const rememberNumber = (mayAsk: boolean): void =>
  tryStorage(() => (mayAsk ? localStorage.setItem(key, "1") : localStorage.removeItem(key)));

/** Whether a login of this site asked, or might have asked, in this browser. */
export const mayAskForNumber = (): boolean => !!tryStorage(() => localStorage.getItem(key));
