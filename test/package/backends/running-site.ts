import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { freePort } from "../../support/services/free-port.js";
import { ownDirectory, runProxy } from "../../support/services/proxies.js";
import { until } from "../../support/until.js";
import {
  install,
  pack,
  startCommand,
  startServer,
  temporaryFolder,
  type Emulator,
  type Server,
} from "../support/packed-package.js";
import { user, type Backend } from "./backend-list.js";

/** `examples/backends/`, started as its READMEs say, with other ports. */

const folder = join(temporaryFolder, "backends");
const programs = join(temporaryFolder, "programs");
/** That of the READMEs. */
export const internalSecret = "for-this-machine-only-0123456789abcdef";
/** Shorter than by default, so that a test can wait until a ticket has expired. */
export const ticketSeconds = 30;

/** Copies the examples, and installs the packed package beside them, for `npx onegini-otp-login`. */
export async function installBackends(): Promise<{ folder: string }> {
  cpSync("examples/backends", folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), "{}");
  const settings = {
    timeouts: { ticketSeconds, tokenServerSeconds: 30 },
    limits: { startsPerAddress: { count: 10_000, seconds: 60 } },
  };
  writeFileSync(join(folder, "service.yaml"), JSON.stringify(settings));
  await install(folder, await pack());
  mkdirSync(programs);
  symlinkSync(pythonWith("flask", "django"), join(programs, "python3"));
  return { folder };
}

/** A Python that has these packages: the first one in PATH may be another than Debian's. */
export function pythonWith(...packages: string[]): string {
  const has = (python: string): boolean => {
    try {
      execFileSync(python, ["-c", `import ${packages.join()}`], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  };
  return ["/usr/bin/python3", "python3"].find(has) ?? assert.fail(`No Python has ${packages.join(" and ")}.`);
}

/** The listings of a README in which something is started, each as one script. */
function scriptsOf(readme: string, ports: Readonly<Record<string, number>>): string[] {
  const text = readFileSync(join(folder, readme), "utf8");
  return [...text.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, script = ""]) =>
    script.replaceAll(/\b(3000|3001|8000|8080|8081)\b/g, (port) => String(ports[port] ?? port)),
  );
}

/** Calls of the internal port, on their way from a site to the service. */
export interface Calls {
  /** `METHOD /path` of each so far. */
  list: string[];
  /** What happens to the following calls. */
  mode: "pass" | "without secret" | "unavailable" | "silent";
  /** A login that is the answer to the following calls of `/redeem`, whatever the ticket. */
  login?: { user_id: string; attempt: string };
}

/** What stands around the site: the login service, the proxy, and a way to watch the calls. */
export interface Surroundings {
  /** The site's, in the browser. */
  origin: string;
  calls: Calls;
  /** The internal port of the service. */
  internal: string;
  /** Why the service has refused tickets so far. */
  refusals: () => string[];
  /** Starts a site behind the proxy. One runs at a time. */
  start: (backend: Backend) => Promise<Server>;
  /** Starts a site that the proxy does not know, on https. */
  startOnHttps: (backend: Backend) => Promise<Server>;
  stop: () => Promise<void>;
}

export async function startSurroundings(emulator: Emulator): Promise<Surroundings> {
  const [front, service, inside, port] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  const origin = `http://localhost:${front}`;
  const internal = `http://127.0.0.1:${inside}`;
  const ports = {
    3000: Number(new URL(emulator.origin).port),
    3001: port,
    8000: front,
    8080: service,
    8081: inside,
  };

  const [, serve = "", nginx = ""] = scriptsOf("README.md", ports);
  const login = await startCommand("sh", ["-ec", serve], folder, {
    ONEGINI_LOGIN_CONFIG: "service.yaml",
    ONEGINI_LOGIN_PORT: String(service),
    ONEGINI_LOGIN_INTERNAL_PORT: String(inside),
  });
  const proxy = await startNginx(nginx, ports, front);
  const { calls, address, close } = await listenBetween(internal);

  const start = (backend: Backend, at: number, ORIGIN: string): Promise<Server> => {
    const script = scriptsOf(join(backend.name, "README.md"), { 3001: at }).join("\n");
    return startServer("sh", ["-ec", script], join(folder, backend.name), `http://127.0.0.1:${at}/login`, {
      PATH: `${programs}:${process.env["PATH"]}`,
      LOGIN_SERVICE: address,
      ORIGIN,
      ...(backend.appToken !== undefined && { APP_TOKEN: `${user}:${backend.appToken}` }),
    });
  };
  return {
    origin,
    calls,
    internal,
    refusals: () =>
      login
        .output()
        .split("\n")
        .filter((line) => line.includes('"ticket_refused"'))
        .map((line) => (JSON.parse(line) as { reason: string }).reason),
    start: (backend) => start(backend, port, origin),
    startOnHttps: async (backend) => start(backend, await freePort(), "https://localhost"),
    async stop() {
      await Promise.all([proxy.stop(), login.stop()]);
      close();
    },
  };
}

/** Starts nginx with `nginx.conf`, in which only the ports are changed. */
async function startNginx(script: string, ports: Record<string, number>, port: number) {
  const directory = ownDirectory("backends");
  const conf = readFileSync(join(folder, "nginx.conf"), "utf8");
  const withPorts = conf
    .split("\n")
    .map((line) =>
      /^\s*#/.test(line) ? line : line.replace(/\d{4}(?=;)/, (old) => String(ports[old] ?? old)),
    )
    .join("\n");
  writeFileSync(join(directory, "nginx.conf"), withPorts);
  const there = script
    .replace("$PWD/nginx.conf", join(directory, "nginx.conf"))
    .replace("$(mktemp -d)", directory)
    .trim();
  return runProxy("sh", ["-ec", `exec ${there}`], { port, directory });
}

/** Listens between a site and the internal port, to tell what the site calls and to answer in place of the service. */
async function listenBetween(
  internal: string,
): Promise<{ calls: Calls; address: string; close: () => void }> {
  const calls: Calls = { list: [], mode: "pass" };
  const server = createServer((req, res) => {
    calls.list.push(`${req.method} ${req.url}`);
    if (calls.mode === "silent") return;
    if (calls.mode === "unavailable") return void res.writeHead(503).end("{}");
    if (calls.login && req.url === "/redeem")
      return void res.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(calls.login));
    pass(req, res);
  });
  function pass(req: IncomingMessage, res: ServerResponse): void {
    const headers = { ...req.headers };
    if (calls.mode === "without secret") delete headers.authorization;
    const onward = request(internal + (req.url ?? ""), { method: req.method, headers }, (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(res);
    });
    onward.once("error", () => res.destroy());
    req.pipe(onward);
  }
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    calls,
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Resolves when the ticket of a login call that was answered at an instant is too old. */
export const expiry = (answeredAt: number): Promise<void> =>
  until(() => Date.now() > answeredAt + ticketSeconds * 1000, "the ticket's end");
