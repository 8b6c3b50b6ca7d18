/**
 * Remembers in `sessionStorage` the attempt whose app link was pressed: a phone may throw the page away while its owner
 * is in the app, and the page that loads again finishes the login. Where the storage is blocked, nothing is remembered.
 */
const key = (endpoint: string): string => `onegini-otp-login ${endpoint}`;

const quietly = <T>(use: (storage: Storage) => T): T | undefined => {
  try {
    return use(sessionStorage);
  } catch {
    return undefined;
  }
};

export const remember = (endpoint: string, attempt: string): void =>
  quietly((storage) => storage.setItem(key(endpoint), attempt));

export const recall = (endpoint: string): string | undefined =>
  quietly((storage) => storage.getItem(key(endpoint))) ?? undefined;

export const forget = (endpoint: string): void => quietly((storage) => storage.removeItem(key(endpoint)));
