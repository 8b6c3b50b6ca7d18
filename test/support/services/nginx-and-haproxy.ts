import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeCertificate } from "./certificate.js";
import { freePort } from "./free-port.js";
import { fillIn, ownDirectory, run, type Passed, type ProxyOptions, type Proxy } from "./proxies.js";

/** Starts nginx with `docs/deployment/nginx.conf`. */
export async function startNginx({ port, nodes }: ProxyOptions): Promise<Proxy> {
  const directory = ownDirectory("nginx");
  const { certificate, key } = makeCertificate(directory);
  const insecurePort = await freePort();
  const file = join(directory, "nginx.conf");
  const accessLog = join(directory, "access.log");
  const configuration = fillIn("nginx.conf", {
    "user www-data;": process.getuid?.() === 0 ? "user www-data;" : undefined,
    "/run/nginx.pid": join(directory, "nginx.pid"),
    "/var/log/nginx/error.log": "stderr",
    "/var/log/nginx/access.log": accessLog,
    // What this machine may allow less of.
    "worker_rlimit_nofile 65536;": undefined,
    "worker_connections 32768;": "worker_connections 4096;",
    "/etc/nginx/tls/www.example.com.pem": certificate,
    "/etc/nginx/tls/www.example.com.key": key,
    "listen 80 ": `listen 127.0.0.1:${insecurePort} `,
    "listen 443 ": `listen 127.0.0.1:${port} `,
    "return 301 https://www.example.com": `return 301 https://127.0.0.1:${port}`,
    "10.0.0.11:3000": `127.0.0.1:${nodes[0]}`,
    "10.0.0.12:3000": `127.0.0.1:${nodes[1]}`,
    "10.0.0.13:3000": `127.0.0.1:${nodes[2]}`,
  });
  writeFileSync(file, configuration);
  const { output, reload, stop } = await run(
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
        .flatMap((line) => parseNginxLog(line, nodes)),
    output,
    reload: () => reload("SIGHUP"),
    stop,
  };
}

/** A line of the log: where several nodes were tried, the last one answered. */
function parseNginxLog(line: string, nodes: readonly number[]): Passed[] {
  const [, method, path, status, tried] = /"(\S+) (\S+)" (\d{3}) \S+ "([^"]+)"$/.exec(line) ?? [];
  const port = tried?.split(/[ ,:]+/).at(-1);
  const node = nodes.indexOf(Number(port));
  return method === undefined || path === undefined || node === -1
    ? []
    : [{ method, path, status: Number(status), node }];
}

/** Starts HAProxy with `docs/deployment/haproxy.cfg`. */
export async function startHaproxy({ port, nodes }: ProxyOptions): Promise<Proxy> {
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
    "10.0.0.11:3000": `127.0.0.1:${nodes[0]}`,
    "10.0.0.12:3000": `127.0.0.1:${nodes[1]}`,
    "10.0.0.13:3000": `127.0.0.1:${nodes[2]}`,
  });
  writeFileSync(file, configuration);
  // -W: a master that can be told to reload. -db: in the foreground.
  const { output, reload, stop } = await run("haproxy", ["-W", "-db", "-f", file], { port, directory });
  return {
    origin: `https://127.0.0.1:${port}`,
    insecureOrigin: `http://127.0.0.1:${insecurePort}`,
    passed: () => output().split("\n").flatMap(parseHaproxyLog),
    output,
    reload: () => reload("SIGUSR2"),
    stop,
  };
}

/** A line of `option httplog`; the address is a whole one in HTTP/2. */
function parseHaproxyLog(line: string): Passed[] {
  const [, number, status, method, address] =
    / nodes\/node(\d) \S+ (\d{3}) .* "(\S+) (\S+) HTTP\/[\d.]+"$/.exec(line) ?? [];
  if (method === undefined || address === undefined) return [];
  const path = address.replace(/^https?:\/\/[^/]+/, "").split("?", 1)[0] ?? "";
  return [{ method, path, status: Number(status), node: Number(number) - 1 }];
}
