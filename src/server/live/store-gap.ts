/*
 * A gap of the store: a time in which it did not work, so that callbacks, and notices of changes, may have got lost. Times are in
 * milliseconds since the epoch.
 */

/** After a gap, the calls for the watched attempts are spread over this time. */
export const gapSpreadMs = 2000;

/** The last gap while an attempt was watched. Each transaction open then needs an answer to a call that began after it. */
export interface StoreGap {
  readonly endedAt: number;
  /** When the first calls after it are due. */
  readonly callAt: number;
  /** How many transactions the attempt had. Later ones missed nothing. */
  readonly codes: number;
}

/**
 * The last gap after one more was noticed.
 *
 * @param lostAt when the store last failed. Both a reading that failed and the store itself may report a gap: the second report
 *   leads to no call if the store has worked since the first.
 */
export function afterGap(before: StoreGap | undefined, gap: StoreGap, lostAt: number): StoreGap {
  if (before === undefined) return gap;
  if (lostAt < before.endedAt) return before;
  const isDue = before.callAt > gap.endedAt;
  return isDue ? { ...gap, callAt: Math.min(before.callAt, gap.callAt) } : gap;
}
