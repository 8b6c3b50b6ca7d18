import type { LoginKitEvent } from "onegini-otp-login/server";

/** What is kept in a store in a format. */
export type StoredKind = Extract<LoginKitEvent, { type: "store_unreadable" }>["what"];

/** The format that a version writes, and those that it reads. 0: without a format. */
interface Formats {
  writes: number;
  reads: readonly number[];
}

const none: Formats = { writes: 0, reads: [0] };
const first: Formats = { writes: 1, reads: [1] };

/**
 * Which versions keep what in which format, the oldest first. The last entry is this version's: a change of a format in the code
 * has a new entry here, with the version that will bring it. A test writes each to Redis and compares.
 */
export const storedFormats: readonly { since: string; formats: Record<StoredKind, Formats> }[] = [
  { since: "0.1.0", formats: { attempt: none, limit: none, pause: none, mark: none } },
  { since: "0.2.0", formats: { attempt: first, limit: first, pause: first, mark: first } },
];
