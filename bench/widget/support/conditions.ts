import type { CDPSession } from "playwright-core";

/** A network and a machine that a page is opened on. */
export interface Condition {
  name: string;
  /** Both ways; undefined: as fast as it comes. */
  megabitsPerSecond?: number;
  /** Added to each request. */
  latencyMs?: number;
  /** So many times slower is the page's own processor. */
  slowdown: number;
}

export const unthrottled: Condition = { name: "unthrottled", slowdown: 1 };

export const conditions: readonly Condition[] = [
  unthrottled,
  { name: "4 Mbit/s, 60 ms", megabitsPerSecond: 4, latencyMs: 60, slowdown: 1 },
  { name: "4 Mbit/s, 60 ms, CPU ÷ 4", megabitsPerSecond: 4, latencyMs: 60, slowdown: 4 },
  { name: "1.6 Mbit/s, 150 ms, CPU ÷ 4", megabitsPerSecond: 1.6, latencyMs: 150, slowdown: 4 },
];

/** Puts a page under a condition, before it is opened. */
export async function impose(
  session: CDPSession,
  { megabitsPerSecond, latencyMs = 0, slowdown }: Condition,
): Promise<void> {
  const bytesPerSecond = megabitsPerSecond === undefined ? -1 : (megabitsPerSecond * 1_000_000) / 8;
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: latencyMs,
    downloadThroughput: bytesPerSecond,
    uploadThroughput: bytesPerSecond,
  });
  await session.send("Emulation.setCPUThrottlingRate", { rate: slowdown });
}
