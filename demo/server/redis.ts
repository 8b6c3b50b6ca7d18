import { createClient } from "redis";

/** How long the demo waits for Redis at its start. */
const firstConnectionMs = 5_000;

/** A command that takes longer is given up. */
const commandMs = 2_000;

/** How often a quiet connection is tried, and how long it may be silent. */
const pingMs = 2_000;
const silenceMs = 5_000;

/** Longest wait between two tries to reach a Redis that was there before. */
const longestRetryMs = 1_000;

/** The connection to the Redis or Valkey that several demos share; it comes back by itself after a loss. */
export type RedisClient = Awaited<ReturnType<typeof connect>>;

/** The client, or one sentence about why there is none. */
export type RedisResult =
  { kind: "connected"; client: RedisClient } | { kind: "unreachable"; problem: string };

/** Connects to Redis once: what cannot be reached at the start is more likely a wrong address than a short outage. */
export async function connectRedis(url: string): Promise<RedisResult> {
  try {
    return { kind: "connected", client: await connect(url) };
  } catch (error) {
    return { kind: "unreachable", problem: redisProblem(url, error) };
  }
}

/** Where and why, in one sentence, without the password that the address may hold. */
export function redisProblem(url: string, error: unknown): string {
  const { hostname, port } = new URL(url);
  const where = `${hostname}:${port || 6379}`;
  return `Redis cannot be used at ${where} (${reasonOf(error)}). Start it there, or mend REDIS_URL.`;
}

async function connect(url: string) {
  let wasConnected = false;
  const client = createClient({
    url,
    socket: {
      connectTimeout: firstConnectionMs,
      socketTimeout: silenceMs,
      reconnectStrategy: (tries: number, cause: Error) =>
        // Not all nodes at once: half of the wait is by chance.
        wasConnected ? Math.min(longestRetryMs, 50 * 2 ** tries) * (0.5 + Math.random() / 2) : cause,
    },
    // A server that goes away without a word is found out in seconds, not in a quarter of an hour.
    pingInterval: pingMs,
    commandOptions: { timeout: commandMs },
  });
  // The kit's events and the site's answers tell of an outage; a listener must be there all the same.
  client.on("error", () => undefined);
  try {
    await within(firstConnectionMs, client.connect());
    // A Redis that still loads its data, or wants a password, says so to the first command.
    await within(firstConnectionMs, client.ping());
  } catch (error) {
    client.destroy();
    throw error;
  }
  wasConnected = true;
  return client;
}

/** What a command resolves to, unless it takes too long: then it rejects, whatever becomes of it. */
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

/** The system's code where there is one, such as `ECONNREFUSED`; else what Redis said. */
function reasonOf(error: unknown): string {
  const { code, message, cause, errors } = error as NodeJS.ErrnoException & { errors?: unknown[] };
  if (code !== undefined) return code;
  // Both addresses of a name were tried.
  const inner = errors?.[0] ?? cause;
  return inner === undefined ? message : reasonOf(inner);
}
