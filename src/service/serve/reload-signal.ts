import { isatty } from "node:tty";

const standardStreams = [0, 1, 2];

/**
 * Calls `reload` at each SIGHUP. A terminal that closes sends the same signal. Then the streams are no longer terminals, and the
 * process ends, as it would without a listener.
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
