import { setTimeout as pause } from "node:timers/promises";
import { readCodes } from "../qr.js";
import type { Engine } from "./engine.js";

/** The one code that can be read from the pixels of an engine's page, once there is one. */
export async function codeSeenIn(engine: Engine): Promise<string> {
  let codes: string[] = [];
  await until(async () => {
    codes = await readCodes(await engine.screenshot());
    return codes.length === 1;
  });
  return String(codes[0]);
}

/** Waits until a condition holds, half a minute at most; while the page changes nothing can be asked of it. */
export async function until(condition: () => Promise<unknown>): Promise<void> {
  let last: unknown;
  for (const end = Date.now() + 30_000; Date.now() < end; await pause(50)) {
    try {
      if (await condition()) return;
    } catch (error) {
      last = error;
    }
  }
  throw new Error(`It did not come in 30 seconds: ${String(condition)}`, { cause: last });
}
