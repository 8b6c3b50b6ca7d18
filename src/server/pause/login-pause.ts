import type { Pause, PauseSwitch } from "../store/pause-switch.js";
import {
  isNewer,
  nextRegister,
  nothingSaid,
  parseRegister,
  pauseOf,
  speakerOf,
  type Speaker,
  type Word,
} from "./pause-register.js";
import { StoreUnavailable, type StoreGuard } from "../store/store-guard.js";
import type { Core } from "../core.js";
import { loginPaused } from "../http/api-error.js";
import { randomShare } from "../runtime.js";
import type { PauseOptions, ResumeOptions } from "../login-kit.js";
import { isOnThisServer, parsePause, parseResume } from "./pause-options.js";

/**
 * `kit.pause` and `kit.resume` reject with it: the store has a pause that this version cannot read. It pauses the logins, and is
 * not written over, because a newer version may have written it.
 */
class UnreadablePause extends Error {
  override readonly name = "UnreadablePause";
}

/** A paused page asks again after this time at the latest, because logins may go on before `until`. */
const askAgainSeconds = 30;

/** At random so much later, because all pages would ask in the moment in which a pause ends. */
const spreadSeconds = 10;

/** After a subscription that failed, the next start or check after this time tries again. */
const retryMs = 1000;

/** How often a shared store is read again: nobody tells that it was emptied or replaced by an older copy. */
const rereadMs = 30_000;

/** Each try fails only because another server has written at that moment. */
const maxTries = 20;

const ignore = (): void => undefined;

/** After a server found no word in the store, first starts wait so long for the others to write what they know. */
const objectionMs = 500;

/**
 * Whether the site's logins are paused. This server follows the store from the first start on, and keeps the newest that it has
 * heard. Where the store has lost that, it writes it back.
 */
export class LoginPause {
  readonly #core: Pick<Core, "config" | "report" | "runtime">;
  readonly #store: StoreGuard;
  /** Undefined: the store is shared, and has none. */
  readonly #switch: PauseSwitch | undefined;
  #newest = nothingSaid;
  /** Who has paused this server alone, and why. */
  #own: Speaker | undefined;
  #isUnreadable = false;
  /** Whether this server and the store had the same at least once. */
  #hasAgreed = false;
  #reported: Pause | undefined;
  /** The newest word when that was reported. */
  #reportedVersion = 0;
  #following: Promise<void> | undefined;
  #isFollowing = false;
  #retryAt = -Infinity;
  #isClosed = false;
  #lastTurn: Promise<unknown> = Promise.resolve();
  #dueReading: Promise<void> | undefined;
  #unsubscribe = ignore;
  #cancelEnd = ignore;
  #cancelReading = ignore;

  constructor(core: Pick<Core, "config" | "report" | "runtime">, store: StoreGuard) {
    this.#core = core;
    this.#store = store;
    this.#switch = store.pauseSwitch();
  }

