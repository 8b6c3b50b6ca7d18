import { AttemptListeners } from "../attempt/attempt-listeners.js";
import { RedisStoreError, within } from "./redis-errors.js";

/** How often a probe is published until it is heard. */
const probeMs = 250;

/** The connection is replaced when probes can be published but none was heard for so long. */
const silenceMs = 3000;

/** All listeners are called within this time, at random, because other servers call theirs too. */
const spreadMs = 1000;

/** They are called at most this often, because all of them read: too much for a Redis in trouble. */
const pauseMs = 5000;

export interface SubscriberParts {
  /** Opens the connection and subscribes. Returns the function that ends it. */
  listen(onMessage: (message: string) => void, onGap: (why: unknown) => void): Promise<() => void>;
  publish(message: string): Promise<unknown>;
  /** How often the connection is checked, and how long a new listener may wait for it. */
  timeoutMs: number;
  /** Is called when the connection is lost. */
  onLost(why: unknown): void;
}

/**
 * Calls the listeners of an attempt when its id is published, on one connection for all of them. The client reconnects
 * by itself, but that of a cluster or a sentinel does not say when it is done. So after a gap this class publishes a
 * probe until it hears it: then the connection is live again, Redis works, and all listeners are called once.
 */
export class RedisSubscriber {
  readonly #parts: SubscriberParts;
  readonly #listeners = new AttemptListeners();
  readonly #name = crypto.randomUUID();
  readonly #checks: unknown;
  #waiting = deferred();
  #end: (() => void) | undefined;
  #gaps = 0;
  #isLive = false;
  #isInDoubt = true;
  #isProbing = false;
  #isHeard = true;
  #isClosed = false;
  #call: unknown;
  #calledAt = -Infinity;

  private constructor(parts: SubscriberParts) {
    this.#parts = parts;
    this.#checks = letGo(setInterval(() => this.#check(), parts.timeoutMs));
  }

  /** @throws RedisStoreError if it cannot listen or publish */
  static async open(parts: SubscriberParts): Promise<RedisSubscriber> {
    const subscriber = new RedisSubscriber(parts);
    try {
      await subscriber.#connect();
      await parts.publish(subscriber.#probe);
      void subscriber.#probeUntilHeard();
      await subscriber.#live();
    } catch (error) {
      subscriber.close();
      throw error;
    }
    return subscriber;
  }

  /** See `AttemptStore.subscribe`. */
  async subscribe(id: string, listener: () => void): Promise<() => void> {
    const unsubscribe = this.#listeners.add(id, listener);
    try {
      await this.#live();
    } catch (error) {
      unsubscribe();
      throw error;
    }
    return unsubscribe;
  }

  /** Calls all listeners as soon as Redis works: they have missed a message, or read in vain. */
  callAll(): void {
    this.#gaps += 1;
    this.#isInDoubt = true;
    void this.#probeUntilHeard();
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
    const doing = "waiting for the connection on which changes are heard";
    if (!this.#isLive) await within(this.#parts.timeoutMs, doing, () => this.#waiting.promise);
    if (this.#isClosed) throw new RedisStoreError("closed", "The Redis store was closed");
  }

  async #connect(): Promise<void> {
    this.#end?.();
    this.#end = undefined;
    const end = await this.#parts.listen(
      (message) => this.#hear(message),
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
      this.#parts.onLost(why);
    }
    this.callAll();
  }

  /** A probe that was published before the last gap does not count. */
  get #probe(): string {
    return `${this.#name}:${this.#gaps}`;
  }

  async #probeUntilHeard(): Promise<void> {
    if (this.#isProbing) return;
    this.#isProbing = true;
    let silentSince = performance.now();
    while (this.#isInDoubt && !this.#isClosed) {
      try {
        if (!this.#end || performance.now() > silentSince + silenceMs) {
          this.#lose(new Error("nothing is heard"));
          await this.#connect();
          silentSince = performance.now();
        }
        await this.#parts.publish(this.#probe);
      } catch {
        // Redis does not work: the connection is not to blame.
        silentSince = performance.now();
      }
      await rest(probeMs * (0.5 + Math.random()));
    }
    this.#isProbing = false;
  }

  #hear(message: string): void {
    this.#isHeard = true;
    if (message !== this.#probe) return this.#listeners.call(message);
    if (!this.#isInDoubt) return;
    this.#isInDoubt = false;
    this.#isLive = true;
    this.#waiting.resolve();
    if (this.#listeners.isEmpty) return;
    const delayMs = Math.max(Math.random() * spreadMs, this.#calledAt + pauseMs - performance.now());
    this.#call ??= letGo(
      setTimeout(() => {
        this.#call = undefined;
        this.#calledAt = performance.now();
        this.#listeners.callAll();
      }, delayMs),
    );
  }

  /** Notices a connection that is dead without a word. */
  #check(): void {
    if (this.#isInDoubt) return;
    if (!this.#isHeard) return this.callAll();
    this.#isHeard = false;
    this.#parts.publish("").catch(() => undefined);
  }
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}

const rest = (ms: number): Promise<void> => new Promise((resolve) => letGo(setTimeout(resolve, ms)));

/** Lets a process end although a timer runs, where timers are objects (Node). */
export function letGo<Timer>(timer: Timer): Timer {
  (timer as { unref?: () => void }).unref?.();
  return timer;
}
