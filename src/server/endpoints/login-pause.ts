import type { Pause, PauseSwitch } from "../attempt/pause.js";
import type { StoreGuard } from "../attempt/store-guard.js";
import type { Core } from "../core.js";
import { loginPaused } from "../http/api-error.js";
import { randomShare } from "../runtime.js";

/** When a pause ends. */
export interface PauseOptions {
  /** When logins go on by themselves: a `Date` or milliseconds since the epoch, in the future. Default: with `resume` only. */
  until?: Date | number | undefined;
}

/** A paused page asks again after this time at the latest, because logins may go on before `until`. */
const askAgainSeconds = 30;

/** At random so much later, because all pages would ask in the moment in which a pause ends. */
const spreadSeconds = 10;

/** After a subscription that failed, the next start or check after this time tries again. */
const retryMs = 5000;

/** Whether the site's logins are paused, as this server knows it: it follows the store from the first start on. */
export class LoginPause {
  readonly #core: Pick<Core, "config" | "report" | "runtime">;
  /** Undefined: the store has none. */
  readonly #switch: PauseSwitch | undefined;
  #pause: Pause | undefined;
  #following: Promise<void> | undefined;
  #isFollowing = false;
  #retryAt = -Infinity;
  #isClosed = false;
  #unsubscribe = (): void => undefined;
  #cancelEnd = (): void => undefined;

  constructor(core: Pick<Core, "config" | "report" | "runtime">, guard: StoreGuard) {
    this.#core = core;
    const { store, pages } = core.config;
    const made = store.pauseSwitch?.(pages.origin);
    this.#switch = made && guard.guardSwitch(made);
  }

  /**
   * Lets a start or a renewal pass.
   *
   * @throws ApiError 503 while logins are paused
   */
  async check(): Promise<void> {
    await this.follow();
    const { present } = this;
    if (!present) return;
    const { runtime } = this.#core;
    const left = present.until === undefined ? Infinity : (present.until - runtime.now()) / 1000;
    throw loginPaused(Math.ceil(Math.min(left, askAgainSeconds) + randomShare(runtime) * spreadSeconds));
  }

  /** The pause, while there is one. */
  get present(): Pause | undefined {
    const { until = Infinity } = this.#pause ?? {};
    return this.#core.runtime.now() < until ? this.#pause : undefined;
  }

  /** See `LoginKit.pause`. */
  async pause(options: PauseOptions | undefined): Promise<void> {
    await this.#set("pause", parsePause(options, this.#core.runtime.now()));
  }

  /** See `LoginKit.resume`. */
  async resume(): Promise<void> {
    await this.#set("resume", undefined);
  }

  close(): void {
    this.#isClosed = true;
    this.#unsubscribe();
    this.#cancelEnd();
  }

  /** Subscribes to the store, once, so that no start has to read it. Never rejects: the guard reports a failure. */
  async follow(): Promise<void> {
    const { runtime } = this.#core;
    if (!this.#switch || this.#isFollowing || this.#isClosed || runtime.now() < this.#retryAt) return;
    this.#following ??= this.#subscribe(this.#switch);
    await this.#following;
  }

  async #subscribe(to: PauseSwitch): Promise<void> {
    const { runtime } = this.#core;
    try {
      this.#unsubscribe = await to.subscribe((pause) => this.#hear(pause));
      this.#isFollowing = true;
      if (this.#isClosed) this.close();
    } catch {
      this.#retryAt = runtime.now() + retryMs;
    }
    this.#following = undefined;
  }

  async #set(method: "pause" | "resume", pause: Pause | undefined): Promise<void> {
    if (!this.#switch && this.#core.config.store.isShared === true)
      throw new TypeError(
        `kit.${method}: the store is shared, but has no "pauseSwitch", so the other servers would not hear of it`,
      );
    await this.follow();
    await this.#switch?.set(pause);
    // Else the store has called `#hear`.
    if (!this.#isFollowing) this.#hear(pause);
  }

  /** The pause as the store has it now, also when nothing has changed. */
  #hear(pause: Pause | undefined): void {
    const { report, runtime } = this.#core;
    if (this.#isClosed) return;
    const before = this.#pause;
    const until = pause?.until;
    this.#pause = until === undefined || runtime.now() < until ? pause : undefined;
    this.#cancelEnd();
    if (this.#pause && until !== undefined)
      this.#cancelEnd = runtime.after(until - runtime.now(), () => this.#hear(this.#pause), "background");
    if (this.#pause) {
      if (before && before.until === until) return;
      const end = until !== undefined && { until: new Date(until).toISOString() };
      report({ type: "login_paused", level: "warn", ...end });
    } else if (before) report({ type: "login_resumed", level: "warn" });
  }
}

/** The latest time of a `Date`. */
const maxTime = 8.64e15;

/** @throws TypeError that says what is wrong */
function parsePause(options: unknown, now: number): Pause {
  const fault = (what: string): TypeError =>
    new TypeError(`kit.pause: ${what}; expected a Date or milliseconds since the epoch, in the future`);
  if (options === undefined) return {};
  if (typeof options !== "object" || options === null)
    throw new TypeError("kit.pause: the options are wrong; expected an object with until");
  const unknown = Object.keys(options).find((name) => name !== "until");
  if (unknown !== undefined) throw new TypeError(`kit.pause: there is no option "${unknown}"`);
  const { until } = options as { until?: unknown };
  if (until === undefined) return {};
  if (typeof until !== "number" && !(until instanceof Date))
    throw fault(`"until" is of type ${until === null ? "null" : typeof until}`);
  const at = Math.ceil(Number(until));
  if (!(Math.abs(at) <= maxTime)) throw fault('"until" is not a time');
  if (at <= now) throw fault('"until" is in the past');
  return { until: at };
}
