import { tryStorage } from "./resume-storage.js";

const key = "onegini-otp-login number";

/** Remembers that this browser was asked for the number: from then on the card has room for its advice from the start. */
export const rememberQuestion = (): void => tryStorage(() => localStorage.setItem(key, "1"));

/** Whether this browser was asked before. */
export const wasAsked = (): boolean => !!tryStorage(() => localStorage.getItem(key));
