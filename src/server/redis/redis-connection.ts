import { storeError, within } from "./redis-errors.js";

/**
 * What the store uses of node-redis (the package `redis`, 5 or later), by shape. So a site's own client fits, whatever
 * its modules, its RESP version and its types, and the package is not needed where there is no Redis.
 */

interface Scripting {
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
}

/** What all clients have in common. */
interface Client extends Scripting {
  readonly isOpen: boolean;
  withCommandOptions(options: { abortSignal?: AbortSignal; typeMapping?: Record<never, never> }): Scripting;
  on(event: "error", listener: (error: Error) => void): unknown;
  off(event: "error", listener: (error: Error) => void): unknown;
}

type OnMessage = (message: string, channel: string) => unknown;

interface Connection {
  connect(): Promise<unknown>;
  subscribe(channel: string, onMessage: OnMessage): Promise<unknown>;
  on(event: "error", listener: (error: Error) => void): unknown;
  destroy(): void;
}

interface Node {
  duplicate(overrides?: object): Connection;
}

/** A client of `createClient()`. */
interface SingleClient extends Client, Node {
  readonly getSentinelNode?: never;
}

/** A client of `createCluster()`. */
export interface ClusterClient extends Client {
  readonly masters: readonly object[];
  nodeClient(node: never): Promise<Node>;
}

/** A client of `createSentinel()`. */
interface SentinelClient extends Client {
  getSentinelNode(): unknown;
  subscribe(channel: string, onMessage: OnMessage): Promise<unknown>;
  unsubscribe(channel: string, onMessage: never): Promise<unknown>;
  on(event: "error" | "topology-change", listener: (what: Error) => void): unknown;
  off(event: "error" | "topology-change", listener: (what: Error) => void): unknown;
}

/** A connected client of the package `redis`, 5 or later: of `createClient()`, `createCluster()` or `createSentinel()`. */
export type RedisStoreClient = SingleClient | ClusterClient | SentinelClient;

/** Connecting takes a while: names are looked up, TLS shakes hands. */
const openMs = 5000;

const ignore = (): void => undefined;

/**
 * Subscribes on a connection of its own, which reconnects and subscribes again by itself.
 *
 * @param onGap is called when messages may have been missed
 * @returns the function that ends the connection
 * @throws RedisStoreError
 */
export async function listen(
  client: RedisStoreClient,
  channel: string,
  onMessage: (message: string) => void,
  onGap: (why: unknown) => void,
): Promise<() => void> {
  const doing = `listening to "${channel}"`;
  let end: () => void = ignore;
  try {
    if (isSentinel(client)) {
      // A sentinel client keeps a connection for its subscriptions and moves it to the new master after a failover.
      const onMove = (): void => onGap(new Error("the master has changed"));
      client.on("error", onGap);
      client.on("topology-change", onMove);
      end = () => {
        client.off("error", onGap);
        client.off("topology-change", onMove);
        // A client that is closed would connect again.
        if (client.isOpen) client.unsubscribe(channel, onMessage as never).catch(ignore);
      };
      await within(openMs, doing, () => client.subscribe(channel, onMessage));
    } else {
      const node = await within(openMs, doing, () => nodeOf(client));
      // A client-side cache would be shared, and emptied whenever this connection is lost.
      const connection = node.duplicate({ clientSideCache: undefined, emitInvalidate: undefined });
      end = () => destroy(connection);
      connection.on("error", onGap);
      await within(openMs, doing, async () => {
        await connection.connect();
        await connection.subscribe(channel, onMessage);
      });
    }
  } catch (error) {
    end();
    throw storeError(doing, error);
  }
  return end;
}

const isSentinel = (client: RedisStoreClient): client is SentinelClient => "getSentinelNode" in client;

/**
 * The client itself. In a cluster, that of a random master: each master hears all messages, and the next attempt may
 * meet one that works.
 */
export async function nodeOf(client: SingleClient | ClusterClient): Promise<Node> {
  if (!("masters" in client)) return client;
  const { masters } = client;
  const master = masters[Math.floor(Math.random() * masters.length)];
  if (!master) throw new Error("The cluster has no masters");
  return client.nodeClient(master as never);
}

/** Some versions throw where there is nothing left to destroy. */
function destroy(connection: Connection): void {
  try {
    connection.destroy();
  } catch {
    // It is closed already.
  }
}
