import type { EventEmitter } from "node:events";
import type { RedisStoreOptions } from "onegini-otp-login/redis";
import {
  commandOptions,
  connectionOptions,
  connectRedis,
  firstConnection,
  loadRedis,
  openClient,
  packageProblem,
  redisProblem,
  redisProblemAt,
  withoutUser,
  type RedisTls,
} from "../../process/connect-redis.js";
import type { Settings } from "../../settings/setting-list.js";

/** One Redis, the one that Sentinels name, or a cluster, as the settings say. */
interface RedisPlace {
  /** Connects once. It reconnects, and follows a failover or a resharding, by itself. */
  connect: () => Promise<RedisConnection>;
  /** One sentence about why it cannot be used, without a password. */
  problem: (error: unknown) => string;
}

export interface RedisConnection {
  client: RedisStoreOptions["client"];
  /** The servers that take writes, as far as they are known now: one, or several of a cluster. */
  masters: () => readonly Master[];
  destroy: () => void;
}

export interface Master {
  /** `host:port`, as a cluster's `MOVED` names it. */
  address: string;
  /** Runs a command on the connection that all use. */
  command: Command;
  /** Opens a further connection. */
  open: () => Promise<MasterConnection>;
}

/** A connection that never becomes another one: it does not reconnect. */
export interface MasterConnection {
  readonly isReady: boolean;
  command: Command;
  evaluate: (script: string, key: string, args: readonly string[]) => Promise<unknown>;
  destroy: () => void;
}

type Command = (...words: string[]) => Promise<unknown>;

/** The settings that say where Redis is. */
export type RedisSettings = Pick<
  Settings,
  "redis-url" | "redis-sentinels" | "redis-master" | "redis-cluster"
>;

/** The secrets of Redis that are in use, which may change. */
type RedisSecrets = Pick<Settings, "redis-url" | "redis-sentinels">;

/**
 * Undefined: attempts are in the kit's memory.
 *
 * @param tls certificates for `rediss:`, which may change
 */
export function redisPlace(
  settings: RedisSettings,
  current: () => RedisSecrets,
  tls: RedisTls = {},
): RedisPlace | undefined {
  const { "redis-sentinels": sentinels, "redis-master": master, "redis-cluster": nodes } = settings;
  if (sentinels !== undefined && master !== undefined)
    return sentinelPlace(sentinels, master, settings, current, tls);
  if (nodes !== undefined) return clusterPlace(nodes, settings, current, tls);
  const { "redis-url": url } = settings;
  return url === undefined ? undefined : singlePlace(url, () => current()["redis-url"] ?? url, tls);
}

/** Whether processes share their attempts. */
export const isShared = (settings: RedisSettings): boolean =>
  redisPlace(settings, () => settings) !== undefined;

const singlePlace = (url: string, currentUrl: () => string, tls: RedisTls): RedisPlace => ({
  async connect() {
    const connection = await connectRedis(url, "serve", currentUrl, tls);
    if (connection.kind === "unreachable") throw connection.error;
    const { client } = connection;
    const { host: address } = new URL(url);
    const command: Command = (...words) => client.sendCommand(words);
    const open = () =>
      openMaster({ url: withoutUser(url), ...connectionOptions(currentUrl, () => false, tls) });
    return { client, masters: () => [{ address, command, open }], destroy: () => client.destroy() };
  },
  problem: (error) => redisProblem(url, error, "serve"),
});

async function openMaster(options: Parameters<typeof openClient>[0]): Promise<MasterConnection> {
  const client = await openClient(options);
  return {
    get isReady() {
      return client.isReady;
    },
    command: (...words) => client.sendCommand(words),
    evaluate: (script, key, args) => client.eval(script, { keys: [key], arguments: [...args] }),
    destroy() {
      // One that is closed already throws.
      if (client.isOpen) client.destroy();
    },
  };
}

/** The options of each connection in a group. `redis-url` says whether it is by TLS; its host is not used. */
const groupOptions = (
  { "redis-url": url }: RedisSettings,
  currentUrl: () => string | undefined,
  wasConnected: () => boolean,
  tls: RedisTls,
) => {
  const { socket, ...options } = connectionOptions(currentUrl, wasConnected, tls);
  const isTls = url?.startsWith("rediss:") === true;
  return { ...options, socket: { ...socket, ...(isTls && { tls: true as const }) } };
};

