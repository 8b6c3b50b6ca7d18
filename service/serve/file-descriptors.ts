import { closeSync, openSync, readFileSync } from "node:fs";
import type { Server } from "node:http";
import { devNull } from "node:os";
import { LogThrottle } from "./log-throttle.js";
import type { Log } from "./log.js";

/** How often it is tried. */
const everyMs = 1_000;

const advice = {
  EMFILE:
    "This process may open no more files, and each connection is one: new connections are closed. Raise its limit: LimitNOFILE of systemd, ulimits.nofile of a container, ulimit -Hn of a shell.",
  ENFILE:
    "This machine may open no more files, and each connection is one: new connections are closed. Raise its limit: fs.file-max.",
};

type Shortage = keyof typeof advice;

/**
 * Logs an error a minute while no more files can be opened. Node closes connections that it has no descriptor for without
 * an event, so a file is opened every second to see whether that works. Only some systems report it at the server.
 *
 * @param tryToOpen throws what opening a file throws
 * @returns the function that ends it
 */
export function watchFileDescriptors(
  servers: readonly Server[],
  log: Log,
  tryToOpen: () => void = openAndClose,
): () => void {
  const throttle = new LogThrottle();
  // Later it may be impossible to read it.
  const limit = readLimit();
  const tell = (error: unknown): void => {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (!throttle.isDue(code)) return;
    if (isShortage(code))
      log.error({ code, ...(limit !== undefined && { limit }), description: advice[code] }, "out_of_files");
    else log.error({ error }, "server_failed");
  };
  for (const server of servers) server.on("error", tell);
  const timer = setInterval(() => {
    try {
      tryToOpen();
    } catch (error) {
      if (isShortage((error as NodeJS.ErrnoException).code ?? "")) tell(error);
    }
  }, everyMs).unref();
  return () => clearInterval(timer);
}

const isShortage = (code: string): code is Shortage => code in advice;

const openAndClose = (): void => closeSync(openSync(devNull, "r"));

/** How many files this process may open, where Linux says so. */
function readLimit(): number | undefined {
  try {
    const [, soft] = /^Max open files +(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}
