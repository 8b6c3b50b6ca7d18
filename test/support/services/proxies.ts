import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { until } from "../until.js";

export interface ProxyOptions {
  /** The port for https; another, for http, is chosen. */
  port: number;
  /** The ports of the three nodes on loopback, in the order of the file. */
  nodes: readonly number[];
}

/** A request that a proxy has passed on, as its log says. */
export interface Passed {
  method: string;
  path: string;
  status: number;
  /** Which node answered, from 0. */
  node: number;
}

/** A proxy that runs as a process of its own, with the file of `docs/deployment/`. */
export interface Proxy {
  /** Where it listens for https. */
  origin: string;
  /** Where it listens for http. */
  insecureOrigin: string;
  /** What it has passed on so far, in the order in which it was done. */
  passed: () => Passed[];
  /** What it has printed. */
  output: () => string;
  /** Reads its configuration anew, as a deploy of it would; resolves when new workers are there. */
  reload: () => Promise<void>;
  stop: () => Promise<void>;
}

export type StartProxy = (options: ProxyOptions) => Promise<Proxy>;

const deployment = fileURLToPath(new URL("../../../docs/deployment/", import.meta.url));

/**
 * A file of `docs/deployment/` for this machine: texts are replaced in the lines that are marked as the site's own, and
 * in no others. `undefined` takes the whole line out.
 */
export function fillIn(name: string, values: Readonly<Record<string, string | undefined>>): string {
  const lines = readFileSync(deployment + name, "utf8").split("\n");
  const unused = new Set(Object.keys(values));
  const filled = lines.flatMap((line) => {
    if (!/# yours$/.test(line)) return [line];
    let own = line;
    for (const [text, value] of Object.entries(values)) {
      if (!line.includes(text)) continue;
      unused.delete(text);
      if (value === undefined) return [];
      own = own.replace(text, value);
    }
    return [own];
  });
  if (unused.size > 0)
    throw new Error(`${name} has no line of the site's own with ${[...unused].join(", ")}`);
  return filled.join("\n");
}

/** A directory that other users can read: proxies that start as root go on as another user. */
export function ownDirectory(name: string): string {
  const directory = mkdtempSync(join(tmpdir(), `onegini-otp-login-${name}-`));
  chmodSync(directory, 0o755);
  return directory;
}

export interface Running {
  output: () => string;
  reload: (signal: NodeJS.Signals) => Promise<void>;
  stop: () => Promise<void>;
}

/** Starts a proxy, and waits until it accepts connections. */
export async function run(
  command: string,
  args: readonly string[],
  { port, directory }: { port: number; directory: string },
): Promise<Running> {
  // Daemons are often outside of a user's path.
  const env = { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin:/usr/local/sbin` };
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], env });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  }
  // A test run that breaks off leaves nothing behind.
  const kill = () => child.kill("SIGTERM");
  process.once("exit", kill);
  let failure: Error | undefined;
  child.once("error", (error) => (failure = error));
  const ended = once(child, "exit").catch(() => undefined);
  const isOver = (): boolean => failure !== undefined || child.exitCode !== null;
  const reason = await until(async () => isOver() || accepts(port), "a connection").catch(String);
  if (isOver() || reason !== undefined) {
    kill();
    throw new Error(`${command} does not run: ${failure?.message ?? reason ?? ""}\n${output}`);
  }
  return {
    output: () => output,
    async reload(signal) {
      const workers = () =>
        readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8").trim().split(" ");
      const before = new Set(workers());
      child.kill(signal);
      await until(() => workers().some((worker) => !before.has(worker)), "a new worker");
      await until(() => accepts(port), "a connection");
    },
    async stop() {
      child.kill("SIGTERM");
      await ended;
      process.off("exit", kill);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
