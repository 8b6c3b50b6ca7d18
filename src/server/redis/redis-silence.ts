import type { RedisStoreClient, SingleClient } from "./redis-options.js";

/**
 * Tells when a connection must be left alone, because it does not answer. The client's `socketTimeout` counts from the last
 * write, so a client that is given one command after the other never notices that its server has vanished.
 */
export class Silence {
  readonly #client: Pick<SingleClient, "on" | "off">;
  readonly #quietMs: number;
  #answeredAt = -Infinity;
  #quietUntil = -Infinity;

  /** @param quietMs how long the client may need to notice that its connection is dead */
  constructor(client: Pick<SingleClient, "on" | "off">, quietMs: number) {
    this.#client = client;
    this.#quietMs = quietMs;
    client.on("ready", this.end);
  }

  close(): void {
    this.#client.off("ready", this.end);
  }

  /** Whether no command may be sent. */
  get isQuiet(): boolean {
    return performance.now() < this.#quietUntil;
  }

  /** A command was answered, also too late, or the client has connected again. */
  readonly end = (): void => {
    this.#answeredAt = performance.now();
    this.#quietUntil = -Infinity;
  };

  /** A command was not answered in time. It counts if no other was answered either since it was sent. */
  timedOut(sentAt: number): void {
    if (this.#answeredAt < sentAt && !this.isQuiet) this.#quietUntil = performance.now() + this.#quietMs;
  }
}

/** Longer than the client needs to notice: a ping of its own may be written in that time. */
const marginMs = 500;

/** Undefined for a client that would not notice, and for one of a cluster or a sentinel, which has many connections. */
export function silenceOf(client: RedisStoreClient): Silence | undefined {
  if (!("options" in client)) return undefined;
  const { socket, pingInterval = 0 } = client.options ?? {};
  const { socketTimeout = 0 } = (socket ?? {}) as { socketTimeout?: number };
  return socketTimeout > 0 ? new Silence(client, socketTimeout + pingInterval + marginMs) : undefined;
}
