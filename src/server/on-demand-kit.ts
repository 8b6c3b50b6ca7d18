import { defaultPath } from "../protocol/login-api.js";
import { printable, LogThrottle } from "./event-reporter.js";
import { serverError, temporarilyUnavailable } from "./http/api-error.js";
import { toWebResponse } from "./http/response.js";
import { BrowserCookie } from "./http/browser-cookie.js";
import { createLoginKit, forAdapter, provideForAdapter } from "./kit.js";
import type { LoginKit } from "./login-kit.js";
import type { LoginKitOptions } from "./options.js";
import { systemRuntime, timedOut, withTimeout, type Runtime } from "./runtime.js";
import type { Transport } from "./token-server/transport.js";

/** Returns the options of a kit that is created at its first call, or a promise of them. */
export type LoginKitOptionsFunction<Context = unknown> = () =>
  LoginKitOptions<Context> | Promise<LoginKitOptions<Context>>;

/** How long a page waits for a kit, such as for a store that is down. */
const waitMs = 2000;

/** Why there is no kit: it could not be created, or its options have not come in time. */
export type NoKit = "failed" | "late";

/** Waits for a kit for a page's sake: at most two seconds, and an error is a line in the log, once a minute. */
export function availableKits(runtime: Runtime = systemRuntime) {
  const throttle = new LogThrottle(60_000, runtime);
  const report = (problem: string): void => {
    if (throttle.level("kit", "error") === "info") return;
    console.error(printable(`error onegini-otp-login: there is no QR login: ${problem}`));
  };
  return async <Kit>(kit: () => Promise<Kit>): Promise<Kit | NoKit> => {
    try {
      const result = await withTimeout(kit(), waitMs, runtime);
      if (result !== timedOut) return result;
      report(`the function that returns the kit's options has taken more than ${waitMs / 1000} s`);
      return "late";
    } catch (error) {
      report(String(error));
      return "failed";
    }
  };
}

export const isKit = <Kit extends object>(kit: Kit | NoKit): kit is Kit => typeof kit === "object";

/** The login API's answer without a kit. A kit that is late may be there when the page asks again. */
export const answerWithout = (why: NoKit): Response =>
  (why === "late" ? temporarilyUnavailable() : serverError()).toResponse();

/**
 * A kit whose options are read at its first call, and again at the next if that failed. What concerns a page never fails
 * with it.
 */
export function onDemandKit<Context>(
  options: LoginKitOptionsFunction<Context>,
  runtime?: Runtime,
  transport?: Transport,
): LoginKit<Context> {
  const available = availableKits(runtime);
  let created: LoginKit<Context> | undefined;
  let creating: Promise<LoginKit<Context>> | undefined;

  const keep = (given: LoginKitOptions<Context>) => (created = createLoginKit(given, runtime, transport));
  /** Creates the kit at once where `options` returns no promise. */
  const create = (): LoginKit<Context> | Promise<LoginKit<Context>> => {
    if (created ?? creating) return (created ?? creating)!;
    const given = options();
    if (!(given instanceof Promise)) return keep(given);
    creating = given.then(keep);
    creating.catch(() => (creating = undefined));
    return creating;
  };
  const ready = async (): Promise<LoginKit<Context>> => create();
  /** The kit, if it can be had without waiting. */
  const now = (): LoginKit<Context> | undefined => {
    try {
      void create();
    } catch {
      // The call that needs the kit reports it.
    }
    return created;
  };

  const kit: LoginKit<Context> = {
    async fetch(...call) {
      const found = await available(ready);
      return isKit(found) ? found.fetch(...call) : toWebResponse(answerWithout(found));
    },
    async begin(...call) {
      const found = await available(ready);
      return isKit(found) ? found.begin(...call) : null;
    },
    browserCookie: (...call) => now()?.browserCookie(...call),
    redeem: async (...call) => (await ready()).redeem(...call),
    async scanned(scan) {
      const found = await available(ready);
      if (isKit(found)) await found.scanned(scan);
    },
    // A log-out works without the options.
    forget: () => now()?.forget() ?? endsOfBothCookies(),
    async check() {
      let found;
      try {
        found = await ready();
      } catch (error) {
        return { ok: false, reason: printable(`the kit could not be created: ${String(error)}`) };
      }
      return found.check();
    },
    async health() {
      const found = await available(ready);
      return isKit(found)
        ? found.health()
        : { healthy: false, store: "unreachable", closing: false, watchers: 0 };
    },
    close: async () => (await creating?.catch(() => undefined), created?.close()),
  };
  provideForAdapter(kit, {
    async fetch(...call) {
      const found = await available(ready);
      return isKit(found) ? forAdapter(found)!.fetch(...call) : answerWithout(found);
    },
    get path() {
      const found = now();
      return (found && forAdapter(found)?.path) ?? defaultPath;
    },
  });
  return kit;
}

/** A browser has one of the two: which, depends on `origin`. */
const bothCookies = ["https://localhost", "http://localhost"].map((origin) => new BrowserCookie(origin));

/** The headers of a log-out without the options. */
export const endsOfBothCookies = (): Headers => {
  const headers = new Headers();
  for (const cookie of bothCookies) headers.append("set-cookie", cookie.endHeader());
  return headers;
};
