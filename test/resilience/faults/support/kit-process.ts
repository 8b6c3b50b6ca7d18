import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { FromNode, NodeSettings } from "./node-messages.js";

/** A clock of a host, that a test sets. */
interface HostClock {
  /** What a process of that host has in its environment. */
  env: Record<string, string>;
  /** Sets the time of day, so many seconds off the true one; monotonic clocks go on as they are. */
  set(offsetSeconds: number): void;
}

/** Of all hosts, for as long as this process runs: a server that is killed removes nothing. */
const clocks = mkdtempSync(join(tmpdir(), "onegini-otp-login-clocks-"));
process.once("exit", () => rmSync(clocks, { recursive: true, force: true }));
let hosts = 0;

function hostClock(): HostClock {
  const file = join(clocks, String(hosts++));
  const set = (seconds: number): void => writeFileSync(file, `${seconds < 0 ? "" : "+"}${seconds}\n`);
  set(0);
  return {
    env: {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: "1",
      // A process that is killed leaves its shared memory behind, and the next one of that number could not begin.
      FAKETIME_DISABLE_SHM: "1",
      // As on a real host: whoever sets the time of day moves no monotonic clock.
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
    },
    set,
  };
}

const script = fileURLToPath(new URL("./kit-node.ts", import.meta.url));

/** Where Debian puts libfaketime, on whatever machine. */
const library = "/usr/$LIB/faketime/libfaketimeMT.so.1";

/** One server of a site that runs. */
export interface KitProcess {
  readonly url: string;
  readonly isRunning: boolean;
  /** Ends it at once (SIGKILL). */
  kill(): Promise<void>;
  /** Asks it to end (SIGTERM), and waits until it has. */
  stop(): Promise<void>;
  /** Begins again, on the same port. */
  restart(): Promise<void>;
  /** Sets its host's clock, so many seconds off the true time. */
  setClock(offsetSeconds: number): void;
}

/** Starts a server. Its messages go to `hear`. */
export async function startKit(
  settings: NodeSettings,
  hear: (message: FromNode) => void,
): Promise<KitProcess> {
  const clock = hostClock();
  const first = await launch(settings);
  const { port } = first;
  let { child } = first;

  async function launch(how: NodeSettings): Promise<{ child: ChildProcess; port: number }> {
    const launched = fork(script, [JSON.stringify(how)], {
      execArgv: ["--import", "tsx"],
      env: { ...process.env, ...clock.env },
    });
    const ready = new Promise<number>((resolve, reject) => {
      launched.on("message", (message: FromNode) => {
        if (message.kind === "ready") resolve(message.port);
        else hear(message);
      });
      launched.once("exit", (code) => reject(new Error(`A server ended with ${code} before it was ready.`)));
    });
    return { child: launched, port: await ready };
  }
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  };

  return {
    url: `http://127.0.0.1:${port}`,
    get isRunning() {
      return child.exitCode === null && child.signalCode === null;
    },
    kill: () => end("SIGKILL"),
    stop: () => end("SIGTERM"),
    async restart() {
      await end("SIGKILL");
      ({ child } = await launch({ ...settings, port }));
    },
    setClock: (seconds) => clock.set(seconds),
  };
}
