/** At most `count` in `seconds` (whole numbers). The time begins with the first that is counted. */
export interface Rate {
  count: number;
  seconds: number;
}

/** How many attempts that nobody has scanned may wait at a time, on one server (whole numbers). */
export interface WaitingLimit {
  /** Of one address (an IPv6 network of 48 bits counts as one). 429. Default 2,000. */
  perAddress: number;
  /**
   * In all. 503 for an address that would have more than the mean of those that wait; above 1.25 times this number, for all.
   * Default 100,000.
   */
  total: number;
}

/**
 * Limits against abuse. A call above a limit is answered 429, or 503 if it is a limit of the whole server, with `Retry-After`;
 * the widget shows a message. `false` switches a limit off.
 */
export interface Limits {
  /**
   * Starts from one address (an IPv6 network of 64 bits counts as one). 429. Default 300 a minute: an office of
   * thousands behind one address stays below it. All unknown addresses count as one. On a platform that knows no
   * addresses nothing is counted, until `clientIp` is set.
   */
  startsPerAddress: Rate | false;
  /**
   * Starts from one IPv6 network of 56 bits, which some homes have. 429. Default twice `startsPerAddress`: 600 a minute.
   */
  startsPerIpv6Prefix56: Rate | false;
  /**
   * Starts from one IPv6 network of 48 bits, which anyone can rent. 429. Default four times `startsPerAddress`: 1,200 a
   * minute.
   */
  startsPerIpv6Prefix48: Rate | false;
  /** Starts of one browser, which is one cookie. 429. Default 60 a minute. */
  startsPerBrowser: Rate | false;
  /**
   * Attempts that nobody has scanned, at a time, on the server that began them: until it learns that one was scanned or has
   * ended, or until the time of its code is over. They are what a stranger can fill the store with. Scans of one user free 20
   * places an hour. All unknown addresses count as one; on a platform that knows no addresses `perAddress` does not apply.
   */
  waiting: WaitingLimit | false;
  /** Streams and held polls of one attempt at a time, on one server; one more ends the oldest. Default 2. */
  streamsPerAttempt: number;
  /**
   * Streams and held polls of one browser at a time, on one server. One more stream is answered 429; one more poll is
   * answered at once instead of being held. Default 20.
   */
  streamsPerBrowser: number | false;
  /**
   * Streams and held polls at a time, on one server. As above, but 503. Once half of them are used, one address gets no more
   * than a quarter and its network no more than half, as with `tokenServerCalls`. Default 20,000.
   */
  streamsPerNode: number | false;
  /**
   * Calls of one process to the Token Server, separately for starts, renewals, browsers' polls, the last calls of attempts that
   * nobody watches, and other result calls, so that endless renewals or polls do not block new logins. Above the limit the first
   * three are answered 503, and other result calls wait. Once half of the calls for a purpose are used, the attempts of one
   * address get no more than a quarter of them, and those of its network (IPv4: 24 bits, IPv6: 32 bits) no more than half. An
   * IPv6 network of 48 bits counts as one address, and so do all unknown addresses. On a platform that knows no addresses there
   * are no such shares, until `clientIp` is set. Default 1,000 a second.
   */
  tokenServerCalls: Rate | false;
  /** Transactions, and so codes, of one attempt. One more renewal is answered 429. Default 20. */
  transactionsPerAttempt: number;
  /**
   * Runs of `signIn` for one attempt, which its browser may repeat within `repeatSeconds`. One more login is answered 429.
   * Default 20; the widget tries about 12 times.
   */
  loginsPerAttempt: number;
  /**
   * Wrong numbers (`pairing`) of one user, over all attempts. Above it that user's logins fail in browsers that do not know
   * them, answered 403 `pairing_failed` with `Retry-After`; in known ones they go on. Default 10 an
   * hour, from one full hour to the next.
   */
  wrongNumbersPerUser: Rate | false;
  /**
   * Wrong numbers in one browser, which is one cookie, over all attempts. The same follows for that browser. Default 10 an hour.
   */
  wrongNumbersPerBrowser: Rate | false;
  /**
   * Users who typed only wrong numbers at one address (an IPv6 network of 48 bits counts as one; unknown ones are not counted),
   * each once. Above it, and if they are more than a third of all who typed a number there, the same follows for that address.
   * Default 10 an hour, from one full hour to the next.
   */
  wrongUsersPerAddress: Rate | false;
  /** Bytes of a request's body. More is answered 413. Default 4096. */
  bodyBytes: number;
}

/** The limits that a `limited` event can name. */
export type LimitName = Exclude<keyof Limits, "bodyBytes" | "streamsPerAttempt" | `wrong${string}`>;

/** The limits on the starts from one address. */
export const addressLimits = ["startsPerAddress", "startsPerIpv6Prefix56", "startsPerIpv6Prefix48"] as const;
export type AddressLimit = (typeof addressLimits)[number];

type PrefixLimit = Exclude<AddressLimit, "startsPerAddress">;

export const defaultLimits: Readonly<Omit<Limits, PrefixLimit> & { waiting: WaitingLimit }> = {
  startsPerAddress: { count: 300, seconds: 60 },
  startsPerBrowser: { count: 60, seconds: 60 },
  waiting: { perAddress: 2000, total: 100_000 },
  streamsPerAttempt: 2,
  streamsPerBrowser: 20,
  streamsPerNode: 20_000,
  tokenServerCalls: { count: 1000, seconds: 1 },
  transactionsPerAttempt: 20,
  loginsPerAttempt: 20,
  wrongNumbersPerUser: { count: 10, seconds: 3600 },
  wrongNumbersPerBrowser: { count: 10, seconds: 3600 },
  wrongUsersPerAddress: { count: 10, seconds: 3600 },
  bodyBytes: 4096,
};

/** Adds the limits of IPv6 networks that are not given. */
export function withPrefixLimits(
  given: Omit<Limits, PrefixLimit> & Partial<Record<PrefixLimit, Rate | false | undefined>>,
): Limits {
  const { startsPerAddress: rate } = given;
  const times = (factor: number): Rate | false => rate && { ...rate, count: rate.count * factor };
  return {
    ...given,
    startsPerIpv6Prefix56: given.startsPerIpv6Prefix56 ?? times(2),
    startsPerIpv6Prefix48: given.startsPerIpv6Prefix48 ?? times(4),
  };
}
