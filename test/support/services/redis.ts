import { spawn, execFileSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../until.js";

import { freePort } from "./free-port.js";

/** The files of a certificate. */
interface Certificate {
  certificate: string;
  key: string;
  /** Whose certificates its clients must have. Default: they need none. */
  clientAuthority?: string;
}

/** Debian's two servers that speak Redis' protocol. */
export type RedisKind = "redis" | "valkey";

export interface RedisServerOptions {
  /** Default `redis`. */
  kind?: RedisKind;
  /** Whether it keeps its data when it restarts. Default false. */
  appendOnly?: boolean;
  /** Further arguments, e.g. `["--cluster-enabled", "yes"]`. */
  args?: string[];
  /** Makes it a Sentinel with these lines of configuration. */
  sentinel?: string[];
  /** Lets it listen for TLS too, which other servers then use. */
  tls?: Certificate;
}

/** A running server, with its own port and directory. */
export interface RedisServer {
  port: number;
  /** The port for TLS, where there is one; else the other. */
  tlsPort: number;
  url: string;
  kind: RedisKind;
  /** Starts it again, with the same port and directory. Before that, `stop` or `kill` may have ended it. */
  restart(): Promise<void>;
  /** Ends it, and removes its directory. */
  stop(): Promise<void>;
  /** Ends it at once (SIGKILL). */
  kill(): Promise<void>;
  /** Pauses it (SIGSTOP): it keeps its connections and answers nothing. */
  pause(): void;
  resume(): void;
  /** Deletes all keys. */
  flush(): void;
  /** The output of the command-line client for a command. */
  command(...words: string[]): string;
}

/** Starts a server on a free local port. It ends with this process, even if this process is killed. */
export async function startRedis({
  kind = "redis",
  appendOnly = false,
  args = [],
  sentinel,
  tls,
}: RedisServerOptions = {}): Promise<RedisServer> {
  const directory = mkdtempSync(join(tmpdir(), `onegini-otp-login-${kind}-`));
  const forCluster = args.includes("--cluster-enabled");
  const port = await freePort({ forCluster });
  const tlsPort = tls ? await freePort({ forCluster }) : port;
  const common = ["--port", String(port), "--bind", "127.0.0.1", "--dir", directory];
  if (tls) common.push(...tlsArguments(tls, tlsPort));
  const storage = ["--save", "", "--appendonly", appendOnly ? "yes" : "no", "--appendfsync", "always"];
  // A Sentinel writes what it learns into its configuration file.
  const file = join(directory, "sentinel.conf");
  if (sentinel) writeFileSync(file, sentinel.join("\n"));
  const settings = sentinel ? [file, "--sentinel", ...common] : [...common, ...storage, ...args];
  let child = await launch(kind, port, settings);

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    child.kill("SIGCONT");
    await ended;
  };
  const command = (...words: string[]): string =>
    execFileSync(`${kind}-cli`, ["-p", String(port), ...words], { encoding: "utf8", timeout: 10_000 }).trim();

  return {
    port,
    tlsPort,
    url: `redis://127.0.0.1:${port}`,
    kind,
    async restart() {
      await end("SIGKILL");
      child = await launch(kind, port, settings);
    },
    async stop() {
      await end("SIGTERM");
      rmSync(directory, { recursive: true, force: true });
    },
    kill: () => end("SIGKILL"),
    pause: () => void child.kill("SIGSTOP"),
    resume: () => void child.kill("SIGCONT"),
    flush: () => void command("FLUSHALL"),
    command,
  };
}

const tlsArguments = ({ certificate, key, clientAuthority }: Certificate, port: number): string[] => [
  ...["--tls-port", String(port), "--tls-auth-clients", clientAuthority === undefined ? "no" : "yes"],
  ...["--tls-cert-file", certificate, "--tls-key-file", key],
  ...["--tls-ca-cert-file", clientAuthority ?? certificate],
  // Between servers.
  ...["--tls-replication", "yes"],
];

async function launch(kind: RedisKind, port: number, settings: string[]): Promise<ChildProcess> {
  const child = spawn(`${kind}-server`, settings, { stdio: ["ignore", "pipe", "pipe"] });
  const watchdog = watch(child);
  let output = "";
  child.stdout?.on("data", (part: Buffer) => (output += part.toString()));
  child.stderr?.on("data", (part: Buffer) => (output += part.toString()));
  const failed = once(child, "error").then(([error]: unknown[]) => {
    throw error;
  });
  child.once("exit", () => watchdog.kill("SIGKILL"));
  try {
    await Promise.race([failed, answers(port, child, () => output)]);
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
  return child;
}

/** Ends a server when this process has ended and so the pipe to the watchdog is closed. */
function watch(child: ChildProcess): ChildProcess {
  const script = `read -r _; kill -KILL ${child.pid} 2>/dev/null`;
  const watchdog = spawn("sh", ["-c", script], { stdio: ["pipe", "ignore", "ignore"] });
  watchdog.unref();
  (watchdog.stdin as unknown as { unref?: () => void }).unref?.();
  return watchdog;
}

/** Resolves when the server answers PING with PONG, not with an error while it loads its data. */
async function answers(port: number, child: ChildProcess, output: () => string): Promise<void> {
  const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const answersPing = async (): Promise<boolean> => (await ping(port)).startsWith("+PONG");
  const reason = await until(async () => isOver() || answersPing(), "an answer to PING").catch(String);
  if (isOver() || reason !== undefined) {
    throw new Error(`The server on port ${port} does not answer:\n${reason ?? ""}${output()}`);
  }
}

function ping(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = createConnection(port, "127.0.0.1", () => socket.write("PING\r\n"));
    socket.once("data", (data) => {
      resolve(data.toString());
      socket.destroy();
    });
    socket.setTimeout(1000, () => socket.destroy());
    socket.once("error", () => resolve(""));
    socket.once("close", () => resolve(""));
  });
}

