import { Attempts } from "./attempt/attempts.js";
import type { AttemptStore } from "./attempt/attempt-store.js";
import { StoreGuard, StoreUnavailable } from "./attempt/store-guard.js";
import { parseQrLink } from "../protocol/qr.js";
import { parseOptions } from "./parse-options.js";
import { authenticateCallback, CallbackEndpoint } from "./endpoints/callback-endpoint.js";
import { beginWithPage, isSeen, type BeginOptions, type FirstPaint } from "./endpoints/first-paint.js";
import { logIn } from "./endpoints/login-endpoint.js";
import { OtpEndpoint } from "./endpoints/otp-endpoint.js";
import { createRoutes } from "./endpoints/routes.js";
import { answerStatus } from "./endpoints/status-endpoint.js";
import { Watchers } from "./endpoints/watchers.js";
import { createReport, ErrorLog } from "./event-reporter.js";
import { ApiError, serverError, temporarilyUnavailable } from "./http/api-error.js";
import { BrowserCookie } from "./http/browser-cookie.js";
import type { Call } from "./http/call.js";
import { hasSocket, socketAddress } from "./http/client-ip.js";
import { Cors } from "./http/csrf-and-cors.js";
import { readJsonObject } from "./http/json-body.js";
import { toWebResponse } from "./http/response.js";
import { CallQuota } from "./limits/call-quota.js";
import { clientAt, type ClientOf } from "./limits/networks.js";
import { StartLimits } from "./endpoints/start-limits.js";
import type { LoginKit, ScannedCode } from "./login-kit.js";
import type { LoginKitOptions } from "./options.js";
import { PendingTasks } from "./pending-tasks.js";
import { systemRuntime, withTimeout, type Runtime } from "./runtime.js";
import { ResultPoller } from "./token-server/result-poller.js";
import { isTransactionId } from "./token-server/token-server-answers.js";
import { TokenServerClient } from "./token-server/token-server-client.js";
import { fetchTransport, type Transport } from "./token-server/transport.js";

/** The part of a kit that an adapter uses. */
export interface KitForAdapter {
  /** Like the kit's own, but the body may be kept apart (`rawBodyOf`). */
  fetch(request: Request, context: unknown): Promise<Response>;
  /** The path of the login API. */
  path: string;
}

const kitsForAdapter = new WeakMap<LoginKit<never>, KitForAdapter>();

/** The part of a kit that an adapter uses; undefined if another copy of this package created the kit. */
export const forAdapter = (kit: LoginKit<never>): KitForAdapter | undefined => kitsForAdapter.get(kit);

/** How long `health()` waits for the store. */
const healthTimeoutMs = 2000;

/** At most 512 characters of a text of the app, without halves of surrogate pairs, which a cut may leave. */
const storable = (text: string): string => text.slice(0, 512).replaceAll(/\p{Surrogate}/gu, "");

