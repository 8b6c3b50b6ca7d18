/** Read immediately, because npm may end while the process is still starting. */
const { ppid: parent } = process;

export type StopSignal = "SIGINT" | "SIGTERM";

/**
 * Calls `stop` once and then ends the process: on SIGINT (Ctrl+C), on SIGTERM, and when `npm start` or `npx` itself has ended.
 * npm passes a signal only to its shell, which ends and leaves this process running on its port. That counts as SIGTERM, because
 * a service manager sends it to npm, while Ctrl+C reaches this process directly, and earlier.
 *
 * @param stop resolves to whether every request was answered, as `gracefulShutdown` does
 */
export function exitOnStopSignal(stop: (signal: StopSignal) => boolean | Promise<boolean>): void {
  let isStopping = false;
  const stopOnce = async (signal: StopSignal): Promise<void> => {
    if (isStopping) return;
    isStopping = true;
    const isComplete = await stop(signal);
    if (!isComplete) console.error("stopped, but some requests were not answered in time");
    process.exit();
  };
  process.on("SIGINT", () => void stopOnce("SIGINT"));
  process.on("SIGTERM", () => void stopOnce("SIGTERM"));
  if (/^(?:start|npx)$/.test(process.env["npm_lifecycle_event"] ?? "")) {
    setInterval(() => {
      if (process.ppid !== parent) void stopOnce("SIGTERM");
    }, 250).unref();
  }
}
