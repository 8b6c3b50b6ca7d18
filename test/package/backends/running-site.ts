import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
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
import { listenBetween, type InternalPort } from "./internal-port.js";

/** `examples/backends/`, started as its READMEs say, with other ports. */

const folder = join(temporaryFolder, "backends");
const programs = join(temporaryFolder, "programs");
/** That of the READMEs. */
export const internalSecret = "for-this-machine-only-0123456789abcdef";
/** Shorter than by default, so that a test can wait until a ticket has expired. */
const ticketSeconds = 30;

/**
 * Copies the examples, and installs the packed package beside them, for `npx onegini-otp-login`.
 *
 * @param packages further ones that the service needs
 */
export async function installBackends(...packages: string[]): Promise<{ folder: string }> {
  cpSync("examples/backends", folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), "{}");
  const settings = {
    timeouts: { ticketSeconds, tokenServerSeconds: 30 },
    limits: { startsPerAddress: { count: 10_000, seconds: 60 } },
  };
  writeFileSync(join(folder, "service.yaml"), JSON.stringify(settings));
  await install(folder, await pack(), ...packages);
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

/** What stands around the site: the login service, the proxy, and a way to watch the calls. */
export interface Surroundings {
  /** The site's, in the browser. */
  origin: string;
  /** In front of the internal ports, one for each process of the service. The sites know these addresses, in this order. */
  calls: [InternalPort, ...InternalPort[]];
  /** The internal port of the first process. */
  internal: string;
  /** Why the first process has refused tickets so far. */
  refusals: () => string[];
  /** Starts a site behind the proxy. One runs at a time. */
  start: (backend: Backend) => Promise<Server>;
  /**
   * Starts a site that the proxy does not know.
   *
   * @param variables instead of those of a site behind the proxy
   */
  startAlone: (backend: Backend, variables: { ORIGIN?: string; LOGIN_SERVICE?: string }) => Promise<Server>;
  stop: () => Promise<void>;
}

/**
 * @param redisUrl for two processes of the service that share it. Without one there is one process
 * @param withNumber turns `pairing` on
 */
export async function startSurroundings(
  emulator: Emulator,
  { redisUrl, withNumber = false }: { redisUrl?: string; withNumber?: boolean } = {},
): Promise<Surroundings> {
  const [front, port] = await Promise.all([freePort(), freePort()]);
  const origin = `http://localhost:${front}`;
  const tokenServer = Number(new URL(emulator.origin).port);

  const startService = async () => {
    const [service, inside] = await Promise.all([freePort(), freePort()]);
    const ports = { 3000: tokenServer, 3001: port, 8000: front, 8080: service, 8081: inside };
    const [, serve = "", nginx = ""] = scriptsOf("README.md", ports);
    const script = withNumber ? serve.replace("Log in to the example", "Log in: {number}") : serve;
    const login = await startCommand("sh", ["-ec", script], folder, {
      ONEGINI_LOGIN_CONFIG: "service.yaml",
      // Every refusal is looked for, also after twenty at once.
      ONEGINI_LOGIN_LOG_STRANGERS: "100000",
      ONEGINI_LOGIN_PORT: String(service),
      ONEGINI_LOGIN_INTERNAL_PORT: String(inside),
      ...(redisUrl !== undefined && { ONEGINI_LOGIN_REDIS_URL: redisUrl }),
      ...(withNumber && {
        ONEGINI_LOGIN_PAIRING: "unknown-browsers",
        ONEGINI_LOGIN_PAIRING_KEYS: "a-key-of-the-tests-of-32-characters",
      }),
    });
    const internal = `http://127.0.0.1:${inside}`;
    return { login, ports, nginx, internal, calls: await listenBetween(internal) };
  };
  const first = await startService();
  const others = redisUrl === undefined ? [] : [await startService()];
  const proxy = await startNginx(first.nginx, first.ports, front);
  const calls: Surroundings["calls"] = [first.calls, ...others.map((other) => other.calls)];

  const start = (backend: Backend, at: number, variables: Record<string, string> = {}): Promise<Server> => {
    const script = scriptsOf(join(backend.name, "README.md"), { 3001: at }).join("\n");
    return startServer("sh", ["-ec", script], join(folder, backend.name), `http://127.0.0.1:${at}/login`, {
      PATH: `${programs}:${process.env["PATH"]}`,
      TMPDIR: temporaryFolder,
      LOGIN_SERVICE: calls.map(({ address }) => address).join(),
      ORIGIN: origin,
      ...(backend.appToken !== undefined && { APP_TOKEN: `${user}:${backend.appToken}` }),
      ...variables,
    });
  };
  return {
    origin,
    calls,
    internal: first.internal,
    refusals: () =>
      first.login
        .output()
        .split("\n")
        .filter((line) => line.includes('"ticket_refused"'))
        .map((line) => (JSON.parse(line) as { reason: string }).reason),
    start: (backend) => start(backend, port),
    startAlone: async (backend, variables) => start(backend, await freePort(), variables),
    async stop() {
      await Promise.all([proxy, first.login, ...others.map(({ login }) => login)].map((each) => each.stop()));
      for (const each of calls) each.close();
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

/** Starts nginx as the balancer of docs/backends.md, with these addresses. Ends with the test. Resolves to its own address. */
export async function startBalancer(t: TestContext, ports: readonly InternalPort[]): Promise<string> {
  const [, listing = ""] =
    /^ {2}```nginx\n([^]*?)^ {2}```$/m.exec(readFileSync("docs/backends.md", "utf8")) ?? [];
  const port = await freePort();
  const addresses = ports.map(({ address }) => new URL(address).host);
  const servers = listing
    .replace(/10\.0\.0\.5:8081/, addresses[0] ?? "")
    .replace(/10\.0\.0\.6:8081/, addresses[1] ?? "")
    .replace("127.0.0.1:8081", `127.0.0.1:${port}`);
  const directory = ownDirectory("balancer");
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${name};`,
  );
  writeFileSync(
    join(directory, "nginx.conf"),
    `pid nginx.pid; events {} http { access_log off; ${temporary.join(" ")}\n${servers} }`,
  );
  const args = ["-p", directory, "-c", join(directory, "nginx.conf"), "-e", "stderr", "-g", "daemon off;"];
  const proxy = await runProxy("nginx", args, { port, directory });
  t.after(proxy.stop);
  return `http://127.0.0.1:${port}`;
}

/** Resolves when the ticket of a login call that was answered at an instant is too old. */
export const expiry = (answeredAt: number): Promise<void> =>
  until(() => Date.now() > answeredAt + ticketSeconds * 1000, "the ticket's end");
