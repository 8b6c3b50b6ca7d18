import { LogThrottle } from "../limits/log-throttle.js";
import { serverError, temporarilyUnavailable } from "../http/api-error.js";
import { createLoginKit } from "../create-login-kit.js";
import type { LoginKit } from "../login-kit.js";
import type { LoginKitOptions } from "../options.js";
import { printable } from "../text/printable.js";
import { systemRuntime, timedOut, withTimeout, type Runtime } from "../runtime.js";
import type { Transport } from "../token-server/transport.js";

/** Returns the options of a kit that is created at its first call, or a promise of them. */
export type LoginKitOptionsFunction<Context = unknown> = () =>
  LoginKitOptions<Context> | Promise<LoginKitOptions<Context>>;

/** How long a page waits for a kit, such as for a store that is down. */
const waitMs = 2000;

/** After a failure the options are read again at the first call after this time. Each try may open connections. */
const retryMs = 10_000;

/** Why there is no kit. `isLate`: its options have not come in time, and may still come. */
interface NoKit {
  error: unknown;
  isLate: boolean;
}

/** Creates a kit at its first use. What keeps it from being created is a line in the log, once a minute. */
export class KitSource<Context> {
  readonly #options: LoginKitOptionsFunction<Context>;
  readonly #runtime: Runtime;
  readonly #transport: Transport | undefined;
  readonly #throttle: LogThrottle;
  #kit: LoginKit<Context> | undefined;
  #creating: Promise<LoginKit<Context>> | undefined;
  /** Whether a call has waited for the running creation in vain. Further calls do not wait for it. */
  #isLate = false;
  #failed: { error: unknown; until: number } | undefined;
  #isClosed = false;

  constructor(
    options: LoginKitOptionsFunction<Context>,
    runtime: Runtime = systemRuntime,
    transport?: Transport,
  ) {
    this.#options = options;
    this.#runtime = runtime;
    this.#transport = transport;
    this.#throttle = new LogThrottle(60_000, runtime);
  }

  /** The kit, if there is one; creates it if its options come without waiting. Never throws. */
  now(): LoginKit<Context> | undefined {
    try {
      void this.#create();
    } catch {
      // `available` reports it.
    }
    return this.#kit;
  }

  /** Waits for the kit, at most two seconds. Never rejects. */
  async available(): Promise<LoginKit<Context> | NoKit> {
    try {
      const created = this.#create();
      if (!(created instanceof Promise)) return created;
      const result = this.#isLate ? timedOut : await withTimeout(created, waitMs, this.#runtime);
      if (result !== timedOut) return result;
      this.#isLate = this.#creating !== undefined;
      return this.#reported({
        isLate: true,
        error: new Error(
          `the function that returns the options has taken more than ${waitMs / 1000} s; is everything up that it connects to, such as the store?`,
        ),
      });
    } catch (error) {
      return this.#reported({ isLate: false, error });
    }
  }

  /** The same for what cannot go on without a kit: rejects if there is none. */
  async kit(): Promise<LoginKit<Context>> {
    const found = await this.available();
    if (!isKit(found)) throw found.error;
    return found;
  }

  /** Closes the kit, and one that is still to come. */
  async close(): Promise<void> {
    this.#isClosed = true;
    // Without waiting: a store that is down would keep the process from ending.
    void this.#creating?.then(
      (kit) => kit.close(),
      () => undefined,
    );
    await this.#kit?.close();
  }

  #create(): LoginKit<Context> | Promise<LoginKit<Context>> {
    if (this.#kit) return this.#kit;
    if (this.#creating) return this.#creating;
    if (this.#isClosed) throw new Error("the kit is closed");
    if (this.#failed && this.#runtime.now() < this.#failed.until) throw this.#failed.error;
    try {
      const options = this.#options();
      if (!isThenable(options)) return this.#createWith(options);
      this.#creating = this.#createLater(options);
      // Those that wait for it are told of an error.
      this.#creating.catch(() => undefined);
      return this.#creating;
    } catch (error) {
      return this.#fail(error);
    }
  }

  async #createLater(options: PromiseLike<LoginKitOptions<Context>>): Promise<LoginKit<Context>> {
    try {
      return this.#createWith(await options);
    } catch (error) {
      return this.#fail(error);
    } finally {
      this.#creating = undefined;
      this.#isLate = false;
    }
  }

  #createWith(options: LoginKitOptions<Context>): LoginKit<Context> {
    return (this.#kit = createLoginKit(options, this.#runtime, this.#transport));
  }

  #fail(error: unknown): never {
    this.#failed = { error, until: this.#runtime.now() + retryMs };
    throw error;
  }

  #reported(why: NoKit): NoKit {
    if (this.#throttle.isDue("kit"))
      console.error(printable(`error onegini-otp-login: there is no QR login: ${String(why.error)}`));
    return why;
  }
}

/** Also a promise of another realm or library. */
const isThenable = <T>(value: T | PromiseLike<T>): value is PromiseLike<T> =>
  typeof (value as Partial<PromiseLike<T>> | undefined)?.then === "function";

export const isKit = <Kit extends object>(found: Kit | NoKit): found is Kit => !("isLate" in found);

/** The login API's answer without a kit. A kit that is late may be there when the page asks again. */
export const answerWithout = ({ isLate }: NoKit): Response =>
  (isLate ? temporarilyUnavailable() : serverError()).toResponse();
