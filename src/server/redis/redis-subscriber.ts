import type { RedisStoreClient } from "./redis-client.js";
import { rest, within } from "./redis-deadline.js";
import { RedisStoreError } from "./redis-errors.js";
import { openSession, type Session } from "./redis-session.js";

/** The longest rest between two tries to open a session again. */
const maxRestMs = 2000;

/** A session that lasted so long was a good one: the next try comes soon. */
const goodMs = 5000;

/** What a subscriber needs to know, and whom it tells. */
export interface SubscriberParts {
  client: RedisStoreClient;
  channel: string;
  /** How often the connection is asked for a sign of life, and how long that, or waiting for a new one, may take. */
  timeoutMs: number;
  onMessage: (message: string) => void;
  /** A session was lost. */
  onLost: (why: Error) => void;
  /** There is a session again. What was published in between was not heard. */
  onBack: () => void;
}

/** Listens to the channel on a connection of its own, for good: when one is lost it opens another. */
export class RedisSubscriber {
  readonly #parts: SubscriberParts;
  #session: Session;
  #isLive = true;
  #isClosed = false;
  /** Who waits for the next session. */
  readonly #waiting = new Set<() => void>();

  private constructor(parts: SubscriberParts, session: Session) {
    this.#parts = parts;
    this.#session = session;
    void this.#run();
  }

  /** @throws RedisStoreError if the first session cannot be opened */
  static async open(parts: SubscriberParts): Promise<RedisSubscriber> {
    return new RedisSubscriber(parts, await newSession(parts));
  }

  /** Resolves when there is a session; rejects if there is none for too long. */
  async live(): Promise<void> {
    if (this.#isClosed) throw closedError();
    if (this.#isLive) return;
    let go = (): void => undefined;
    const session = new Promise<void>((resolve) => (go = resolve));
    this.#waiting.add(go);
    try {
      await within(
        this.#parts.timeoutMs,
        "waiting for the connection on which changes are heard",
        () => session,
      );
    } finally {
      this.#waiting.delete(go);
    }
    if (this.#isClosed) throw closedError();
  }

  close(): void {
    this.#isClosed = true;
    this.#session.end();
    this.#release();
  }

  async #run(): Promise<void> {
    let tries = 0;
    while (!this.#isClosed) {
      const openedAt = performance.now();
      const why = await this.#session.ended;
      this.#isLive = false;
      if (this.#isClosed) return;
      this.#parts.onLost(why);
      tries = performance.now() - openedAt < goodMs ? tries + 1 : 0;
      const session = await this.#reopen(tries);
      if (!session) return;
      this.#session = session;
      this.#isLive = true;
      this.#release();
      this.#parts.onBack();
    }
  }

  /** Tries until it succeeds, ever more slowly, and at moments of chance: other servers have lost theirs too. */
  async #reopen(triesBefore: number): Promise<Session | undefined> {
    for (let tries = triesBefore; !this.#isClosed; tries++) {
      await rest((0.5 + Math.random() / 2) * Math.min(maxRestMs, 50 * 2 ** tries));
      if (this.#isClosed) return undefined;
      const session = await newSession(this.#parts).catch(() => undefined);
      if (session && this.#isClosed) session.end();
      else if (session) return session;
    }
    return undefined;
  }

  #release(): void {
    for (const go of this.#waiting) go();
  }
}

const newSession = ({ client, channel, onMessage, timeoutMs }: SubscriberParts): Promise<Session> =>
  openSession(client, channel, onMessage, timeoutMs);

/** What a closed store rejects with. */
export const closedError = (): RedisStoreError => new RedisStoreError("closed", "The Redis store was closed");
