import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launch, Launcher } from "chrome-launcher";
import { DevTools, type Listeners } from "./devtools.js";
import { codeOrText } from "../../../process/error-code.js";
import { isOurs } from "../../../settings/setting-list.js";
import { memoryOf } from "./process-tree.js";

/** A browser that is running. */
export interface Browser {
  devtools: DevTools;
  /** Resolves when the browser has ended, to why if it said so. */
  ended: Promise<EndReason>;
  /** In bytes. Undefined where it cannot be known. */
  memory: () => Promise<number | undefined>;
  /** Ends all of its processes and deletes its profile. */
  close: () => Promise<void>;
}

/** `sandbox`: its sandbox cannot run here. */
type EndReason = "sandbox" | "other";

interface BrowserOptions {
  path: string;
  isSandboxed: boolean;
  flags: readonly string[];
  listeners: Listeners;
}

/**
 * What runs beside the browser until doctor ends in whichever way, as its input then ends too: it ends the browser's processes and
 * deletes the profile. A signal handler would not see SIGKILL or a crash.
 */
const guard = `
const { spawnSync } = require("node:child_process");
const { existsSync, readFileSync, rmSync } = require("node:fs");
const [folder] = process.argv.slice(1);
process.stdin.on("end", end).on("error", end).resume();
function end() {
  try {
    // chrome-launcher writes it as soon as there is one.
    const pid = readFileSync(folder + "/chrome.pid", "utf8");
    if (process.platform === "win32") spawnSync("taskkill", ["/pid", pid, "/T", "/F"]);
    else if (Number(pid) > 1) process.kill(-Number(pid), "SIGKILL");
  } catch {}
  clear(60, 2);
}
// A process that is about to end may write once more.
function clear(times, quiet) {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  } catch {}
  setTimeout(() => {
    if (times === 0 || (quiet === 0 && !existsSync(folder))) process.exit();
    clear(times - 1, existsSync(folder) ? 2 : quiet - 1);
  }, 100);
}`;

/** The browser's own traffic, windows and questions stay out. `chrome-launcher` has most of the flags for that. */
const ownFlags = [
  "--headless",
  "--remote-debugging-pipe",
  "--disable-gpu",
  "--disable-breakpad",
  "--disable-crash-reporter",
  "--window-size=1280,900",
];

/** Starts an installed browser with a profile of its own. Rejects if the program cannot be started. */
export async function startBrowser({
  path,
  isSandboxed,
  flags,
  listeners,
}: BrowserOptions): Promise<Browser> {
  const profile = makeProfile();
  const guardian = spawn(process.execPath, ["-e", guard, profile], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  guardian.stdin.on("error", () => undefined);
  const close = async (): Promise<void> => {
    guardian.stdin.end();
    if (guardian.exitCode === null && guardian.signalCode === null) await once(guardian, "exit");
  };
  try {
    const chrome = await launch({
      chromePath: path,
      userDataDir: profile,
      ignoreDefaultFlags: true,
      handleSIGINT: false,
      envVars: {
        // Secrets among the settings are not for a browser.
        ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !isOurs(name))),
        // Where it would leave reports of crashes, and a store of certificates.
        XDG_CONFIG_HOME: profile,
        XDG_CACHE_HOME: profile,
        XDG_DATA_HOME: profile,
        TMPDIR: profile,
      },
      chromeFlags: [
        ...Launcher.defaultFlags(),
        ...ownFlags,
        ...(isSandboxed ? [] : ["--no-sandbox"]),
        ...flags,
      ],
    });
    const { process: child, remoteDebuggingPipes: pipes } = chrome;
    const ended = once(child, "exit").then(
      () => (/sandbox/i.test(saidIn(profile)) ? "sandbox" : "other"),
      // It could not be started at all.
      () => "other" as const,
    );
    return {
      devtools: new DevTools(pipes as never, listeners),
      ended,
      memory: () => memoryOf(chrome.pid),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function makeProfile(): string {
  try {
    return mkdtempSync(join(tmpdir(), "onegini-doctor-"));
  } catch (error) {
    throw new Error(`no folder for its profile (TMPDIR): ${codeOrText(error)}`, { cause: error });
  }
}

/** What the browser wrote on its standard error. Empty once the profile is deleted. */
function saidIn(profile: string): string {
  try {
    return readFileSync(join(profile, "chrome-err.log"), "utf8");
  } catch {
    return "";
  }
}
