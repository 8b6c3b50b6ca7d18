import { storeError, withDeadline } from "./redis-errors.js";
import type {
  ClusterClient,
  Connection,
  Node,
  RedisStoreClient,
  SentinelClient,
  SingleClient,
} from "./redis-options.js";

/** Longer than a command may take, because connecting includes DNS and TLS. */
const openMs = 5000;

const ignore = (): void => undefined;

/**
 * Opens a connection of the store's own and subscribes to the channel. It reconnects and subscribes again by itself.
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
  const operation = `subscribing to "${channel}"`;
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
      await withDeadline(openMs, operation, () => client.subscribe(channel, onMessage));
    } else {
      const node = await withDeadline(openMs, operation, () => nodeOf(client));
      // A client-side cache would be shared with the site's client, and emptied whenever this connection is lost.
      const connection = node.duplicate({ clientSideCache: undefined, emitInvalidate: undefined });
      end = () => {
        // If it is connecting again at this moment, it gets its socket only later.
        connection.once("ready", () => destroy(connection));
        destroy(connection);
      };
      connection.on("error", onGap);
      await withDeadline(openMs, operation, async () => {
        await connection.connect();
        await connection.subscribe(channel, onMessage);
      });
    }
  } catch (error) {
    end();
    throw storeError(operation, error);
  }
  return end;
}

const isSentinel = (client: RedisStoreClient): client is SentinelClient => "getSentinelNode" in client;

/**
 * The client itself; in a cluster, the client of a random master. Each master passes on all messages, and if this one
 * does not work, the next try may choose another.
 */
export async function nodeOf(client: SingleClient | ClusterClient): Promise<Node> {
  if (!("masters" in client)) return client;
  const { masters } = client;
  const master = masters[Math.floor(Math.random() * masters.length)];
  if (!master) throw new Error("The cluster has no masters");
  return client.nodeClient(master as never);
}

/** Some versions of the client throw if the connection is closed already. */
function destroy(connection: Connection): void {
  try {
    connection.destroy();
  } catch {
    // It is closed.
  }
}
