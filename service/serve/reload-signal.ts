import { isatty } from "node:tty";

const standardStreams = [0, 1, 2];

/**
 * Calls `reload` at each SIGHUP. A terminal that is closed sends the same signal, and is no terminal any more then: it ends the
 * process, as if nobody listened.
 */
export function onReloadSignal(reload: () => void): void {
  const terminals = standardStreams.filter((stream) => isatty(stream));
  const handle = (): void => {
    if (terminals.every((stream) => isatty(stream))) return reload();
    process.off("SIGHUP", handle);
    process.kill(process.pid, "SIGHUP");
  };
  process.on("SIGHUP", handle);
}
