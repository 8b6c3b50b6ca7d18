import assert from "node:assert/strict";
import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { promisify } from "node:util";
import type { Page } from "playwright-core";
import { phoneCalls, type PhoneCalls } from "../../support/demo/demo.js";
import { startFaultProxy } from "../../support/fault-proxy/fault-proxy.js";
import { codeOn } from "../../support/qr.js";
import { freePort } from "../../support/services/free-port.js";
import { until } from "../../support/until.js";

/** The packed package and the folders of `examples/`, installed from it and run as a person would run them. */

/** A temporary folder outside the checkout, because inside it Node would find the checkout's packages. */
export const temporaryFolder = mkdtempSync(join(tmpdir(), "onegini-otp-login-"));
/** Stops each server that runs. */
const stops = new Set<() => Promise<void>>();
after(async () => {
  await Promise.all([...stops].map((stop) => stop()));
  rmSync(temporaryFolder, { recursive: true, force: true, maxRetries: 5 });
});

// A signal alone ends this process without "exit", and the servers, in process groups of their own, would go on.
for (const signal of ["SIGHUP", "SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

const isWindows = process.platform === "win32";
const runFile = promisify(execFile);

/** Runs a command to its end and returns what it prints on stdout. Fails with all that it printed. */
export async function run(
  command: string,
  args: string[],
  cwd: string,
  variables: Record<string, string> = {},
): Promise<string> {
  const env = { ...process.env, ...variables };
  try {
    return (await runFile(command, args, { cwd, env, shell: isWindows, maxBuffer: 1e8 })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return assert.fail(`${command} ${args.join(" ")} in ${cwd}:\n${stdout}${stderr}`);
  }
}

export const npm = (args: string[], cwd: string, variables?: Record<string, string>): Promise<string> =>
  run("npm", args, cwd, variables);

let packing: Promise<string> | undefined;
/** Packs the built package, once for each test file. Returns the path of the tarball. */
export const pack = (): Promise<string> =>
  (packing ??= npm(["pack", "--ignore-scripts", "--json", "--pack-destination", temporaryFolder], ".").then(
    (output) => join(temporaryFolder, (JSON.parse(output) as [{ filename: string }])[0].filename),
  ));

/** Installs packages, or what a folder's package.json lists. */
export const install = (folder: string, ...args: string[]): Promise<string> =>
  npm(["install", "--no-audit", "--no-fund", "--no-package-lock", "--prefer-offline", ...args], folder);

interface Manifest {
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
}

/** An example with its packages. */
export interface Example {
  name: string;
  folder: string;
  /** Runs a script of its package.json to the end. Fails with the script's output. */
  run: (script: string, variables?: Record<string, string>) => Promise<string>;
}

/**
 * Copies `examples/<name>`, installs it with the packed package, and runs its scripts `check` and `build`, if it has them.
 *
 * @param variables for a build that reads variables
 */
export async function installExample(name: string, variables: Record<string, string> = {}): Promise<Example> {
  const folder = join(temporaryFolder, name);
  const isSource = (path: string): boolean =>
    !/[\\/](node_modules|dist|build|\.(next|angular|react-router|svelte-kit|nuxt|output))$/.test(path);
  cpSync(join("examples", name), folder, { recursive: true, filter: isSource });
  const file = join(folder, "package.json");
  const manifest = JSON.parse(readFileSync(file, "utf8")) as Manifest;
  manifest.dependencies["onegini-otp-login"] = `file:${await pack()}`;
  writeFileSync(file, JSON.stringify(manifest, null, 2));

  await install(folder);
  const runScript = (script: string, more = variables): Promise<string> => npm(["run", script], folder, more);
  for (const script of ["check", "build"]) if (script in manifest.scripts) await runScript(script);
  return { name, folder, run: runScript };
}

/** A server that runs until it is stopped, or until the end of the test file. */
export interface Server {
  origin: string;
  /** What it has printed so far. */
  output: () => string;
  stop: () => Promise<void>;
}

/** Runs a script of an example that serves, by default `start`. Resolves when it answers on `PORT`, by default a free one. */
export async function startExample(
  { folder }: Example,
  variables: Record<string, string> = {},
  script = "start",
  args: string[] = [],
): Promise<Server> {
  const { PORT = String(await freePort()) } = variables;
  const all = { ...variables, PORT };
  return startServer("npm", ["run", script, "--", ...args], folder, `http://localhost:${PORT}`, all);
}

/** Runs a command that serves. Resolves when it answers at an address. */
export async function startServer(
  command: string,
  args: string[],
  folder: string,
  address: string,
  variables: Record<string, string> = {},
): Promise<Server> {
  const server = serve(command, args, folder, variables);
  const { origin } = new URL(address);
  const isOver = until(
    async () => server.hasEnded() || (await answers(address)),
    `${address} of ${folder}`,
    startLimitMs,
  );
  await isOver.catch((error: Error) => assert.fail(`${error.message}\n${server.output()}`));
  assert.ok(!server.hasEnded(), `${folder} ended:\n${server.output()}`);
  return { origin, output: server.output, stop: server.stop };
}
/** Far longer than any server takes, also one that is compiled first, on a busy machine. */
const startLimitMs = 300_000;

/** An emulator that runs. Its `origin` is the `TOKEN_SERVER` of the examples' servers. */
export interface Emulator extends Server {
  phone: PhoneCalls;
  /** The number of codes requested so far. No code is renewed during a test. */
  codes: () => number;
  /** The browsers' addresses that came with the requests for codes; undefined where none came. */
  addresses: () => (string | undefined)[];
}

/** Runs a command that prints its address, such as `onegini-otp-login demo` in the line `ready: …`. Resolves then. */
export async function startCommand(
  command: string,
  args: string[],
  folder: string,
  variables: Record<string, string> = {},
  address = /^ready: (\S+)$/m,
): Promise<Server> {
  const server = serve(command, args, folder, variables);
  const origin = () => address.exec(server.output())?.[1];
  const isReady = (): boolean => server.hasEnded() || origin() !== undefined;
  await until(isReady, `the line ${address.source}`, startLimitMs).catch((error: Error) =>
    assert.fail(`${error.message}\n${server.output()}`),
  );
  const ready = origin() ?? assert.fail(server.output());
  return { origin: ready, output: server.output, stop: server.stop };
}

/** Runs `onegini-otp-login emulator`, as an example does. */
export async function startEmulator({ folder }: Pick<Example, "folder">): Promise<Emulator> {
  const command = join("node_modules", "onegini-otp-login", "dist", "command", "cli.js");
  const args = [command, "emulator", "--port", "0", "--code-seconds", "600"];
  const emulator = await startCommand(process.execPath, args, folder);
  const proxy = await startFaultProxy(() => Number(new URL(emulator.origin).port));
  stops.add(proxy.close);
  const starts = () => proxy.requests.filter(({ path }) => path.endsWith("/authenticate/user"));
  return {
    origin: proxy.origin,
    phone: phoneCalls(emulator.origin),
    codes: () => starts().length,
    addresses: () => starts().map(({ body }) => new URLSearchParams(body).get("ip_address") ?? undefined),
    output: emulator.output,
    stop: emulator.stop,
  };
}

/** Starts a login as a new browser does, with the headers in which an address can be claimed. */
export const startLogin = (origin: string, forwardedFor: string): Promise<Response> =>
  fetch(`${origin}/otp-login`, {
    method: "POST",
    headers: { origin, "x-forwarded-for": forwardedFor, "cf-connecting-ip": "198.51.100.2" },
  });

/** Scans the visible code of a page, and accepts. */
export async function acceptOnPhone(page: Page, { phone }: Emulator): Promise<void> {
  await phone.accept(await codeOn(page));
}

/** Starts a login that claims an address. Returns the one that the Token Server gets. */
export async function addressFor(site: Server, emulator: Emulator): Promise<string | undefined> {
  await startLogin(site.origin, "198.51.100.1, 203.0.113.1");
  return emulator
    .addresses()
    .at(-1)
    ?.replace(/^(?:127\.0\.0\.1|::1)$/, "loopback");
}

const answers = (origin: string): Promise<boolean> =>
  fetch(origin, { redirect: "manual", signal: AbortSignal.timeout(10_000) }).then(
    (response) => response.body?.cancel().then(() => true) ?? true,
    () => false,
  );

function serve(command: string, args: string[], cwd: string, variables: Record<string, string> = {}) {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...variables },
    shell: isWindows && command === "npm",
    stdio: ["ignore", "pipe", "pipe"],
    // Its own process group, because npm does not pass on every signal.
    detached: !isWindows,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  const ended = once(child, "exit");
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const kill = (): void => {
    if (hasEnded() || child.pid === undefined) return;
    if (isWindows) spawnSync("taskkill", ["/pid", String(child.pid), "/t", "/f"]);
    else process.kill(-child.pid, "SIGKILL");
  };
  // Also ends if the test run is aborted.
  process.once("exit", kill);
  const stop = async (): Promise<void> => {
    kill();
    await ended;
    process.off("exit", kill);
    stops.delete(stop);
  };
  stops.add(stop);
  return { output: () => output, hasEnded, stop };
}
