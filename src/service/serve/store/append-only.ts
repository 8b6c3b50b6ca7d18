import { withinCommandTime } from "../../process/connect-redis.js";
import type { Master } from "./redis-client.js";

/** Whether Redis keeps what it holds in an append-only file. `unknown`: it does not say. */
export type AppendOnly = "on" | "off" | "unknown";

/** How often Redis is asked. */
const intervalMs = 60_000;

/** `on` only if each master has one. */
export async function appendOnlyOf(masters: readonly Pick<Master, "command">[]): Promise<AppendOnly> {
  const answers = await Promise.all(
    masters.map(async ({ command }) => {
      const info = await withinCommandTime(command("INFO", "persistence")).catch(() => undefined);
      return /^aof_enabled:([01])/m.exec(String(info))?.[1];
    }),
  );
  if (answers.includes("0")) return "off";
  return answers.length > 0 && answers.every((answer) => answer === "1") ? "on" : "unknown";
}

/** Tells it again each minute. @returns the function that ends this */
export function watchAppendOnly(
  ask: () => Promise<AppendOnly>,
  tell: (appendOnly: AppendOnly) => void,
): () => void {
  const timer = setInterval(() => void ask().then(tell), intervalMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** A line for the operator. */
export const appendOnlyText = (appendOnly: AppendOnly): string => {
  switch (appendOnly) {
    case "on":
      return "Redis has an append-only file.";
    case "off":
      return "Redis has no append-only file: a restart would empty it, and with pairing everybody is asked for the number once. Set appendonly yes.";
    case "unknown":
      return "Could not tell whether Redis has an append-only file (INFO persistence). Without one a restart empties it, and with pairing everybody is asked for the number once.";
    default:
      return appendOnly satisfies never;
  }
};
