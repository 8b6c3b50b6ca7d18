import { browserKey } from "../protocol/login-api.js";

/**
 * Keeps the attempt whose app link was pressed, for all tabs of this browser: a phone may unload the page while the person is in
 * the app, or show another tab afterwards. The stored text is the attempt's id, and the instant until which the code that
 * went to the app can still log in.
 */

/** That time after the code's end: the server's grace, and its waits for the Token Server and for the number on the phone. */
const afterCodeMs = 370_000;

/** Storage may be blocked: then nothing is kept. */
export const tryStorage = <T>(use: () => T): T | undefined => {
  try {
    return use();
  } catch {
    return undefined;
  }
};

/** Returns the stored text, if it could be stored. */
export const storeAttempt = (endpoint: string, attempt: string, codeEndsAt: number): string | undefined =>
  tryStorage(() => {
    const text = `${attempt} ${codeEndsAt + afterCodeMs}`;
    localStorage.setItem(browserKey(endpoint), text);
    return text;
  });

/** The stored attempt. One whose time is over is removed. */
export const storedAttempt = (endpoint: string): string | undefined =>
  tryStorage(() => {
    const [attempt, until] = localStorage.getItem(browserKey(endpoint))?.split(" ") ?? [];
    if (Number(until) > Date.now()) return attempt;
    localStorage.removeItem(browserKey(endpoint));
    return undefined;
  });

/** Another tab may have stored another attempt: that one stays. */
export const removeStoredAttempt = (endpoint: string, attempt: string): void => {
  if (storedAttempt(endpoint) === attempt) localStorage.removeItem(browserKey(endpoint));
};