/** A cluster of three masters, all on this machine, each with as many replicas as were asked for. */
export interface RedisCluster {
  servers: RedisServer[];
  /** The first address for a client. */
  rootNodes: { url: string }[];
  stop(): Promise<void>;
}

/** Starts a cluster, and waits until its nodes know each other. */
export async function startRedisCluster(
  kind: RedisKind = "redis",
  { replicas = 0, tls }: { replicas?: number; tls?: Certificate } = {},
): Promise<RedisCluster> {
  const args = ["--cluster-enabled", "yes", "--cluster-node-timeout", "2000"];
  if (tls) args.push("--tls-cluster", "yes");
  const count = 3 * (1 + replicas);
  const servers: RedisServer[] = [];
  const stop = async () => void (await Promise.all(servers.map((server) => server.stop())));
  const isWhole = (): boolean =>
    servers.every((server) => {
      const info = server.command("CLUSTER", "INFO");
      return info.includes("cluster_state:ok") && info.includes(`cluster_known_nodes:${count}`);
    });
  try {
    for (let started = 0; started < count; started++)
      servers.push(await startRedis({ kind, args, ...(tls && { tls }) }));
    const addresses = servers.map(({ tlsPort }) => `127.0.0.1:${tlsPort}`);
    const options = ["--cluster-replicas", String(replicas), "--cluster-yes"];
    if (tls) options.push("--tls", "--cacert", tls.clientAuthority ?? tls.certificate);
    if (tls?.clientAuthority !== undefined) options.push("--cert", tls.certificate, "--key", tls.key);
    execFileSync(`${kind}-cli`, ["--cluster", "create", ...addresses, ...options], { timeout: 60_000 });
    await until(isWhole, "a cluster that is whole", 60_000);
    const hasReplicas = (): boolean =>
      servers.every((server) => !server.command("INFO", "replication").includes("master_link_status:down"));
    await until(hasReplicas, "the replicas of a cluster", 60_000);
  } catch (error) {
    // Servers that are left would keep this process alive.
    await stop();
    throw error;
  }
  return { servers, rootNodes: servers.map(({ url }) => ({ url })), stop };
}

/** A master with a replica, and a Sentinel that watches them. */
export interface SentinelGroup {
  master: RedisServer;
  replica: RedisServer;
  sentinel: RedisServer;
  /** The options that `createSentinel()` needs. */
  options: { name: string; sentinelRootNodes: { host: string; port: number }[] };
  stop(): Promise<void>;
}

/** Starts a master, a replica and a Sentinel, and waits until a failover is possible. */
export async function startRedisSentinel(
  kind: RedisKind = "redis",
  { tls }: { tls?: Certificate } = {},
): Promise<SentinelGroup> {
  const servers: RedisServer[] = [];
  const stop = async () => void (await Promise.all(servers.map((server) => server.stop())));
  const start = async (options: RedisServerOptions): Promise<RedisServer> => {
    const server = await startRedis({ kind, ...options, ...(tls && { tls }) });
    servers.unshift(server);
    return server;
  };
  try {
    const master = await start({ args: ["--repl-diskless-sync-delay", "0"] });
    const replica = await start({ args: ["--replicaof", "127.0.0.1", String(master.tlsPort)] });
    // Sentinel learns it from the master, to which a replica announces its port without TLS.
    if (tls) replica.command("CONFIG", "SET", "replica-announce-port", String(replica.tlsPort));
    const sentinel = await start({
      sentinel: [
        `sentinel monitor main 127.0.0.1 ${master.tlsPort} 1`,
        "sentinel down-after-milliseconds main 500",
        "sentinel failover-timeout main 2000",
      ],
    });
    const isReady = (): boolean =>
      sentinel.command("SENTINEL", "REPLICAS", "main").includes("master-link-status\nok");
    await until(isReady, "a Sentinel that knows the replica", 60_000);
    const options = { name: "main", sentinelRootNodes: [{ host: "127.0.0.1", port: sentinel.port }] };
    return { master, replica, sentinel, options, stop };
  } catch (error) {
    // Servers that are left would keep this process alive.
    await stop();
    throw error;
  }
}

type Test = { after: (end: () => Promise<void>) => void };

/** Stops a server when the test ends. */
async function untilEndOf<T extends { stop(): Promise<void> }>(t: Test, starting: Promise<T>): Promise<T> {
  const server = await starting;
  t.after(() => server.stop());
  return server;
}

export const redisFor = (t: Test, options?: RedisServerOptions) => untilEndOf(t, startRedis(options));
export const sentinelFor = (t: Test, ...options: Parameters<typeof startRedisSentinel>) =>
  untilEndOf(t, startRedisSentinel(...options));
export const clusterFor = (t: Test, ...options: Parameters<typeof startRedisCluster>) =>
  untilEndOf(t, startRedisCluster(...options));
