/** Times in seconds, more than 0 and at most a day (86,400). The defaults suit a bank's login page. */
export interface Timeouts {
  /** The longest a call to the Token Server may take. Default 5. */
  tokenServerSeconds: number;
  /** The longest a request's body may take to arrive. Default 10. */
  bodySeconds: number;
  /** After the last code has expired, an acceptance still logs in for this long. Default 10. */
  graceSeconds: number;
  /** How long after the grace a silent Token Server is called again; then the attempt is `failed`. Default 60. */
  silenceSeconds: number;
  /** An `approved` attempt waits this long for its browser; then it is `expired`. Default 120. */
  claimSeconds: number;
  /**
   * The same for an attempt whose code has a number (`pairing`): the time from the acceptance in which the person types it.
   * Default 300.
   */
  pairingSeconds: number;
  /** After a login, the same browser may repeat it for this long, because the answer may be lost. Default 60. */
  repeatSeconds: number;
  /** A ticket (`handOver`) can be redeemed for this long. Default 60. */
  ticketSeconds: number;
  /** The longest `signIn` may take. Default 10. */
  signInSeconds: number;
  /** Between two comments on a stream, which keep proxies from closing it. Default 15. */
  keepAliveSeconds: number;
  /** The longest a poll is held (`Prefer: wait`). Default 20. */
  pollSeconds: number;
  /** After `close()`, the clients reconnect spread over this time. Default 5. */
  returnSeconds: number;
  /**
   * A settled attempt is kept this long, so that a browser that comes back late learns how it ended. One that nobody scanned and
   * nobody watches ends with its grace: its browser gets 404 then, and shows a new code. Default 300.
   */
  memorySeconds: number;
}

export const defaultTimeouts: Readonly<Timeouts> = {
  tokenServerSeconds: 5,
  bodySeconds: 10,
  graceSeconds: 10,
  silenceSeconds: 60,
  claimSeconds: 120,
  pairingSeconds: 300,
  repeatSeconds: 60,
  ticketSeconds: 60,
  signInSeconds: 10,
  keepAliveSeconds: 15,
  pollSeconds: 20,
  returnSeconds: 5,
  memorySeconds: 300,
};
