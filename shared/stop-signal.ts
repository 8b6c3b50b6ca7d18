/** Read at once: npm may end while the process is still starting. */
const { ppid: parent } = process;

/**
 * Calls `stop` once: on SIGINT (Ctrl+C), on SIGTERM, and when `npm start` or `npx` itself has ended. npm passes a signal only to
 * its shell, which ends and leaves this process behind on its port. That counts as SIGTERM, which a service manager
 * sends to npm: Ctrl+C reaches this process directly, and earlier.
 */
export function onStopSignal(stop: (signal: "SIGINT" | "SIGTERM") => void): void {
  let isStopping = false;
  const stopOnce = (signal: "SIGINT" | "SIGTERM") => {
    if (isStopping) return;
    isStopping = true;
    stop(signal);
  };
  process.on("SIGINT", () => stopOnce("SIGINT")).on("SIGTERM", () => stopOnce("SIGTERM"));
  if (/^(?:start|npx)$/.test(process.env["npm_lifecycle_event"] ?? "")) {
    setInterval(() => process.ppid !== parent && stopOnce("SIGTERM"), 250).unref();
  }
}
