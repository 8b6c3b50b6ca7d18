import { defaultNetwork, type Network } from "./playground-choices.js";

/** One browser's playground: its network, and the newest code that was sent through it. */
export class PlaygroundSession {
  #network = defaultNetwork;
  readonly #listeners = new Set<() => void>();
  /** The code that the built-in phone scans. */
  otp: string | undefined;

  get network(): Network {
    return this.#network;
  }

  set network(network: Network) {
    this.#network = network;
    for (const listener of [...this.#listeners]) listener();
  }

  /** Calls `listener` after each change. Returns a function that removes it. */
  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves at the next change, or when `signal` aborts. */
  changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        stop();
        signal.removeEventListener("abort", done);
        resolve();
      };
      const stop = this.watch(done);
      signal.addEventListener("abort", done);
      if (signal.aborted) done();
    });
  }
}

/** Beyond this many, the oldest session is removed. */
const maxSessions = 1_000;

/** The sessions by their browser's cookie. */
export class PlaygroundSessions {
  readonly #sessions = new Map<string, PlaygroundSession>();

  find(key: string | undefined): PlaygroundSession | undefined {
    return key === undefined ? undefined : this.#sessions.get(key);
  }

  open(key: string): PlaygroundSession {
    const session = new PlaygroundSession();
    this.#sessions.set(key, session);
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > maxSessions && oldest !== undefined) this.#sessions.delete(oldest);
    return session;
  }
}
