import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findChromium } from "../../scripts/find-engines.js";
import { chromiumFlags } from "./chromium-flags.js";

/** Opens an address in a browser that nobody drives: what developer tools switch off is on. The result ends it. */
export async function launchBare(url: string): Promise<() => Promise<void>> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error("No Chrome, Chromium or Edge was found.");
  const profile = await mkdtemp(join(tmpdir(), "browser-bare-"));
  const child = spawn(
    executablePath,
    [
      "--headless",
      ...chromiumFlags,
      "--window-size=1280,900",
      // Without it a headless browser ends at once.
      "--remote-debugging-port=0",
      `--user-data-dir=${profile}`,
      url,
    ],
    { stdio: "ignore" },
  );
  // A test run that breaks off leaves nothing behind.
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const ended = once(child, "exit").then(() => process.off("exit", kill));
  return async () => {
    child.kill();
    await ended;
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
}
