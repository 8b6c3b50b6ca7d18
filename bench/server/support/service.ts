import { spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../../test/support/services/free-port.js";
import { until } from "../../../test/support/until.js";

/** The built service in a process of its own. */
interface ServiceProcess {
  url: string;
  kill: () => void;
}

/** Starts `serve` on memory, with the limits of `serve-kit.ts`. Its log goes where a log costs nothing but its lines. */
export async function startService(tokenServerUrl: string): Promise<ServiceProcess> {
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
  };
  writeFileSync(config, JSON.stringify(settings));
  const child = spawn(process.execPath, ["dist/command/cli.js", "serve", "--config", config], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  await until(() => stderr.includes("ready: ") || child.exitCode !== null, "the service");
  if (child.exitCode !== null) throw new Error(stderr);
  return { url, kill: () => void child.kill("SIGKILL") };
}