  /**
   * Lets a start or a renewal pass.
   *
   * @throws ApiError 503 while logins are paused
   * @throws StoreUnavailable if the store could not be read yet, because it may have a pause
   */
  async check(): Promise<void> {
    // A pause of this server alone needs no store.
    if (!this.#own) await this.follow();
    const { present } = this;
    if (!present) {
      if (!this.isKnown) throw new StoreUnavailable(undefined);
      return;
    }
    const { runtime } = this.#core;
    const left = present.until === undefined ? Infinity : (present.until - runtime.now()) / 1000;
    throw loginPaused(
      Math.ceil(Math.min(left, askAgainSeconds) + randomShare(runtime) * spreadSeconds),
      left,
    );
  }

  /** Whether the store was read once; if not, it may have a pause. */
  get isKnown(): boolean {
    return !this.#switch || this.#hasAgreed || this.#isClosed;
  }

  /** The pause, while there is one. */
  get present(): Pause | undefined {
    if (this.#own) return { ...this.#own, onThisServer: true };
    return this.#isUnreadable ? {} : pauseOf(this.#newest, this.#core.runtime.now());
  }

  /** See `LoginKit.pause`. */
  async pause(options: PauseOptions | undefined): Promise<void> {
    const pause = parsePause(options, this.#core.runtime.now());
    if (!isOnThisServer("pause", options)) return this.#say("pause", { paused: true, ...pause });
    this.#own = pause;
    this.#tell();
  }

  /** See `LoginKit.resume`. */
  async resume(options: ResumeOptions | undefined): Promise<void> {
    const speaker = parseResume(options);
    if (!isOnThisServer("resume", options)) return this.#say("resume", { paused: false, ...speaker });
    if (!this.#own) return;
    this.#own = undefined;
    this.#tell(speaker);
  }

  close(): void {
    this.#isClosed = true;
    this.#unsubscribe();
    this.#cancelEnd();
    this.#cancelReading();
  }

  /** Subscribes to the store, once, so that no start has to read it. Never rejects: `StoreGuard` reports a failure. */
  async follow(): Promise<void> {
    const { runtime } = this.#core;
    if (!this.#switch || this.#isFollowing || this.#isClosed || runtime.now() < this.#retryAt) return;
    this.#following ??= this.#subscribe(this.#switch);
    await this.#following;
  }

  async #subscribe(to: PauseSwitch): Promise<void> {
    try {
      this.#unsubscribe = await to.subscribe(() => void this.#read(to).catch(ignore));
      await this.#read(to);
      await this.#objections();
      this.#isFollowing = true;
      this.#readLater(to);
      if (this.#isClosed) this.close();
    } catch {
      this.#unsubscribe();
      this.#retryAt = this.#core.runtime.now() + retryMs;
    }
    this.#following = undefined;
  }

  /** A store that was emptied holds no pause although there is one: the servers that have heard it write it back at once. */
  async #objections(): Promise<void> {
    const { runtime } = this.#core;
    const { version, since = -Infinity } = this.#newest;
    const leftMs = Math.min(objectionMs, since + objectionMs - runtime.now());
    if (!this.#store.isShared || version > 0 || leftMs <= 0) return;
    await new Promise<void>((resolve) => runtime.after(leftMs, resolve));
  }

  #readLater(from: PauseSwitch): void {
    if (!this.#store.isShared) return;
    const read = (): void => {
      this.#readLater(from);
      void this.#read(from).catch(ignore);
    };
    this.#cancelReading = this.#core.runtime.after(rereadMs, read, "background");
  }

  /** Reads the store: once for all that ask before it begins. */
  #read(from: PauseSwitch): Promise<void> {
    this.#dueReading ??= this.#inTurn(() => {
      this.#dueReading = undefined;
      return this.#agree(from);
    });
    return this.#dueReading;
  }

  async #say(method: "pause" | "resume", word: Word): Promise<void> {
    const to = this.#switch;
    if (!to)
      throw new TypeError(
        `kit.${method}: the store is shared, but has no "pauseSwitch", so the other servers would not hear of it`,
      );
    await this.#inTurn(() => this.#agree(to, word));
    // Where the store loses the word, this server may be the only one that knows it.
    void this.follow();
  }

  /** One after the other, so that what is read last is the newest. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#lastTurn.then(work);
    this.#lastTurn = done.catch(ignore);
    return done;
  }

  /**
   * Afterwards this server and the store have the same: the newer of what both had, or a new word of the operator.
   *
   * @throws UnreadablePause if the operator's word cannot be written
   */
  async #agree(store: PauseSwitch, word?: Word): Promise<void> {
    for (let tries = 0; tries < maxTries; tries++) {
      const text = await store.read();
      const stored = text === undefined ? undefined : parseRegister(text);
      this.#isUnreadable = stored !== undefined && "fault" in stored;
      if (stored && "fault" in stored) {
        this.#hasAgreed = true;
        const description = this.#unreadable(stored.fault);
        this.#tell();
        if (word) throw new UnreadablePause(description);
        return;
      }
      const found = stored?.register;
      if (found && !isNewer(this.#newest, found)) this.#newest = found;
      const { runtime } = this.#core;
      const known =
        found || this.#newest.version > 0 ? this.#newest : { ...nothingSaid, since: runtime.now() };
      const next = word ? nextRegister(this.#newest, runtime.now(), word) : known;
      const isStored = found !== undefined && !isNewer(next, found);
      if (text !== undefined && isStored && !this.#hasAgreed && this.#store.isShared) {
        // It may be that of an older copy: the others hear of this, and write back what they know. A full store can still be
        // read.
        await store.compareAndSet(text, text).catch(ignore);
      }
      if (isStored || (await store.compareAndSet(text, JSON.stringify(next)))) {
        this.#hasAgreed = true;
        this.#newest = next;
        this.#tell();
        return;
      }
    }
    throw new Error("The pause in the store has changed each time before it could be written");
  }

  /** Reports a pause that cannot be read, and returns what is to be said about it. */
  #unreadable(fault: string): string {
    const { config } = this.#core;
    const description =
      `The store has a pause of ${config.pages.origin} that this version cannot read (${fault}). ` +
      "Logins are paused, and it is not written over: use the version that wrote it, or delete it from the store.";
    if (!this.#isClosed) this.#store.unreadable("pause", description);
    return description;
  }

  /**
   * What ended a pause.
   *
   * @param versionBefore the newest word's while it paused
   * @param resumedBy who ended a pause of this server alone
   */
  #endedBy(
    { onThisServer }: Pause,
    versionBefore: number,
    resumedBy: Speaker | undefined,
  ): { cause: "resume" | "until" | "store"; onThisServer?: true } & Speaker {
    if (onThisServer) return { cause: "resume", ...resumedBy, onThisServer };
    const { paused, version } = this.#newest;
    if (paused) return { cause: "until" };
    return version > versionBefore ? { cause: "resume", ...speakerOf(this.#newest) } : { cause: "store" };
  }

  /** Reports what has changed. @param resumedBy who ends a pause of this server alone */
  #tell(resumedBy?: Speaker): void {
    const { report, runtime } = this.#core;
    if (this.#isClosed) return;
    const before = this.#reported;
    const versionBefore = this.#reportedVersion;
    const { present } = this;
    this.#reported = present;
    this.#reportedVersion = this.#newest.version;
    this.#cancelEnd();
    if (present?.until !== undefined)
      this.#cancelEnd = runtime.after(present.until - runtime.now(), () => this.#tell(), "background");
    if (present) {
      const { until, ...speaker } = present;
      const isSame = (["until", "by", "reason", "onThisServer"] as const).every(
        (name) => before?.[name] === present[name],
      );
      if (before && isSame) return;
      const end = until !== undefined && { until: new Date(until).toISOString() };
      report({ type: "login_paused", level: "warn", ...end, ...speaker });
    } else if (before) {
      report({ type: "login_resumed", level: "warn", ...this.#endedBy(before, versionBefore, resumedBy) });
    }
  }
}
