import { Attempts } from "./attempt/attempts.js";
import { memoryStore } from "./store/memory-store.js";
import { StoreGuard } from "./store/store-guard.js";
import { CallbackEndpoint } from "./endpoints/callback-endpoint.js";
import { FirstPaints } from "./endpoints/first-paint.js";
import { OtpEndpoint } from "./endpoints/otp-endpoint.js";
import { Routes } from "./endpoints/routes.js";
import { StatusEndpoint } from "./endpoints/status-endpoint.js";
import { StartLimits } from "./endpoints/start-limits.js";
import { ErrorLog } from "./endpoints/error-log.js";
import { createReport } from "./event-reporter.js";
import { healthOf } from "./endpoints/health.js";
import type { Core } from "./core.js";
import { AddressCheck } from "./address/address-check.js";
import { BrowserCookie } from "./http/browser-cookie.js";
import { callOf, type Delivery } from "./http/call.js";
import { toWebResponse } from "./http/response.js";
import { CallQuota } from "./limits/call-quota.js";
import { LiveAttempts } from "./live/live-attempts.js";
import { ResultCalls } from "./live/result-calls.js";
import { WaitingAttempts } from "./live/waiting-attempts.js";
import { WaitingPlaces } from "./live/waiting-places.js";
import type { LoginKit } from "./login-kit.js";
import type { LoginKitOptions } from "./options.js";
import { parseOptions } from "./parse-options.js";
import { Pairing } from "./login/pairing.js";
import { PendingTasks } from "./pending-tasks.js";
import { systemRuntime, withClockOf, type Runtime } from "./runtime.js";
import { Tickets } from "./login/tickets.js";
import { LoginPause } from "./pause/login-pause.js";
import { markScanned } from "./endpoints/scanned.js";
import { StartBreaker } from "./token-server/start-breaker.js";
import { TokenServerChecks } from "./token-server/token-server-check.js";
import { TokenServerClient } from "./token-server/token-server-client.js";
import { fetchTransport, type Transport, type TransportWithNotice } from "./token-server/transport.js";

/** The part of a kit that an adapter uses. */
export interface KitForAdapter {
  /** Like the kit's own, but the body may be kept apart (`rawBodyOf`). */
  fetch(request: Request, context: unknown, delivery: Delivery): Promise<Response>;
  /** The path of the login API; undefined as long as a kit that is created at its first call is not there. */
  path: string | undefined;
  /** Waits for it, two seconds at most; undefined if there is no kit then. Only of a kit that is created at its first call. */
  findPath?(): Promise<string | undefined>;
}

const kitsForAdapter = new WeakMap<LoginKit<never>, KitForAdapter>();

/** The part of a kit that an adapter uses; undefined if another copy of this package created the kit. */
export const forAdapter = (kit: LoginKit<never>): KitForAdapter | undefined => kitsForAdapter.get(kit);

/** Gives an adapter its part of a kit. */
export const provideForAdapter = (kit: LoginKit<never>, part: KitForAdapter): unknown =>
  kitsForAdapter.set(kit, part);

/**
 * Creates the kit of a site.
 *
 * @throws TypeError that names the option that is missing or wrong and says what is expected
 */
export function createLoginKit<Context = unknown>(
  options: LoginKitOptions<Context>,
  givenRuntime: Runtime = systemRuntime,
  defaultTransport: Transport = fetchTransport,
): LoginKit<Context> {
  const config = parseOptions(options);
  const { transport = defaultTransport, store = memoryStore(() => givenRuntime.now()) } = config;
  const runtime = withClockOf(store, givenRuntime);
  const report = createReport(config.onEvent, runtime);
  // Later, because the site's hook may need the kit.
  queueMicrotask(() => {
    const { notice }: TransportWithNotice = transport;
    const event = notice?.(config.tokenServer.url);
    if (event) report(event);
  });
  const guard = new StoreGuard(store, config.pages.origin, runtime, report);
  const attempts = new Attempts(guard, config.pages.origin, config.timeouts, runtime, report);
  return kitOf(assemble({ config, attempts, runtime, report }, guard, transport, givenRuntime));
}

