import { browserKey } from "../protocol/login-api.js";

/** Storage may be blocked: then nothing is kept. */
const useStorage = <T>(use: (storage: Storage) => T): T | undefined => {
  try {
    return use(sessionStorage);
  } catch {
    return undefined;
  }
};

/**
 * Keeps the attempt whose app link was pressed. A phone may unload the page while the person is in the app; the page that
 * loads again resumes the attempt.
 */
export const storeAttempt = (endpoint: string, attempt: string): void =>
  useStorage((storage) => storage.setItem(browserKey(endpoint), attempt));

export const storedAttempt = (endpoint: string): string | undefined =>
  useStorage((storage) => storage.getItem(browserKey(endpoint))) ?? undefined;

export const removeStoredAttempt = (endpoint: string): void =>
  useStorage((storage) => storage.removeItem(browserKey(endpoint)));
