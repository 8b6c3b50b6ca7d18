import { fork, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** In the child: tells the parent where it listens, and collects garbage when the parent asks. */
export function report(url: string): void {
  process.on("disconnect", () => process.exit());
  process.on("message", () => {
    globalThis.gc?.();
    process.send?.("collected");
  });
  process.send?.({ url });
}

/** A server in a process of its own. */
export interface Child {
  url: string;
  /** Resident memory in bytes, after a garbage collection. */
  rss(): Promise<number>;
  stop(): void;
}

/** Starts one of the servers beside this file. */
export async function start(name: string, ...args: string[]): Promise<Child> {
  const file = fileURLToPath(new URL(`${name}.ts`, import.meta.url));
  const child = fork(file, args, { execArgv: ["--import", "tsx", "--expose-gc"] });
  const { url } = (await message(child)) as { url: string };
  return {
    url,
    async rss() {
      child.send("collect");
      await message(child);
      const pages = Number(readFileSync(`/proc/${child.pid}/statm`, "utf8").split(" ")[1]);
      return pages * 4096;
    },
    stop: () => child.kill(),
  };
}

const message = (child: ChildProcess): Promise<unknown> =>
  new Promise((resolve, reject) => {
    child.once("message", resolve);
    child.once("exit", () => reject(new Error("A server of the bench ended.")));
  });