/** Makes the parts of a kit. @param ownRuntime with this process's clock: the store's may be set */
function assemble<Context>(
  core: Core<Context>,
  store: StoreGuard,
  transport: Transport,
  ownRuntime: Runtime,
) {
  const { attempts, config, report, runtime } = core;
  const pending = new PendingTasks();
  const errorLog = new ErrorLog(report, runtime);
  const addressCheck = new AddressCheck(report);

  // A status: a result call writes what the Token Server says to the attempt, and those that watch it are shown the change.
  const tokenServer = new TokenServerClient(config.tokenServer, transport, runtime);
  const quota = new CallQuota(config.limits.tokenServerCalls, ownRuntime);
  const calls = new ResultCalls(core, tokenServer, quota);
  const live = new LiveAttempts(core, calls, store);
  const places = new WaitingPlaces(config.limits.waiting, runtime);
  const waiting = new WaitingAttempts(core, live, places);
  attempts.onSeen = (attempt) => waiting.seen(attempt);

  // An OTP: the endpoint starts a transaction, keeps it in an attempt, and answers its OTP.
  const cookie = new BrowserCookie(config.pages.apiOrigin);
  const startLimits = new StartLimits(config.limits, store, report, ownRuntime);
  const pairing = config.pairing && new Pairing(config.pairing, core, store);
  const pause = new LoginPause(core, store);
  const checks = new TokenServerChecks(tokenServer, config.checkMessage, runtime);
  const isPaused = (): boolean => pause.present !== undefined;
  const breaker = new StartBreaker(tokenServer, checks, pending, report, ownRuntime, isPaused);
  const gates = { pause, breaker, places, startLimits, quota };
  const otp = new OtpEndpoint(core, { ...gates, cookie, waiting, live, pairing });

  // The login API.
  const callback = new CallbackEndpoint(core, live, pending);
  const status = new StatusEndpoint(core, live, calls);
  const routes = new Routes(core, cookie, errorLog, { otp, callback, status, pairing });
  const paints = new FirstPaints(core, cookie, otp, errorLog);
  const tickets = "handOver" in config.outcome ? new Tickets(core, cookie, pairing) : undefined;
  return {
    ...{ core, store, pending, addressCheck, cookie, routes, paints, tickets },
    ...{ calls, live, places, waiting, pause, checks, breaker, callback, pairing },
  };
}

function kitOf<Context>(parts: ReturnType<typeof assemble<Context>>): LoginKit<Context> {
  const { core, pending, addressCheck, cookie, routes, paints, tickets } = parts;
  const { calls, live, places, waiting, pause, checks, breaker, callback, pairing } = parts;
  const { config, runtime } = core;
  const toCall = (request: Request, context: Context, delivery?: Delivery) =>
    callOf(request, context, config.addresses, addressCheck, runtime.now(), delivery);
  const kit: LoginKit<Context> = {
    fetch: async (request, ...[context]) =>
      toWebResponse(await pending.add(routes.answer(toCall(request, context as Context)))),
    begin: async (request, ...[context, options]) =>
      pending.add(paints.begin(toCall(request, context as Context), options)),
    browserCookie: (request, options) => paints.newCookie(request, options),
    async redeem(ticket, request) {
      if (!tickets)
        throw new TypeError('kit.redeem: this kit has "signIn"; tickets take "handOver" in its place');
      return pending.add(tickets.redeem(ticket, request));
    },
    scanned: (scan) => pending.add(markScanned(scan, core, addressCheck)),
    forget({ knownBrowser = false } = {}) {
      const headers = new Headers({ "set-cookie": cookie.endHeader() });
      if (knownBrowser && pairing) headers.append("set-cookie", pairing.browsers.endHeader());
      return headers;
    },
    check: () => checks.check(),
    pause: (options) => pending.add(pause.pause(options)),
    resume: (options) => pending.add(pause.resume(options)),
    health: () => healthOf(parts.store, live, places, pause, runtime),
    async close() {
      live.close();
      waiting.close();
      pause.close();
      breaker.close();
      callback.close();
      await pending.settled();
      await calls.settled();
      await pairing?.close();
    },
  };
  provideForAdapter(kit, {
    fetch: async (request, context, delivery) =>
      pending.add(routes.answer(toCall(request, context as Context, delivery))),
    path: config.path,
  });
  return kit;
}
