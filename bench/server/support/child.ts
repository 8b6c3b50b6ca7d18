import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { bundle } from "./bundle.js";

/**
 * How many connections may wait to be accepted: the maximum of Linux. With Node's 511, some of thousands that arrive at
 * once wait for their second or third SYN, 1 s or 3 s later.
 */
export const backlog = 4096;

/** In the child: tells the parent the server's address, and calls `cut` when the parent asks for it. */
export function report(url: string, cut: () => void = () => undefined): void {
  process.on("disconnect", () => process.exit());
  process.on("message", (what) => {
    if (what === "cut") cut();
  });
  process.send?.({ url });
}

/** Bytes of resident memory, as the system counts them. */
interface Memory {
  now: number;
  peak: number;
}

/** A server in a process of its own. */
export interface Child {
  url: string;
  memory(): Memory;
  /** Breaks off every connection of its clients. The server goes on listening. */
  cut(): void;
  /** Ends it at once (SIGKILL). */
  kill(): void;
}

/**
 * Starts one of the servers beside this file as a bundle on plain `node`, so that no compiler is in its memory and no
 * flag on its command line. `ofPackage`: see {@link bundle}.
 */
export async function start(
  name: string,
  args: string[] = [],
  env: NodeJS.ProcessEnv = {},
  { ofPackage = false } = {},
): Promise<Child> {
  const child = spawn(process.execPath, [await bundle(name, ofPackage), ...args], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    env: { ...process.env, ...env },
  });
  const { url } = (await firstMessage(child)) as { url: string };
  return {
    url,
    memory: () => residentBytes(child),
    cut: () => void child.send("cut"),
    kill: () => void child.kill("SIGKILL"),
  };
}

/** The resident memory of a process. */
export function residentBytes({ pid }: ChildProcess): Memory {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const bytes = (name: string): number =>
    1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]);
  return { now: bytes("VmRSS"), peak: bytes("VmHWM") };
}

/** The next message of a process. Rejects if the process ends before. */
export function firstMessage(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = (): void => reject(new Error("A server of the bench ended."));
    child.once("exit", ended);
    child.once("message", (what) => {
      child.off("exit", ended);
      resolve(what);
    });
  });
}
