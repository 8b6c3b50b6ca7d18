import { codeOf } from "./error-code.js";

/** How long to wait for Redis at the start. */
const firstConnectionMs = 5_000;

/** The time limit of a command. */
const commandMs = 2_000;

/** How often an idle connection is pinged, and after how long without data it is closed. */
const pingMs = 2_000;
const silenceMs = 5_000;

/** The longest wait between two attempts to reconnect. */
const longestRetryMs = 1_000;

/** The connection to the Redis or Valkey that several processes share. It reconnects by itself. */
export type RedisClient = Awaited<ReturnType<typeof connect>>;

/**
 * The authority of the servers, and this client's certificate and key, in PEM. The lists are read for each connection: what
 * changes them in place changes the next one. Without an authority it is one that Node knows.
 */
export interface RedisTls {
  ca?: string[];
  cert?: string[];
  key?: string[];
}

/** The client, or one sentence about why there is none. */
type RedisResult =
  { kind: "connected"; client: RedisClient } | { kind: "unreachable"; problem: string; error: unknown };

/**
 * Tries to connect once.
 *
 * @param command the command that connects, for the words of a problem
 * @param currentUrl the address with the user name and password for each connection
 * @param tls for an address with `rediss:`
 */
export async function connectRedis(
  url: string,
  command = "demo",
  currentUrl: () => string = () => url,
  tls: RedisTls = {},
): Promise<RedisResult> {
  try {
    return { kind: "connected", client: await connect(url, currentUrl, tls) };
  } catch (error) {
    return { kind: "unreachable", problem: redisProblem(url, error, command), error };
  }
}

/** The installed package `redis` is older than version 5. */
class OldPackage extends Error {}

/** Outside a project npx keeps the command in a folder of its own, where `npm install` puts nothing. */
const howToInstall = (command: string): string =>
  "In a project: npm install redis@latest. " +
  `Elsewhere: npx -p onegini-otp-login -p redis@latest onegini-otp-login ${command} --redis-url …`;

/** One sentence with the address and the reason, without the password that the URL may contain. */
export function redisProblem(url: string, error: unknown, command = "demo"): string {
  const { hostname, port } = new URL(url);
  return packageProblem(error, command) ?? redisProblemAt(`${hostname}:${port || 6379}`, error);
}

/** What is wrong with the installed package `redis`, if that is the error. */
export function packageProblem(error: unknown, command: string): string | undefined {
  // The second code: a part of it is missing.
  if (["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"].includes(codeOf(error) ?? ""))
    return `The package redis is missing. ${howToInstall(command)}`;
  if (error instanceof OldPackage)
    return `The package redis is too old; version 5 or later is needed. ${howToInstall(command)}`;
  return undefined;
}

/** The sentence for a place: an address, or how several of them are called. */
export function redisProblemAt(where: string, error: unknown): string {
  const reason = reasonOf(error);
  return `Redis cannot be used at ${where} (${reason}). ${adviceFor(reason)}`;
}

const whereverItIs = "Start Redis there, or give another address.";

/**
 * What only a change of a setting ends, with what to do about it. A refusal begins with its kind in capitals:
 * https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors
 */
const wrongSettings: readonly [RegExp, string][] = [
  [/^(?:WRONGPASS|NOAUTH) /, "Check the user name and password in its address."],
  [/^NOPERM |^ERR ACL failure/, "Grant this user the missing permission."],
  [/^ERR No such master/, "Give the name that the Sentinels know: redis-master."],
  [/cluster support disabled/, "It is no cluster: give redis-url alone."],
  [
    /cert|signature|ssl|tls|^EPROTO$/i,
    "Check its certificate and name, the authority (redis-tls-ca), and whether it asks for a certificate (redis-tls-cert).",
  ],
  [/^ERR (?!max number of clients)/, whereverItIs],
];

const adviceFor = (reason: string): string =>
  wrongSettings.find(([pattern]) => pattern.test(reason))?.[1] ?? whereverItIs;

