import { closeSync, openSync, readFileSync } from "node:fs";
import type { Server } from "node:http";
import { devNull } from "node:os";
import { LogThrottle } from "../../../server/limits/log-throttle.js";
import type { Log } from "./log.js";

/** How often opening a file is tried. */
const everyMs = 1_000;

const advice = {
  EMFILE:
    "This process cannot open more files, and each connection needs one, so new connections are closed. Raise its limit: LimitNOFILE of systemd, ulimits.nofile of a container, ulimit -Hn of a shell.",
  ENFILE:
    "This machine cannot open more files, and each connection needs one, so new connections are closed. Raise its limit: fs.file-max.",
};

type Shortage = keyof typeof advice;

/**
 * Logs one error a minute while no more files can be opened. Without a free descriptor Node closes new connections, in most
 * systems without an event. So this opens a file every second to find out.
 *
 * @param tryToOpen opens a file, and throws if that fails
 * @returns a function that stops watching
 */
export function watchFileDescriptors(
  servers: readonly Server[],
  log: Log,
  tryToOpen: () => void = openAndClose,
): () => void {
  const throttle = new LogThrottle(60_000);
  // Read now: later this file may not open either.
  const limit = readLimit();
  const report = (error: unknown): void => {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (!throttle.isDue(code)) return;
    if (isShortage(code))
      log.error({ code, ...(limit !== undefined && { limit }), description: advice[code] }, "out_of_files");
    else log.error({ error }, "server_failed");
  };
  for (const server of servers) server.on("error", report);
  const timer = setInterval(() => {
    try {
      tryToOpen();
    } catch (error) {
      if (isShortage((error as NodeJS.ErrnoException).code ?? "")) report(error);
    }
  }, everyMs).unref();
  return () => clearInterval(timer);
}

const isShortage = (code: string): code is Shortage => code in advice;

const openAndClose = (): void => closeSync(openSync(devNull, "r"));

/** How many files this process may open. Undefined except on Linux. */
function readLimit(): number | undefined {
  try {
    const [, soft] = /^Max open files +(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}
