import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { until } from "../until.js";
import { makeCertificate } from "./certificate.js";
import { freePort } from "./free-port.js";

export interface ProxyOptions {
  /** The port for https. The port for http is chosen. */
  port: number;
  /** The ports of the site's nodes on loopback, at most three, in the order of the file. */
  nodes: readonly number[];
  /** The public ports of `serve` beside the site, at most three. Default: the kit is in the site's nodes. */
  services?: readonly number[];
  /** Small limits by address, to reach them with few requests. Default: those of the file. */
  limits?: AddressLimits;
}

/** How many calls of the login API one address may make. */
export interface AddressLimits {
  /** In ten minutes. */
  requests: number;
  /** At a time. */
  open: number;
}

/** A request that a proxy has passed on, from its log. */
interface Passed {
  method: string;
  path: string;
  status: number;
  /** The node that answered, of the site or of `serve`, counted from 0. */
  node: number;
}

/** A running proxy, in its own process, with the file of `docs/deployment/`. */
export interface Proxy {
  /** Where it listens for https. */
  origin: string;
  /** Where it listens for http. */
  insecureOrigin: string;
  /** The requests that it has passed on so far, in the order of their ends. */
  passed: () => Passed[];
  /** Its output so far. */
  output: () => string;
  /** Reloads its configuration, as a deploy does. Resolves when there are new workers. */
  reload: () => Promise<void>;
  stop: () => Promise<void>;
}

/** One that can be told of other public ports of `serve`, in one reload. */
export interface SwitchingProxy extends Proxy {
  switchTo: (services: readonly number[]) => Promise<void>;
}

export type StartProxy = (options: ProxyOptions) => Promise<Proxy>;

const deployment = fileURLToPath(new URL("../../../docs/deployment/", import.meta.url));

/**
 * A file of `docs/deployment/` for this machine. Texts are replaced only in the lines that are marked as the site's
 * own. `undefined` removes a line.
 */
