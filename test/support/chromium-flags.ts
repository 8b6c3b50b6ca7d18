/** With these a Chromium that a test starts by itself asks for nothing on its own, and runs as root, too. */
export const chromiumFlags: readonly string[] = [
  // Chromium refuses to run its sandbox as root.
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-component-update",
  "--disable-sync",
];
