import type { RedisStoreClient, SingleClient } from "./redis-options.js";

/**
 * Opens while a connection does not answer, so that no command is sent. The client's `socketTimeout` counts from the last write,
 * so a client that is given one command after the other never notices that its server has vanished.
 */
export class CircuitBreaker {
  readonly #client: Pick<SingleClient, "on" | "off">;
  readonly #openMs: number;
  #answeredAt = -Infinity;
  #openUntil = -Infinity;

  /** @param openMs how long the client may need to notice that its connection is dead */
  constructor(client: Pick<SingleClient, "on" | "off">, openMs: number) {
    this.#client = client;
    this.#openMs = openMs;
    client.on("ready", this.succeeded);
  }

  dispose(): void {
    this.#client.off("ready", this.succeeded);
  }

  /** Whether no command may be sent. */
  get isOpen(): boolean {
    return performance.now() < this.#openUntil;
  }

  /** A command was answered, also too late, or the client has connected again. */
  readonly succeeded = (): void => {
    this.#answeredAt = performance.now();
    this.#openUntil = -Infinity;
  };

  /** A command was not answered in time. It counts if no other was answered either since it was sent. */
  timedOut(sentAt: number): void {
    if (this.#answeredAt < sentAt && !this.isOpen) this.#openUntil = performance.now() + this.#openMs;
  }
}

/** Longer than the client needs to notice: a ping of its own may be written in that time. */
const marginMs = 500;

/** Undefined for a client that would not notice, and for one of a cluster or a sentinel, which has many connections. */
export function circuitBreakerFor(client: RedisStoreClient): CircuitBreaker | undefined {
  if (!("options" in client)) return undefined;
  const { socket, pingInterval = 0 } = client.options ?? {};
  const { socketTimeout = 0 } = (socket ?? {}) as { socketTimeout?: number };
  return socketTimeout > 0 ? new CircuitBreaker(client, socketTimeout + pingInterval + marginMs) : undefined;
}