/** An id that no attempt has: ids have 22 characters. */
const noAttempt = "health";

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
  const config = parseOptions(options, givenRuntime, defaultTransport);
  const { limits, message, resultPollingMs: pollingMs, signIn, timeouts } = config;
  const runtime = withClockOf(config.store, givenRuntime);
  const report = createReport(config.onEvent, runtime);

  // The store.
  const guard = new StoreGuard(runtime, report);
  const store = guard.guard(config.store);
  const attempts = new Attempts(store, timeouts, runtime, report);

  // The Token Server.
  const tokenServer = new TokenServerClient(config.tokenServer, config.transport, runtime);
  // By this process's clock: the store's may be set.
  const quota = new CallQuota(limits.tokenServerCalls, givenRuntime);
  // A connection that was reset has no address, but then nobody has received the attempt. So without `clientIp` an attempt
  // in use has no address only on a platform that knows none.
  const clientOf: ClientOf = (address) =>
    address === undefined && config.clientIp === socketAddress ? undefined : clientAt(address);
  const poller = new ResultPoller(
    { tokenServer, quota, clientOf, attempts, runtime, report },
    { timeouts, pollingMs, isShared: config.store.isShared === true },
  );
  const watchers = new Watchers({ attempts, poller, timeouts, limits, clientOf, runtime, report });

  // HTTP.
  const cookie = new BrowserCookie(config.origin);
  const cors = new Cors(config.origins);
  const errorLog = new ErrorLog(report, runtime);
  const startLimits = new StartLimits(limits, { store: config.store, guard, report, runtime: givenRuntime });
  /** The calls and callbacks that `close()` waits for. */
  const pending = new PendingTasks();
  const otpEndpoint = new OtpEndpoint<Context>({
    attempts,
    limits,
    cookie,
    message,
    poller,
    report,
    runtime,
    startLimits,
    tokenServer,
    quota,
    clientOf,
  });
  // One object for all calls, because each stream keeps it.
  const statusParts = { attempts, poller, watchers, timeouts, runtime };
  const callbackEndpoint = new CallbackEndpoint({
    poller,
    report,
    runtime,
    addPending: (task) => void pending.add(task),
  });
  const bodyLimits = { maxBytes: limits.bodyBytes, maxMs: timeouts.bodySeconds * 1000 };
  const routes = createRoutes<Context>({
    config,
    attempts,
    cookie,
    cors,
    readBody: (request) => readJsonObject(request, bodyLimits, runtime),
    endpoints: {
      start: (call, body) => otpEndpoint.start(call, body),
      renew: (call, attempt) => otpEndpoint.renew(call, attempt),
      status: ({ request }, attempt) => answerStatus(request, attempt, statusParts),
      logIn: (call, attempt) =>
        logIn(call, attempt, {
          attempts,
          timeouts,
          report,
          runtime,
          signIn,
          maxLogins: limits.loginsPerAttempt,
        }),
      authenticateCallback: ({ request }) => authenticateCallback(request, config.callbackCredentials),
      callback: (call, body) => callbackEndpoint.answer(call, body),
    },
  });

  /** Reads the address at once: it is unknown when the connection is gone. */
  const callOf = (request: Request, context: Context): Call<Context> => ({
    request,
    context,
    address: resultOf(() => config.clientIp(request, context)),
    hasAddress: config.clientIp !== socketAddress || hasSocket(context),
    beganAt: runtime.now(),
  });

  /** Reports the error that a call threw, and returns the error of the login API for the answer. */
  const toApiError = (error: unknown, call: Call<Context>, doing: string): ApiError => {
    let apiError: ApiError;
    if (error instanceof ApiError) apiError = error;
    else if (error instanceof StoreUnavailable) apiError = temporarilyUnavailable();
    else {
      apiError = serverError();
      report({ type: "internal_error", level: "error", doing, error });
    }
    errorLog.report(call, apiError);
    return apiError;
  };

  const fetch = async (request: Request, context: Context): Promise<Response> => {
    const call = callOf(request, context);
    const answer = routes(call).catch((error: unknown) =>
      toApiError(error, call, `answering ${request.method}`).toResponse(),
    );
    const response = await pending.add(answer);
    cors.mark(request, response);
    return response;
  };

  const begin = async (
    request: Request,
    context: Context,
    { qrLink }: BeginOptions = {},
  ): Promise<FirstPaint | null> => {
    const link = qrLink === undefined ? undefined : parseQrLink(String(qrLink));
    const call = callOf(request, context);
    try {
      return await pending.add(beginWithPage(call, otpEndpoint, link));
    } catch (error) {
      toApiError(error, call, "beginning an attempt for a page");
      return null;
    }
  };

  const scanned = async (scan: ScannedCode): Promise<void> => {
    try {
      const { transactionId, userId, address, userAgent } = scan;
      // What an app sends may be anything.
      if (typeof transactionId !== "string" || !isTransactionId(transactionId)) return;
      await attempts.scanned(transactionId, {
        ...(typeof userId === "string" && { userId: storable(userId) }),
        ...(typeof address === "string" && { address: storable(address) }),
        ...(typeof userAgent === "string" && { userAgent: storable(userAgent) }),
      });
    } catch (error) {
      report({ type: "internal_error", level: "error", doing: "marking a code as scanned", error });
    }
  };

  const kit: LoginKit<Context> = {
    fetch: async (request, ...rest) => toWebResponse(await fetch(request, rest[0] as Context)),
    begin: (request, ...rest) => begin(request, rest[0] as Context, rest[1]),
    browserCookie: (request) =>
      isSeen(request) && cookie.read(request) === undefined
        ? cookie.parts(cookie.create(runtime))
        : undefined,
    scanned: (scan) => pending.add(scanned(scan)),
    forget: () => new Headers({ "set-cookie": cookie.endHeader() }),
    async health() {
      const read = store.get(noAttempt).then(
        () => true,
        () => false,
      );
      const isReachable = (await withTimeout(read, healthTimeoutMs, runtime)) === true;
      const { isClosed: closing, count } = watchers;
      return {
        healthy: isReachable && !closing,
        store: isReachable ? "ok" : "unreachable",
        closing,
        watchers: count,
      };
    },
    async close() {
      watchers.close();
      poller.close();
      callbackEndpoint.close();
      await pending.settled();
      await poller.settled();
    },
  };
  kitsForAdapter.set(kit, {
    fetch: (request, context) => fetch(request, context as Context),
    path: config.path,
  });
  return kit;
}

/** Calls a function now. The result returns what it returned, or throws what it threw. */
function resultOf<T>(get: () => T): () => T {
  try {
    const value = get();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

/** The runtime with the clock of the store, because all servers that share a store must use one clock. */
function withClockOf(store: AttemptStore, runtime: Runtime): Runtime {
  if (!store.now) return runtime;
  return {
    now: () => store.now?.() ?? runtime.now(),
    after: (delayMs, task) => runtime.after(delayMs, task),
    random: (length) => runtime.random(length),
  };
}
