/**
 * Calls `stop` once, when this process is asked to end: on SIGINT (Ctrl+C), on SIGTERM, and when `npm start` itself was
 * ended. That passes a signal on to its shell only, which dies of it and leaves its child behind, on its port.
 */
export function whenAskedToStop(stop: () => void): void {
  let isStopping = false;
  const stopOnce = () => {
    if (isStopping) return;
    isStopping = true;
    stop();
  };
  process.on("SIGINT", stopOnce).on("SIGTERM", stopOnce);
  if (process.env["npm_lifecycle_event"] === "start") {
    const { ppid } = process;
    setInterval(() => process.ppid !== ppid && stopOnce(), 250).unref();
  }
}
