import * as v from "valibot";
import { checkedOptions } from "../checked-options.js";
import { defaultPrefix } from "../defaults/redis-prefix.js";
import type { RedisStoreError } from "./redis-errors.js";

/*
 * The shape of the clients of the package `redis`, 5 or later, as far as the store uses them. A shape fits a client with
 * any modules, RESP version and types, and sites without Redis do not need the package.
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

export interface Connection {
  connect(): Promise<unknown>;
  subscribe(channel: string, onMessage: OnMessage): Promise<unknown>;
  on(event: "error", listener: (error: Error) => void): unknown;
  once(event: "ready", listener: () => void): unknown;
  destroy(): void;
}

export interface Node {
  duplicate(overrides?: object): Connection;
}

/** A client of `createClient()`. */
export interface SingleClient extends Client, Node {
  readonly getSentinelNode?: never;
  readonly options?: { readonly socket?: object; readonly pingInterval?: number };
  on(event: "error" | "ready", listener: (error: Error) => void): unknown;
  off(event: "error" | "ready", listener: (error: Error) => void): unknown;
}

/** A client of `createCluster()`. */
export interface ClusterClient extends Client {
  readonly masters: readonly object[];
  nodeClient(node: never): Promise<Node>;
}

/** A client of `createSentinel()`. */
export interface SentinelClient extends Client {
  getSentinelNode(): unknown;
  subscribe(channel: string, onMessage: OnMessage): Promise<unknown>;
  unsubscribe(channel: string, onMessage: never): Promise<unknown>;
  on(event: "error" | "topology-change", listener: (error: Error) => void): unknown;
  off(event: "error" | "topology-change", listener: (error: Error) => void): unknown;
}

/** A connected client of the package `redis`, 5 or later: of `createClient()`, `createCluster()` or `createSentinel()`. */
export type RedisStoreClient = SingleClient | ClusterClient | SentinelClient;

/** The options of `redisStore`. */
export interface RedisStoreOptions {
  /**
   * The site's own connected client of the package `redis`, 5 or later: of `createClient()`, `createCluster()` or
   * `createSentinel()`. The store opens one more connection, and closes only that.
   */
  client: RedisStoreClient;
  /**
   * The beginning of each key and of the channel. Default `onegini-otp-login:`. Each site and stage that shares a Redis
   * needs its own.
   */
  prefix?: string;
  /** Seconds that a command may take before it rejects. Default 2. */
  commandSeconds?: number;
  /**
   * Is called when the store's own connection is lost. It comes back by itself. Default: a line on the console.
   */
  onError?: (error: RedisStoreError) => void;
}

const expected = 'client of the package "redis", 5 or later';

const client = v.custom<RedisStoreClient>(
  (value) => {
    if (typeof value !== "object" || value === null) return false;
    const own = "masters" in value ? "nodeClient" : "getSentinelNode" in value ? "unsubscribe" : "duplicate";
    const methods = ["eval", "withCommandOptions", "subscribe", "on", "off", own];
    return methods.every((name) => typeof (value as Record<string, unknown>)[name] === "function");
  },
  ({ input }) =>
    input === undefined
      ? `a connected ${expected}`
      : `a ${expected}: createClient(), createCluster() or createSentinel()`,
);

const connected = v.pipe(
  client,
  v.check(({ isOpen }) => isOpen, "a connected client: await client.connect() first"),
);

const prefix = v.pipe(v.string("a string, not empty"), v.nonEmpty("a string, not empty"));

const seconds = (() => {
  const expected = "a number of seconds, more than 0 and at most 60";
  return v.pipe(v.number(expected), v.gtValue(0, expected), v.maxValue(60, expected));
})();

const onError = v.custom<(error: RedisStoreError) => void>(
  (value) => typeof value === "function",
  "a function",
);

const options = v.strictObject(
  {
    client: connected,
    prefix: v.optional(prefix, defaultPrefix),
    commandSeconds: v.optional(seconds, 2),
    onError: v.optional(
      onError,
      () => (error: RedisStoreError) => console.warn(`warn onegini-otp-login: ${error.message}`),
    ),
  },
  "an object with client",
);

/** The options, complete. @throws TypeError that names the option that is missing, empty, wrong or unknown */
export const parseRedisOptions = (value: unknown): v.InferOutput<typeof options> =>
  checkedOptions("redisStore", options, value);
