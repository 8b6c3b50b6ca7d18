import { browserKey } from "../protocol/login-api.js";

/** Storage may be blocked. */
const quietly = <T>(use: (storage: Storage) => T): T | undefined => {
  try {
    return use(sessionStorage);
  } catch {
    return undefined;
  }
};

/**
 * Remembers in `sessionStorage` the attempt whose app link was pressed: a phone may throw the page away while its owner
 * is in the app, and the page that loads again finishes the login. Where the storage is blocked, nothing is remembered.
 */
export const remember = (endpoint: string, attempt: string): void =>
  quietly((storage) => storage.setItem(browserKey(endpoint), attempt));

export const recall = (endpoint: string): string | undefined =>
  quietly((storage) => storage.getItem(browserKey(endpoint))) ?? undefined;

export const forget = (endpoint: string): void =>
  quietly((storage) => storage.removeItem(browserKey(endpoint)));
