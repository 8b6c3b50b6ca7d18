import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { freePort } from "../../../test/support/services/free-port.js";
import { bundle } from "./bundle.js";
import { firstMessage, residentBytes } from "./child.js";

/** Bytes of a process: of its JavaScript heap with the buffers outside it, and of its resident memory. */
interface ProcessMemory {
  heap: number;
  resident: number;
}

/** A server in a process of its own, whose garbage can be collected. */
export interface MeasuredServer {
  url: string;
  /** As it is now. */
  memory(): Promise<ProcessMemory>;
  /** After a garbage collection. */
  collectedMemory(): Promise<ProcessMemory>;
  kill(): void;
}

/** Starts one of the servers beside this file, bundled. */
export async function startMeasured(name: string, args: string[] = []): Promise<MeasuredServer> {
  const child = await run([await bundle(name), ...args], {});
  const { url } = (await firstMessage(child)) as { url: string };
  return measured(child, url);
}

/** Starts the demo from its sources, as `npm start` does. Its codes live long enough to measure streams at rest. */
export async function startMeasuredDemo(): Promise<MeasuredServer> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = await run(["--import", "tsx", "demo/start.ts"], {
    PORT: String(port),
    ORIGIN: url,
    CODE_SECONDS: "600",
  });
  // It prints one line when it is ready.
  if (child.stdout) await once(child.stdout, "data");
  return measured(child, url);
}

async function run(args: string[], env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const reporter = await bundle("memory-reporter");
  return spawn(process.execPath, ["--expose-gc", "--import", reporter, ...args], {
    cwd: fileURLToPath(new URL("../../..", import.meta.url)),
    stdio: ["ignore", "pipe", "inherit", "ipc"],
    env: { ...process.env, ...env },
  });
}

function measured(child: ChildProcess, url: string): MeasuredServer {
  const memory = async (what: "heap" | "collected heap"): Promise<ProcessMemory> => {
    child.send(what);
    const { heapBytes: heap } = (await firstMessage(child)) as { heapBytes: number };
    return { heap, resident: residentBytes(child).now };
  };
  return {
    url,
    memory: () => memory("heap"),
    collectedMemory: () => memory("collected heap"),
    kill: () => void child.kill("SIGKILL"),
  };
}