/** The database in `redis-url`. */
const databaseIn = ({ "redis-url": url }: RedisSettings): number =>
  url === undefined ? 0 : Number(new URL(url).pathname.slice(1));

/** An address of a list. Redis itself listens at 6379, a Sentinel at 26379. */
function hostAndPort(address: string, defaultPort: number): { host: string; port: number } {
  const { hostname, port } = new URL(`redis://${address}`);
  return { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || defaultPort) };
}

function sentinelPlace(
  sentinels: readonly string[],
  master: string,
  settings: RedisSettings,
  current: () => RedisSecrets,
  tls: RedisTls,
): RedisPlace {
  const rootNodes = sentinels.map((sentinel) => hostAndPort(sentinel, 26_379));
  const sentinelUrl = () => `redis://${(current()["redis-sentinels"] ?? sentinels)[0]}`;
  return groupPlace(`the Sentinels ${namesOf(rootNodes)}`, async (wasConnected) => {
    const { createSentinel } = await loadRedis();
    const optionsOf = (wasConnected: () => boolean) => ({
      ...groupOptions(settings, () => current()["redis-url"], wasConnected, tls),
      database: databaseIn(settings),
    });
    const client = createSentinel({
      name: master,
      sentinelRootNodes: rootNodes,
      sentinelClientOptions: groupOptions(settings, sentinelUrl, wasConnected, tls),
      nodeClientOptions: optionsOf(wasConnected),
      commandOptions,
      // Else a wrong password of the master is said nowhere.
      passthroughClientErrorEvents: true,
    });
    const masters = (): Master[] => {
      const node = client.getMasterNode();
      if (!node) return [];
      return [
        masterAt(
          node,
          optionsOf(() => false),
          (...words) => client.sendCommand(false, words),
        ),
      ];
    };
    return { client, masters };
  });
}

function clusterPlace(
  nodes: readonly string[],
  settings: RedisSettings,
  current: () => RedisSecrets,
  tls: RedisTls,
): RedisPlace {
  const rootNodes = nodes.map((node) => hostAndPort(node, 6_379));
  return groupPlace(`the cluster ${namesOf(rootNodes)}`, async (wasConnected) => {
    const { createCluster } = await loadRedis();
    const optionsOf = (wasConnected: () => boolean) =>
      groupOptions(settings, () => current()["redis-url"], wasConnected, tls);
    const client = createCluster({
      rootNodes: rootNodes.map((socket) => ({ socket })),
      defaults: optionsOf(wasConnected),
      commandOptions,
    });
    const masters = (): Master[] =>
      client.masters.map((node) =>
        masterAt(
          node,
          optionsOf(() => false),
          async (...words) => (await client.nodeClient(node)).sendCommand(words),
        ),
      );
    return { client, masters };
  });
}

/** A master of a group, with the options of each connection in it. */
const masterAt = (
  { host, port }: { host: string; port: number },
  { socket, ...options }: ReturnType<typeof groupOptions>,
  command: Command,
): Master => ({
  address: `${host}:${port}`,
  command,
  open: () => openMaster({ ...options, socket: { ...socket, host, port } }),
});

const namesOf = (nodes: readonly { host: string; port: number }[]): string =>
  nodes.map(({ host, port }) => `${host}:${port}`).join(", ");

type GroupClient = RedisStoreOptions["client"] & {
  on: EventEmitter["on"];
  connect: () => Promise<unknown>;
  ping: () => Promise<unknown>;
  destroy: () => unknown;
};

function groupPlace(
  where: string,
  create: (
    wasConnected: () => boolean,
  ) => Promise<{ client: GroupClient; masters: RedisConnection["masters"] }>,
): RedisPlace {
  return {
    async connect() {
      let wasConnected = false;
      const { client, masters } = await create(() => wasConnected);
      const destroy = (): void => void Promise.resolve(client.destroy()).catch(() => undefined);
      // Why a server was of no use these clients say only here. Without a listener the process would end.
      let reason: Error | undefined;
      const note = (what: unknown): void => {
        if (!wasConnected && what instanceof Error) reason = what;
      };
      client.on("error", note);
      // Of a cluster's client: an error of one server.
      client.on("node-error", note);
      try {
        await firstConnection(client);
      } catch (error) {
        destroy();
        throw reason ?? error;
      }
      wasConnected = true;
      return { client, masters, destroy };
    },
    problem: (error) => packageProblem(error, "serve") ?? redisProblemAt(where, error),
  };
}
