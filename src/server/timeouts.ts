/** Times in seconds that a site can change. The defaults suit a bank's login page. */
export interface Timeouts {
  /** A call to the Token Server. Default 5. */
  tokenServerSeconds: number;
  /** After the end of the last code: an acceptance still logs in. Default 10. */
  graceSeconds: number;
  /** After the grace: a Token Server that gives no answer is asked again; then the attempt is `failed`. Default 60. */
  silenceSeconds: number;
  /** An `approved` attempt waits for its browser; then it is `expired`. Default 120. */
  claimSeconds: number;
  /** After a login: the same browser may repeat it, because the answer was lost. Default 60. */
  repeatSeconds: number;
  /** A call of `signIn`. Default 10. */
  signInSeconds: number;
  /** Between two comments on a quiet stream, which keep proxies from closing it. Default 15. */
  keepAliveSeconds: number;
  /** A held poll (`Prefer: wait`), at most. Default 20. */
  pollSeconds: number;
  /** `close()` spreads the clients' return over this time. Default 5. */
  returnSeconds: number;
  /** A settled attempt is remembered, so that a browser that comes back late learns how it ended. Default 300. */
  memorySeconds: number;
}

export const defaultTimeouts: Readonly<Timeouts> = {
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
