import type { CDPSession } from "playwright-core";

/** The network and the processor of a page. */
export interface Condition {
  name: string;
  /** Both ways. Undefined: not throttled. */
  megabitsPerSecond?: number;
  /** Added to each request. */
  latencyMs?: number;
  /** The factor by which the page's processor is slower. */
  slowdown: number;
}

export const unthrottled: Condition = { name: "unthrottled", slowdown: 1 };

export const conditions: readonly Condition[] = [
  unthrottled,
  { name: "4 Mbit/s, 60 ms", megabitsPerSecond: 4, latencyMs: 60, slowdown: 1 },
  { name: "4 Mbit/s, 60 ms, CPU ÷ 4", megabitsPerSecond: 4, latencyMs: 60, slowdown: 4 },
  { name: "1.6 Mbit/s, 150 ms, CPU ÷ 4", megabitsPerSecond: 1.6, latencyMs: 150, slowdown: 4 },
];

/** Throttles a page. Call it before the page is opened. */
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
