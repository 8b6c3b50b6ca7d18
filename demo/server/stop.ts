/** Read first of all: npm may be ended while the demo is still starting. */
const { ppid: parent } = process;

/**
 * Calls `stop` once, when this process is asked to end: on SIGINT (Ctrl+C), on SIGTERM, and when `npm start` itself was
 * ended. That passes a signal on to its shell only, which dies of it and leaves its child behind, on its port. It counts
 * as SIGTERM, which a service manager sends to npm: Ctrl+C comes from the terminal to this process too, and sooner.
 */
export function whenAskedToStop(stop: (signal: "SIGINT" | "SIGTERM") => void): void {
  let isStopping = false;
  const stopOnce = (signal: "SIGINT" | "SIGTERM") => {
    if (isStopping) return;
    isStopping = true;
    stop(signal);
  };
  process.on("SIGINT", () => stopOnce("SIGINT")).on("SIGTERM", () => stopOnce("SIGTERM"));
  if (process.env["npm_lifecycle_event"] === "start") {
    setInterval(() => process.ppid !== parent && stopOnce("SIGTERM"), 250).unref();
  }
}
