/**
 * What the store uses of node-redis (the package `redis`, 5 or later), by shape: so that a site's own client fits,
 * whatever its modules, its RESP version and its types, and nothing of the package is needed where there is no Redis.
 */

/** A client, or a view of it with other command options, that runs scripts. */
interface Scripting {
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  evalSha(sha1: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
}

/** The options of a command: where it ends before its time, and how replies are mapped to types. */
interface CommandOptions {
  abortSignal?: AbortSignal;
  typeMapping?: Record<never, never>;
}

/** What a client and a cluster have in common. */
interface Commands extends Scripting {
  readonly isOpen: boolean;
  withCommandOptions(options: CommandOptions): Scripting;
  on(event: "error", listener: (error: Error) => void): unknown;
  off(event: "error", listener: (error: Error) => void): unknown;
}

/** A connection of its own, made by `duplicate()`. */
export interface RedisConnection {
  connect(): Promise<unknown>;
  subscribe(channel: string, listener: (message: string, channel: string) => unknown): Promise<unknown>;
  ping(): Promise<unknown>;
  on(event: "error" | "end", listener: (error?: Error) => void): unknown;
  destroy(): void;
}

/** What `createClient()` of `redis` gives. */
export interface RedisSingleClient extends Commands {
  /** No client of `createSentinel()`: it does not say when it lost the connection on which changes are heard. */
  readonly getSentinelNode?: never;
  duplicate(overrides?: object): RedisConnection;
}

/** What `createCluster()` of `redis` gives. */
export interface RedisClusterClient extends Commands {
  readonly masters: readonly object[];
  nodeClient(node: never): Promise<{ duplicate(overrides?: object): RedisConnection }>;
}

/** A connected client of the package `redis`, 5 or later: of `createClient()` or `createCluster()`. */
export type RedisStoreClient = RedisSingleClient | RedisClusterClient;

/** Runs scripts with the answers as they come, whatever the site's client maps them to. */
export const scripting = (client: RedisStoreClient, abortSignal: AbortSignal): Scripting =>
  client.withCommandOptions({ abortSignal, typeMapping: {} });

/**
 * Makes, and does not connect, one more connection. In a cluster it goes to one of the masters, whichever chance
 * says: each of them hears what is published anywhere, and the next try may meet one that works.
 */
export async function newConnection(client: RedisStoreClient): Promise<RedisConnection> {
  // A client-side cache would be shared, and be emptied with each trouble of this connection.
  const overrides = { clientSideCache: undefined, emitInvalidate: undefined };
  if (!("masters" in client)) return client.duplicate(overrides);
  const { masters } = client;
  const master = masters[Math.floor(Math.random() * masters.length)];
  if (!master) throw new Error("The cluster has no masters");
  return (await client.nodeClient(master as never)).duplicate(overrides);
}