function fillIn(name: string, values: Readonly<Record<string, string | undefined>>): string {
  const lines = readFileSync(deployment + name, "utf8").split("\n");
  const unused = new Set(Object.keys(values));
  const filled = lines.flatMap((line) => {
    if (!/# yours$/.test(line)) return [line];
    // Caddy reads a comment after an address as one more address.
    let own = line.replace(/ *# yours$/, "");
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

/** The addresses of the files for the nodes of this machine; the others are removed. */
function addressesOf({ nodes, services = nodes }: ProxyOptions): Record<string, string | undefined> {
  const at = (port: number | undefined) => port && `127.0.0.1:${port}`;
  return Object.fromEntries(
    [1, 2, 3].flatMap((number) => [
      [`10.0.0.1${number}:3000`, at(nodes[number - 1])],
      [`10.0.0.2${number}:8080`, at(services[number - 1])],
    ]),
  ) as Record<string, string | undefined>;
}

/** A directory that other users can read, because proxies that are started as root continue as another user. */
export function ownDirectory(name: string): string {
  const directory = mkdtempSync(join(tmpdir(), `onegini-otp-login-${name}-`));
  chmodSync(directory, 0o755);
  return directory;
}

interface Running {
  output: () => string;
  reload: (signal: NodeJS.Signals) => Promise<void>;
  stop: () => Promise<void>;
}

/** Starts a proxy, and waits until it accepts connections. */
export async function runProxy(
  command: string,
  args: readonly string[],
  { port, directory }: { port: number; directory: string },
): Promise<Running> {
  // Daemons are often not in a user's PATH.
  const env = { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin:/usr/local/sbin` };
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], env });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  }
  // Also ends if the test run is aborted.
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

/** Starts nginx with `docs/deployment/nginx.conf`. */
export async function startNginx(options: ProxyOptions): Promise<SwitchingProxy> {
  const { port, nodes, services = nodes, limits } = options;
  const directory = ownDirectory("nginx");
  const { certificate, key } = makeCertificate(directory);
  const insecurePort = await freePort();
  const file = join(directory, "nginx.conf");
  const accessLog = join(directory, "access.log");
  const configure = (given: ProxyOptions): void => {
    const configuration = fillIn("nginx.conf", {
      "user www-data;": process.getuid?.() === 0 ? "user www-data;" : undefined,
      "/run/nginx.pid": join(directory, "nginx.pid"),
      "/var/log/nginx/error.log": "stderr",
      "/var/log/nginx/access.log": accessLog,
      // What this machine may allow less of.
      "worker_rlimit_nofile 65536;": undefined,
      "worker_connections 32768;": "worker_connections 8192;",
      "/etc/nginx/tls/www.example.com.pem": certificate,
      "/etc/nginx/tls/www.example.com.key": key,
      "listen 80 ": `listen 127.0.0.1:${insecurePort} `,
      "listen 443 ": `listen 127.0.0.1:${port} `,
      "return 301 https://www.example.com": `return 301 https://127.0.0.1:${port}`,
      ...addressesOf(given),
      "192.0.2.0/28": "127.0.0.1",
      ...(limits && {
        // The first request is no part of the burst.
        "rate=100r/s": "rate=1r/m",
        "burst=2000": `burst=${limits.requests - 1}`,
        "streams 2000": `streams ${limits.open}`,
      }),
    });
    writeFileSync(file, configuration);
  };
  configure(options);
  const { output, reload, stop } = await runProxy(
    "nginx",
    ["-c", file, "-p", directory, "-e", "stderr", "-g", "daemon off;"],
    { port, directory },
  );
  return {
    origin: `https://127.0.0.1:${port}`,
    insecureOrigin: `http://127.0.0.1:${insecurePort}`,
    passed: () =>
      readFileSync(accessLog, "utf8")
        .split("\n")
        .flatMap((line) => parseNginxLog(line, [services, nodes])),
    output,
    reload: () => reload("SIGHUP"),
    async switchTo(ports) {
      configure({ ...options, services: ports });
      await reload("SIGHUP");
    },
    stop,
  };
}

/** A line of the log: where several nodes were tried, the last one answered. */
function parseNginxLog(line: string, upstreams: readonly (readonly number[])[]): Passed[] {
  const [, method, path, status, tried] = /"(\S+) (\S+)" (\d{3}) \S+ "([^"]+)"$/.exec(line) ?? [];
  const port = Number(tried?.split(/[ ,:]+/).at(-1));
  const node = upstreams.map((ports) => ports.indexOf(port)).find((index) => index !== -1);
  return method === undefined || path === undefined || node === undefined
    ? []
    : [{ method, path, status: Number(status), node }];
}

/** Starts HAProxy with `docs/deployment/haproxy.cfg`. */
export async function startHaproxy(options: ProxyOptions): Promise<Proxy> {
  const { port, limits } = options;
  const directory = ownDirectory("haproxy");
  const { both } = makeCertificate(directory);
  const insecurePort = await freePort();
  const file = join(directory, "haproxy.cfg");
  const isRoot = process.getuid?.() === 0;
  const configuration = fillIn("haproxy.cfg", {
    "log /dev/log local0": "log stdout format raw local0",
    "user haproxy": isRoot ? "user haproxy" : undefined,
    "group haproxy": isRoot ? "group haproxy" : undefined,
    // What this machine may allow less of.
    "maxconn 32768": "maxconn 4096",
    "bind :80": `bind 127.0.0.1:${insecurePort}`,
    "bind :443 ssl crt /etc/haproxy/www.example.com.pem": `bind 127.0.0.1:${port} ssl crt ${both}`,
    "prefix https://www.example.com": `prefix https://127.0.0.1:${port}`,
    ...addressesOf(options),
    "192.0.2.0/28": "127.0.0.1",
    ...(limits && {
      "http_req_rate(10s)": "http_req_rate(10m)",
      "gt 3000": `gt ${limits.requests}`,
      "gt 2000": `gt ${limits.open}`,
    }),
  });
  writeFileSync(file, configuration);
  const socket = join(directory, "master.sock");
  // -W: a master that can be told to reload. -S: its socket. -db: in the foreground.
  const args = ["-W", "-S", socket, "-db", "-f", file];
  const { output, reload, stop } = await runProxy("haproxy", args, { port, directory });
  // A worker may serve before the master is ready, and until then the master ignores SIGUSR2.
  await until(() => answers(socket), "HAProxy's master");
  return {
    origin: `https://127.0.0.1:${port}`,
    insecureOrigin: `http://127.0.0.1:${insecurePort}`,
    passed: () => output().split("\n").flatMap(parseHaproxyLog),
    output,
    reload: () => reload("SIGUSR2"),
    stop,
  };
}

/** A running proxy of which nothing is asked but to pass requests on. */
export type PlainProxy = Pick<Proxy, "origin" | "output" | "stop">;

/** Starts Caddy with `docs/deployment/Caddyfile`. Its certificate is the tests' own. */
export async function startCaddy({ port, nodes, services = nodes }: ProxyOptions): Promise<PlainProxy> {
  const directory = ownDirectory("caddy");
  const { certificate, key } = makeCertificate(directory);
  const all = (ports: readonly number[]) => ports.map((each) => `127.0.0.1:${each}`).join(" ");
  const text = fillIn("Caddyfile", {
    "www.example.com {": `127.0.0.1 {\n\ttls ${certificate} ${key}`,
    "https://www.example.com": `https://127.0.0.1:${port}`,
    "10.0.0.11:3000 10.0.0.12:3000 10.0.0.13:3000": all(nodes),
    "10.0.0.21:8080 10.0.0.22:8080 10.0.0.23:8080": all(services),
    "192.0.2.0/28": "127.0.0.1/32",
  });
  const file = join(directory, "Caddyfile");
  const ports = `\thttp_port ${await freePort()}\n\thttps_port ${port}\n`;
  writeFileSync(file, `{\n\tadmin off\n\tdefault_bind 127.0.0.1\n${ports}}\n${text}`);
  // Caddy keeps its data in the home folder.
  const args = ["-u", "XDG_DATA_HOME", "-u", "XDG_CONFIG_HOME", `HOME=${directory}`];
  const { output, stop } = await runProxy(
    "env",
    [...args, "caddy", "run", "--config", file, "--adapter", "caddyfile"],
    { port, directory },
  );
  return { origin: `https://127.0.0.1:${port}`, output, stop };
}

/** Whether HAProxy's master answers a command at its socket. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => socket.write("show version\n"));
    socket.once("data", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

/** A line of `option httplog`; the address is a whole one in HTTP/2. */
function parseHaproxyLog(line: string): Passed[] {
  const [, number, status, method, address] =
    / (?:site\/site|(?:login|assets)\/login)(\d) \S+ (\d{3}) .* "(\S+) (\S+) HTTP\/[\d.]+"$/.exec(line) ?? [];
  if (method === undefined || address === undefined) return [];
  const path = address.replace(/^https?:\/\/[^/]+/, "").split("?", 1)[0] ?? "";
  return [{ method, path, status: Number(status), node: Number(number) - 1 }];
}
