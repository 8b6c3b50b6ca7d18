import { AttemptListeners } from "../store/attempt-listeners.js";
import type { AttemptListener } from "../store/attempt-store.js";
import { unref } from "../runtime.js";
import { RedisStoreError, withDeadline } from "./redis-errors.js";

/** How often a probe is published until one is received. */
const probeMs = 250;

/** The connection is replaced if probes are published but none is received for this long. */
const silenceMs = 3000;

/** All listeners are called after a random delay of at most this long, so that servers do not all read at one moment. */
const spreadMs = 1000;

/** They are called at most once in this time: each call makes all of them read, which may be too much for a failing Redis. */
const pauseMs = 3000;

/** The connection that all listeners share, as the store gives it. */
interface PubSub {
  /** Opens the connection and subscribes. Returns the function that ends it. */
  listen(onMessage: (message: string) => void, onGap: (why: unknown) => void): Promise<() => void>;
  publish(message: string): Promise<unknown>;
  /** How often the connection is checked, and how long a new listener may wait for it. */
  timeoutMs: number;
  /** The store's clock, in milliseconds since the epoch. */
  now(): number;
  /** Is called when the connection is lost. */
  onLost(why: unknown): void;
}

/**
 * Calls the listeners of an attempt when its id is published. All of them share one Pub/Sub connection. The client
 * reconnects by itself, but the client of a cluster or a sentinel does not tell when it has. So after a gap this class
 * publishes probes until it receives one: then the connection works again, and all listeners are called once.
 */
export class RedisSubscriber {
  readonly #pubSub: PubSub;
  readonly #listeners = new AttemptListeners();
  readonly #liveListeners = new Set<() => void>();
  readonly #name = crypto.randomUUID();
  readonly #checks: unknown;
  #waiting = deferred();
  #end: (() => void) | undefined;
  #gaps = 0;
  /** When Redis or the connection did not work last. */
  #lostAt = -Infinity;
  #isLive = false;
  #isInDoubt = true;
  #isProbing = false;
  #hasReceived = true;
  #isClosed = false;
  #call: unknown;
  #calledAt = -Infinity;

  private constructor(pubSub: PubSub) {
    this.#pubSub = pubSub;
    this.#checks = unref(setInterval(() => this.#check(), pubSub.timeoutMs));
  }

  /** @throws RedisStoreError if it cannot listen or publish */
  static async open(pubSub: PubSub): Promise<RedisSubscriber> {
    const subscriber = new RedisSubscriber(pubSub);
    try {
      await subscriber.#connect();
      await pubSub.publish(subscriber.#probe);
      void subscriber.#probeUntilReceived();
      await subscriber.#live();
    } catch (error) {
      subscriber.close();
      throw error;
    }
    return subscriber;
  }

  /** See `AttemptStore.subscribe`. */
  async subscribe(id: string, listener: AttemptListener): Promise<() => void> {
    const unsubscribe = this.#listeners.add(id, listener);
    try {
      await this.#live();
    } catch (error) {
      unsubscribe();
      throw error;
    }
    return unsubscribe;
  }

  /** Calls `listener` in the moment in which the connection works again. Only for what a process reads once. */
  onLive(listener: () => void): () => void {
    this.#liveListeners.add(listener);
    return () => this.#liveListeners.delete(listener);
  }

  /** Calls all listeners as soon as Redis works, because they may have missed a message or failed to read. */
  callAll(): void {
    this.#gaps += 1;
    this.#lostAt = this.#pubSub.now();
    this.#isInDoubt = true;
    void this.#probeUntilReceived();
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#checks as number);
    clearTimeout(this.#call as number);
    this.#end?.();
    this.#waiting.resolve();
  }

  /** Resolves when the connection is live; rejects if that takes too long. */
  async #live(): Promise<void> {
    const operation = "waiting for the Pub/Sub connection";
    if (!this.#isLive) await withDeadline(this.#pubSub.timeoutMs, operation, () => this.#waiting.promise);
    if (this.#isClosed) throw new RedisStoreError("closed", "The Redis store was closed");
  }

  async #connect(): Promise<void> {
    this.#end?.();
    this.#end = undefined;
    const end = await this.#pubSub.listen(
      (message) => this.#receive(message),
      (why) => this.#lose(why),
    );
    if (this.#isClosed) end();
    else this.#end = end;
  }

  #lose(why: unknown): void {
    if (this.#isClosed) return;
    if (this.#isLive) {
      this.#isLive = false;
      this.#waiting = deferred();
      this.#pubSub.onLost(why);
    }
    this.callAll();
  }

  /** A probe that was published before the last gap does not count. */
  get #probe(): string {
    return `${this.#name}:${this.#gaps}`;
  }

  async #probeUntilReceived(): Promise<void> {
    if (this.#isProbing) return;
    this.#isProbing = true;
    let silentSince = performance.now();
    while (this.#isInDoubt && !this.#isClosed) {
      try {
        if (!this.#end || performance.now() > silentSince + silenceMs) {
          this.#lose(new Error("no messages are received"));
          await this.#connect();
          silentSince = performance.now();
        }
        await this.#pubSub.publish(this.#probe);
      } catch {
        // Redis itself does not work, so the connection is not replaced.
        silentSince = performance.now();
      }
      await pause(probeMs * (0.5 + Math.random()));
    }
    this.#isProbing = false;
  }

  #receive(message: string): void {
    this.#hasReceived = true;
    if (message !== this.#probe) return this.#listeners.call(message);
    if (!this.#isInDoubt) return;
    this.#isInDoubt = false;
    this.#isLive = true;
    this.#waiting.resolve();
    for (const listener of this.#liveListeners) listener();
    if (this.#listeners.isEmpty) return;
    const delayMs = Math.max(Math.random() * spreadMs, this.#calledAt + pauseMs - performance.now());
    this.#call ??= unref(
      setTimeout(() => {
        this.#call = undefined;
        this.#calledAt = performance.now();
        this.#listeners.callAll(this.#lostAt);
      }, delayMs),
    );
  }

  /** Notices a connection that died without an error. */
  #check(): void {
    if (this.#isInDoubt) return;
    if (!this.#hasReceived) return this.callAll();
    this.#hasReceived = false;
    this.#pubSub.publish("").catch(() => undefined);
  }
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => unref(setTimeout(resolve, ms)));
