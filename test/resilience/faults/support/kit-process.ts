import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createClient } from "redis";
import { createLoginKit, toNodeHandler, type NodeContext } from "onegini-otp-login/node";
import { redisStore } from "onegini-otp-login/redis";
import { freePort } from "../../../support/services/free-port.js";

/** What a server needs to start. */
interface NodeSettings {
  origin: string;
  port: number;
  redisUrl: string;
  tokenServerUrl: string;
  callbackUri: string;
  /** How long `signIn` takes. */
  signInMs: number;
}

/** A message from a server process to its test. */
export type FromNode =
  | { kind: "ready" }
  | { kind: "sign-in begins" | "signed in"; userId: string; attempt: string }
  | { kind: "event"; event: Record<string, unknown> };

/** The clock of a host, for a test to set. */
interface HostClock {
  /** The environment of that host's processes. */
  env: Record<string, string>;
  /** Sets the time of day, by an offset in seconds from the true time. Monotonic clocks do not change. */
  set(offsetSeconds: number): void;
}

/** The directory with the clocks of all hosts. */
let clocks: string | undefined;
let hosts = 0;

function makeDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "onegini-otp-login-clocks-"));
  // A server that is killed removes nothing, so this process does.
  process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

function hostClock(): HostClock {
  const file = join((clocks ??= makeDirectory()), String(hosts++));
  const set = (seconds: number): void => writeFileSync(file, `${seconds < 0 ? "" : "+"}${seconds}\n`);
  set(0);
  return {
    env: {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: "1",
      // A killed process leaves its shared memory behind, and the next one with the same process id could not start.
      FAKETIME_DISABLE_SHM: "1",
      // As on a real host: setting the time of day does not move the monotonic clock.
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
    },
    set,
  };
}

const script = fileURLToPath(import.meta.url);

/** Where Debian puts libfaketime. The loader fills in `$LIB`. */
const library = "/usr/$LIB/faketime/libfaketimeMT.so.1";

/** A running server of a site. */
export interface KitProcess {
  readonly url: string;
  readonly isRunning: boolean;
  /** Ends it at once (SIGKILL). */
  kill(): Promise<void>;
  /** Ends it (SIGTERM), and waits until it has ended. */
  stop(): Promise<void>;
  /** Starts it again on the same port. */
  restart(): Promise<void>;
  /** Sets its host's clock, by an offset in seconds from the true time. */
  setClock(offsetSeconds: number): void;
}

/** Starts a server. `hear` is called with each of its messages. */
export async function startKit(
  settings: Omit<NodeSettings, "port">,
  hear: (message: FromNode) => void,
): Promise<KitProcess> {
  const clock = hostClock();
  const port = await freePort();
  let child = await launch();

  async function launch(): Promise<ChildProcess> {
    const launched = fork(script, [JSON.stringify({ ...settings, port })], {
      execArgv: ["--import", "tsx"],
      env: { ...process.env, ...clock.env },
    });
    await new Promise<void>((resolve, reject) => {
      launched.on("message", (message: FromNode) => {
        if (message.kind === "ready") resolve();
        else hear(message);
      });
      launched.once("exit", (code) => reject(new Error(`A server ended with ${code} before it was ready.`)));
    });
    return launched;
  }
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  };

  return {
    url: `http://127.0.0.1:${port}`,
    get isRunning() {
      return child.exitCode === null && child.signalCode === null;
    },
    kill: () => end("SIGKILL"),
    stop: () => end("SIGTERM"),
    async restart() {
      await end("SIGKILL");
      child = await launch();
    },
    setClock: (seconds) => clock.set(seconds),
  };
}

/** What the process does: the kit on Redis, behind Node's `http`. */
async function serve({
  origin,
  port,
  redisUrl,
  tokenServerUrl,
  callbackUri,
  signInMs,
}: NodeSettings): Promise<void> {
  const tell = (message: FromNode): void => void process.send?.(message);

  const client = createClient({ url: redisUrl, socket: { reconnectStrategy: () => 200 } });
  client.on("error", () => undefined);
  await client.connect();
  const store = await redisStore({ client, onError: () => undefined });

  const kit = createLoginKit<NodeContext>({
    origin,
    tokenServer: { url: tokenServerUrl, clientId: "site", clientSecret: "site-secret", type: "qr-code" },
    callback: { uri: callbackUri },
    message: "Log in to the test site",
    store,
    // Visitors that are to have addresses of their own.
    clientIp: (request, { req }) => request.headers.get("x-address") ?? req.socket.remoteAddress,
    async signIn({ userId, attempt }) {
      tell({ kind: "sign-in begins", userId, attempt });
      await new Promise((resolve) => setTimeout(resolve, signInMs));
      tell({ kind: "signed in", userId, attempt });
      return Response.json({ user: userId }, { headers: { "set-cookie": `session=${userId}` } });
    },
    onEvent: (event) => {
      // JSON leaves out the message of an error.
      const plain = JSON.parse(
        JSON.stringify(event, (_key, value: unknown) => (value instanceof Error ? value.message : value)),
      ) as Record<string, unknown>;
      tell({ kind: "event", event: plain });
    },
  });

  const handle = toNodeHandler(kit);
  const server = createServer((req, res) => {
    if (req.url !== "/ready") return handle(req, res);
    void kit.health().then((health) => res.writeHead(health.healthy ? 200 : 503).end(JSON.stringify(health)));
  });
  server.listen(port, "127.0.0.1", () => tell({ kind: "ready" }));
  process.once("SIGTERM", () => {
    void (async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      await kit.close();
      server.closeIdleConnections();
      await closed;
      process.exit(0);
    })();
  });
  // The test process has ended: end too.
  process.once("disconnect", () => process.exit(1));
}

if (process.argv[1] === script) await serve(JSON.parse(process.argv[2] ?? "{}") as NodeSettings);
