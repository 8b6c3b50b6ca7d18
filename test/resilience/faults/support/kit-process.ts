import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../../../support/services/free-port.js";

/** What a server is told when it begins. */
export interface NodeSettings {
  origin: string;
  port: number;
  redisUrl: string;
  tokenServerUrl: string;
  callbackUri: string;
  /** How long `signIn` takes. */
  signInMs: number;
}

/** What a server says of itself. */
export type FromNode =
  | { kind: "ready" }
  | { kind: "sign-in begins" | "signed in"; userId: string; attempt: string }
  | { kind: "event"; event: Record<string, unknown> };

/** The clock of a host, for a test to set. */
interface HostClock {
  /** The environment of that host's processes. */
  env: Record<string, string>;
  /** Sets the time of day, so many seconds off the true one; monotonic clocks go on as they are. */
  set(offsetSeconds: number): void;
}

/** The clocks of all hosts. A server that is killed removes nothing, so this process does. */
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
      // A process that is killed leaves its shared memory behind, and the next one with that process id could not start.
      FAKETIME_DISABLE_SHM: "1",
      // As on a real host: setting the time of day does not move the monotonic clock.
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
    },
    set,
  };
}

const script = fileURLToPath(new URL("./kit-node.ts", import.meta.url));

/** Where Debian puts libfaketime. The loader fills in `$LIB`. */
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

/** Starts a server. `hear` gets its messages. */
export async function startKit(
  settings: Omit<NodeSettings, "port">,
  hear: (message: FromNode) => void,
): Promise<KitProcess> {
  const clock = hostClock();
  const port = await freePort();
  let child = await launch();

  async function launch(): Promise<ChildProcess> {
    const launched = fork(script, [JSON.stringify({ ...settings, port })], {
      execArgv: ["--import", "tsx"],
      env: { ...process.env, ...clock.env },
    });
    await new Promise<void>((resolve, reject) => {
      launched.on("message", (message: FromNode) => {
        if (message.kind === "ready") resolve();
        else hear(message);
      });
      launched.once("exit", (code) => reject(new Error(`A server ended with ${code} before it was ready.`)));
    });
    return launched;
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
      child = await launch();
    },
    setClock: (seconds) => clock.set(seconds),
  };
}
