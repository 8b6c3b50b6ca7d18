/** The bounds that a site can move. All have a default that suits a bank's login page. */
export interface Bounds {
  /** Transactions, and so codes, that one attempt may begin; the next renewal is refused with 429. Default 20. */
  transactionsPerAttempt: number;
  /** Streams and held polls of one attempt at a time, on one server; one more ends the oldest. Default 2. */
  watchersPerAttempt: number;
  /** Largest request body in bytes; more is refused with 413. Default 4096. */
  bodyBytes: number;
  /** Seconds that a call to the Token Server may take. Default 5. */
  tokenServerSeconds: number;
  /** Seconds after the end of the last code during which an acceptance still logs in. Default 10. */
  graceSeconds: number;
  /** Seconds after the grace during which a silent Token Server is asked again; then the attempt is `failed`. Default 60. */
  silenceSeconds: number;
  /** Seconds that an `approved` attempt waits for its browser; then it is `expired`. Default 120. */
  claimSeconds: number;
  /** Seconds after a login during which the same browser may repeat it, because the answer was lost. Default 60. */
  repeatSeconds: number;
  /** Seconds that `signIn` may take. Default 10. */
  signInSeconds: number;
  /** Seconds between two comments on a quiet stream, which keep proxies from closing it. Default 15. */
  keepAliveSeconds: number;
  /** Longest time in seconds that a poll is held (`Prefer: wait`). Default 20. */
  pollSeconds: number;
  /** Seconds over which `close()` spreads the clients' return. Default 5. */
  returnSeconds: number;
  /** Seconds that a settled attempt is remembered, so that a browser that comes back late hears how it ended. Default 300. */
  memorySeconds: number;
}

/** The bounds unless the site says otherwise. */
export const defaultBounds: Readonly<Bounds> = {
  transactionsPerAttempt: 20,
  watchersPerAttempt: 2,
  bodyBytes: 4096,
  tokenServerSeconds: 5,
  graceSeconds: 10,
  silenceSeconds: 60,
  claimSeconds: 120,
  repeatSeconds: 60,
  signInSeconds: 10,
  keepAliveSeconds: 15,
  pollSeconds: 20,
  returnSeconds: 5,
  memorySeconds: 300,
};
