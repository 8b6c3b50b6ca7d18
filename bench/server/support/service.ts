import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../../test/support/services/free-port.js";
import { until } from "../../../test/support/until.js";

/** The built service in a process of its own. */
interface ServiceProcess {
  url: string;
  /** Seconds of processor time so far. */
  processorSeconds: () => number;
  kill: () => void;
}

/**
 * Starts `serve` on memory, with the limits of `serve-kit.ts`. Its log goes where a log costs nothing but its lines.
 *
 * @param more further settings
 * @param command the file of the command, such as another build's
 */
export async function startService(
  tokenServerUrl: string,
  more: Record<string, unknown> = {},
  command = "dist/command/cli.js",
): Promise<ServiceProcess> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const config = join(mkdtempSync(join(tmpdir(), "onegini-bench-")), "service.json");
  const settings = {
    origin: url,
    port,
    "internal-port": 0,
    "token-server-url": tokenServerUrl,
    "client-id": "site",
    "client-secret": "site-secret",
    type: "qr-code",
    message: "Log in to the bench",
    limits: { startsPerAddress: false, streamsPerNode: 40_000, tokenServerCalls: false },
    ...more,
  };
  writeFileSync(config, JSON.stringify(settings));
  const child = spawn(process.execPath, [command, "serve", "--config", config], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  await until(() => stderr.includes("ready: ") || child.exitCode !== null, "the service");
  if (child.exitCode !== null) throw new Error(stderr);
  // In ticks of 10 ms, after the name of the program.
  const processorSeconds = (): number => {
    const [user = 0, system = 0] = readFileSync(`/proc/${child.pid}/stat`, "utf8")
      .replace(/^.*\) /, "")
      .split(" ")
      .slice(11, 13)
      .map(Number);
    return (user + system) / 100;
  };
  return { url, processorSeconds, kill: () => void child.kill("SIGKILL") };
}
