import { fork, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** In the child: tells the parent where it listens, and does what the parent asks. */
export function report(url: string, prepare: () => Promise<void> = () => Promise.resolve()): void {
  process.on("disconnect", () => process.exit());
  process.on("message", (what) => {
    void (what === "prepare" ? prepare() : Promise.resolve(globalThis.gc?.())).then(() =>
      process.send?.(what),
    );
  });
  process.send?.({ url });
}

/** A server in a process of its own. */
export interface Child {
  url: string;
  /** Lets it do what it has to do before it is measured. */
  prepare(): Promise<void>;
  /** Resident memory in bytes, after a garbage collection. */
  rss(): Promise<number>;
  stop(): void;
}

/** Starts one of the servers beside this file. */
export async function start(name: string, ...args: string[]): Promise<Child> {
  const file = fileURLToPath(new URL(`${name}.ts`, import.meta.url));
  const child = fork(file, args, { execArgv: ["--import", "tsx", "--expose-gc"] });
  const { url } = (await message(child)) as { url: string };
  const tell = async (what: string): Promise<void> => {
    child.send(what);
    await message(child);
  };
  return {
    url,
    prepare: () => tell("prepare"),
    async rss() {
      await tell("collect");
      const pages = Number(readFileSync(`/proc/${child.pid}/statm`, "utf8").split(" ")[1]);
      return pages * 4096;
    },
    stop: () => child.kill(),
  };
}

function message(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = (): void => reject(new Error("A server of the bench ended."));
    child.once("exit", ended);
    child.once("message", (what) => {
      child.off("exit", ended);
      resolve(what);
    });
  });
}
