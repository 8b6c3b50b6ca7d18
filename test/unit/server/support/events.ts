import type { LoginKitEvent } from "onegini-otp-login/server";

type EventOf<T extends LoginKitEvent["type"]> = Extract<LoginKitEvent, { type: T }>;

/** The events of one type. */
export const eventsOf = <T extends LoginKitEvent["type"]>(
  { events }: { events: readonly LoginKitEvent[] },
  type: T,
): EventOf<T>[] => events.filter((event): event is EventOf<T> => event.type === type);

/** One member of each. */
export const pluck = <T, K extends keyof T>(list: readonly T[], key: K): T[K][] =>
  list.map((each) => each[key]);