/** Whether the error may end by itself: Redis is down, hangs, starts, or is full. A name that is not found may be known later. */
export const mayPass = (error: unknown): boolean =>
  packageProblem(error, "") === undefined &&
  !(error instanceof TypeError) &&
  !wrongSettings.some(([pattern]) => pattern.test(reasonOf(error)));

/** An address without user name and password. */
export function withoutUser(url: string): string {
  const address = new URL(url);
  address.username = address.password = "";
  return address.href;
}

const credentialsIn = (url: string): { username?: string; password?: string } => {
  const [username, password] = (({ username, password }) => [username, password].map(decodeURIComponent))(
    new URL(url),
  );
  return { ...(username && { username }), ...(password && { password }) };
};

/** Imports the package only when it is used, because a site that does not use Redis need not install it. */
export async function loadRedis() {
  const redis = await import("redis");
  // Since version 5. The client of version 3 would connect at once.
  if (typeof (redis.createSentinel as unknown) !== "function") throw new OldPackage();
  return redis;
}

/** The time limit of a command, as an option of each kind of client. */
export const commandOptions = { timeout: commandMs };

/**
 * The options of each connection to a server.
 *
 * @param currentUrl an address with the user name and password, read anew for each connection
 * @param wasConnected whether the client has been connected once: from then on it reconnects by itself
 * @param tls for a server that is reached by TLS; else it has no effect
 */
export const connectionOptions = (
  currentUrl: () => string | undefined,
  wasConnected: () => boolean,
  tls: RedisTls = {},
) => ({
  credentialsProvider: {
    type: "async-credentials-provider" as const,
    credentials: () => Promise.resolve(credentialsIn(currentUrl() ?? "redis://localhost")),
  },
  socket: {
    ...tls,
    connectTimeout: firstConnectionMs,
    socketTimeout: silenceMs,
    reconnectStrategy: (tries: number, cause: Error) =>
      // Half of the wait is random, so that the nodes do not all reconnect at once.
      wasConnected() ? Math.min(longestRetryMs, 50 * 2 ** tries) * (0.5 + Math.random() / 2) : cause,
  },
  // Without pings a server that vanishes is noticed only after a quarter of an hour.
  pingInterval: pingMs,
});

async function connect(url: string, currentUrl: () => string, tls: RedisTls) {
  let wasConnected = false;
  const client = await openClient({
    url: withoutUser(url),
    ...connectionOptions(currentUrl, () => wasConnected, tls),
  });
  wasConnected = true;
  return client;
}

/** Opens one connection to a server. */
export async function openClient(
  options: { url?: string; database?: number } & Omit<ReturnType<typeof connectionOptions>, "socket"> & {
      socket: ReturnType<typeof connectionOptions>["socket"] & { host?: string; port?: number; tls?: true };
    },
) {
  const { createClient } = await loadRedis();
  const client = createClient({ ...options, commandOptions });
  // The kit's events and the site's responses report an outage. Without a listener the process would end.
  client.on("error", () => undefined);
  try {
    await firstConnection(client);
  } catch (error) {
    client.destroy();
    throw error;
  }
  return client;
}

/** Connects once, within ten seconds. A Redis that is still loading its data, or requires a password, fails the first command. */
export async function firstConnection(client: {
  connect: () => Promise<unknown>;
  ping: () => Promise<unknown>;
}): Promise<void> {
  await within(firstConnectionMs, client.connect());
  await within(firstConnectionMs, client.ping());
}

/** Rejects if a command takes longer than its time limit. */
export const withinCommandTime = <T>(command: Promise<T>): Promise<T> => within(commandMs, command);

async function within<T>(maxMs: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${maxMs / 1_000} s`)), maxMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The system's error code, such as `ECONNREFUSED`, else the message of Redis. */
function reasonOf(error: unknown): string {
  const { code, message, cause, errors, originalError } = error as NodeJS.ErrnoException & {
    errors?: unknown[];
    originalError?: unknown;
  };
  if (code !== undefined) return code;
  // Node tried both addresses of a name; the client stopped trying.
  const inner = errors?.[0] ?? cause ?? originalError;
  return inner === undefined ? message : reasonOf(inner);
}
