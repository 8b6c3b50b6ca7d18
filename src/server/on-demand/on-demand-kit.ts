import { printable } from "../text/printable.js";
import { BrowserCookie } from "../http/browser-cookie.js";
import { knownCookie } from "../pairing/known-browsers.js";
import { toWebResponse } from "../http/response.js";
import { answerWithout, isKit, KitSource, type LoginKitOptionsFunction } from "./kit-source.js";
import { createLoginKit, forAdapter, provideForAdapter } from "../create-login-kit.js";
import type { ForgetOptions, LoginKit } from "../login-kit.js";
import type { LoginKitOptions } from "../options.js";
import type { Runtime } from "../runtime.js";
import type { Transport } from "../token-server/transport.js";

/** Creates a kit: now, or at its first call where a function returns its options. */
export const createKit = <Context>(
  options: LoginKitOptions<Context> | LoginKitOptionsFunction<Context>,
  transport?: Transport,
): LoginKit<Context> =>
  typeof options === "function"
    ? onDemandKit(options, undefined, transport)
    : createLoginKit(options, undefined, transport);

/** A kit whose options are read at its first call. What concerns a page never fails with it. */
export function onDemandKit<Context>(
  options: LoginKitOptionsFunction<Context>,
  runtime?: Runtime,
  transport?: Transport,
): LoginKit<Context> {
  const source = new KitSource(options, runtime, transport);
  const available = () => source.available();

  const kit: LoginKit<Context> = {
    async fetch(...call) {
      const found = await available();
      return isKit(found) ? found.fetch(...call) : toWebResponse(answerWithout(found));
    },
    async begin(...call) {
      const found = await available();
      return isKit(found) ? found.begin(...call) : null;
    },
    browserCookie: (...call) => source.now()?.browserCookie(...call),
    redeem: async (...call) => (await source.kit()).redeem(...call),
    async scanned(scan) {
      const found = await available();
      if (isKit(found)) await found.scanned(scan);
    },
    pause: async (...options) => (await source.kit()).pause(...options),
    resume: async (...options) => (await source.kit()).resume(...options),
    // A log-out works without the options.
    forget: (options) => source.now()?.forget(options) ?? endsOfCookies(options),
    async check() {
      const found = await available();
      if (isKit(found)) return found.check();
      return { ok: false, reason: printable(`the kit could not be created: ${String(found.error)}`) };
    },
    async health() {
      const found = await available();
      return isKit(found)
        ? found.health()
        : { healthy: false, store: "unreachable", closing: false, watchers: 0, waiting: 0 };
    },
    close: () => source.close(),
  };
  provideForAdapter(kit, {
    async fetch(...call) {
      const found = await available();
      return isKit(found) ? forAdapter(found)!.fetch(...call) : answerWithout(found);
    },
    async findPath() {
      const found = await available();
      return isKit(found) ? forAdapter(found)?.path : undefined;
    },
    get path() {
      const found = source.now();
      return found && forAdapter(found)?.path;
    },
  });
  return kit;
}

/** A browser has the cookies of one of the two: of which, depends on `origin`. */
const bothOrigins = ["https://localhost", "http://localhost"];

/** The headers of a log-out without the options. */
export function endsOfCookies({ knownBrowser = false }: ForgetOptions = {}): Headers {
  const headers = new Headers();
  for (const origin of bothOrigins) {
    headers.append("set-cookie", new BrowserCookie(origin).endHeader());
    if (knownBrowser) headers.append("set-cookie", knownCookie(origin).endHeader());
  }
  return headers;
}
