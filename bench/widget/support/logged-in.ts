declare global {
  /** When the page knew that it was logged in: an instant of `Date.now()`. */
  var loggedInAt: number | undefined;
}

/** In a page: keeps the instant at which it knew that it was logged in. */
export function loggedIn(): void {
  globalThis.loggedInAt ??= Date.now();
}
