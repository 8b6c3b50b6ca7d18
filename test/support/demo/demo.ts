import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { networkInterfaces } from "node:os";
import { after, afterEach, before, beforeEach } from "node:test";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContext, BrowserContextOptions } from "playwright-core";
import { closeContext, launchBrowser } from "../browser.js";
import { watchForComplaints, type Complaints } from "../login-page.js";
import { freePort } from "../services/free-port.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** A running demo, in its own process. */
export interface Demo {
  origin: string;
  port: number;
  /** What it has printed so far. */
  stdout: () => string;
  stderr: () => string;
  /** Ends it. Resolves to its exit code, or to `null` if the signal ended it. */
  stop: (signal?: NodeJS.Signals) => Promise<number | null>;
  /** Starts it again on the same port, after it has ended. */
  restart: () => Promise<void>;
}

/** How a demo ended. */
interface Ending {
  code: number | null;
  stdout: string;
  stderr: string;
}

type Variables = Record<string, string>;

/** Starts the demo as `npm start` does, on a free port. */
export async function startDemo(variables: Variables = {}): Promise<Demo> {
  let running = await untilReady(run({ PORT: String(await freePort()), ...variables }));
  const { origin } = running;
  const port = new URL(origin).port;
  return {
    origin,
    port: Number(port),
    stdout: () => running.stdout(),
    stderr: () => running.stderr(),
    async stop(signal = "SIGTERM") {
      const { child, ended } = running;
      child.kill(signal);
      await ended;
      return child.exitCode;
    },
    async restart() {
      await running.ended;
      running = await untilReady(run({ ...variables, PORT: port }));
    },
  };
}

interface Running extends Process {
  origin: string;
  ended: Promise<unknown>;
}

async function untilReady(demo: Process): Promise<Running> {
  const { child, stdout, stderr } = demo;
  const ended = once(child, "exit");
  const origin = await new Promise<string>((resolve, reject) => {
    child.stdout?.on("data", () => {
      const line = /^ready: (\S+)$/m.exec(stdout());
      if (line?.[1] !== undefined) resolve(line[1]);
    });
    child.once("exit", () =>
      reject(new Error(`The demo ended before it was ready:\n${stdout()}${stderr()}`)),
    );
  });
  return { ...demo, origin, ended };
}

/** Runs a demo that is expected to end by itself. */
export async function endOfDemo(variables: Variables): Promise<Ending> {
  const { child, stdout, stderr } = run({ PORT: "0", ...variables });
  // One that starts all the same would not end.
  child.stdout?.on("data", () => void (/^ready: /m.test(stdout()) && child.kill()));
  await once(child, "close");
  return { code: child.exitCode, stdout: stdout(), stderr: stderr() };
}

interface Process {
  child: ChildProcess;
  stdout: () => string;
  stderr: () => string;
}

function run(variables: Variables): Process {
  const child = spawn(process.execPath, ["--import", "tsx", "demo/start.ts"], {
    cwd: root,
    env: { ...process.env, ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
  // Also ends if the test run is aborted.
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  child.once("exit", () => process.off("exit", kill));
  return { child, stdout: collect(child.stdout), stderr: collect(child.stderr) };
}

function collect(stream: ChildProcess["stdout"]): () => string {
  let text = "";
  stream?.setEncoding("utf8").on("data", (part: string) => (text += part));
  return () => text;
}

/** A demo and a browser for a suite. */
export interface DemoInBrowser {
  demo: Demo;
  browser: Browser;
  /** A new context for each test. The test fails if one of its pages violated its policy or had an uncaught error. */
  context: BrowserContext;
}

/** Starts a demo and a browser for the suite that calls it. `give` is called before each of its tests. */
export function demoInBrowser(
  give: (given: DemoInBrowser) => void,
  { variables, device }: { variables?: Variables; device?: BrowserContextOptions } = {},
): void {
  let demo: Demo;
  let browser: Browser;
  let context: BrowserContext;
  let complaints: Complaints;

  before(async () => {
    [demo, browser] = await Promise.all([startDemo(variables), launchBrowser()]);
  });
  after(() => Promise.all([browser.close(), demo.stop()]));
  beforeEach(async () => {
    context = await browser.newContext(device);
    complaints = await watchForComplaints(context);
    give({ demo, browser, context });
  });
  afterEach(async () => {
    await closeContext(context);
    assert.deepEqual(complaints.list, []);
  });
}

/** The addresses of `localhost` on this machine: not every machine has IPv6. */
export const loopbackAddresses: readonly string[] = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .map(({ address }) => address)
  .filter((address) => address === "127.0.0.1" || address === "::1");

/** An address as it is written in a URL. */
export const hostOf = (address: string): string => (address.includes(":") ? `[${address}]` : address);

/** The emulator's HTTP calls for phones. */
export interface PhoneCalls {
  enroll: (user: string, enrolled?: boolean) => Promise<void>;
  /** Scans a code. Resolves to the transaction's id and what the phone shows. */
  scan: (otp: string, user?: string) => Promise<{ id: string; message: string }>;
  answer: (id: string, accept: boolean) => Promise<void>;
  /** Scans and answers. */
  accept: (otp: string, user?: string) => Promise<void>;
  deny: (otp: string, user?: string) => Promise<void>;
}

export function phoneCalls(origin: string): PhoneCalls {
  async function call(method: string, path: string, body: object): Promise<Record<string, unknown>> {
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${origin}/phone/${path}`, { method, headers, body: JSON.stringify(body) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${response.status} ${text}`);
    return (text === "" ? {} : JSON.parse(text)) as Record<string, unknown>;
  }
  const calls: PhoneCalls = {
    async enroll(user, enrolled = true) {
      await call("PUT", `users/${encodeURIComponent(user)}`, { enrolled });
    },
    async scan(otp, user = "demo-user") {
      const { transaction_id: id, message } = await call("POST", `users/${encodeURIComponent(user)}/scan`, {
        otp,
      });
      return { id: String(id), message: String(message) };
    },
    async answer(id, accept) {
      await call("POST", `transactions/${id}/answer`, { accept });
    },
    async accept(otp, user) {
      await calls.answer((await calls.scan(otp, user)).id, true);
    },
    async deny(otp, user) {
      await calls.answer((await calls.scan(otp, user)).id, false);
    },
  };
  return calls;
}
