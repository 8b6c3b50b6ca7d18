import { Attempts } from "./attempt/attempts.js";
import type { Timeouts } from "./timeouts.js";
import { Codes } from "./endpoints/otp-endpoint.js";
import type { Config } from "./config.js";
import { BrowserCookie } from "./http/browser-cookie.js";
import { Cors } from "./http/cors.js";
import { EarlyHints } from "./token-server/early-callbacks.js";
import type { Report } from "./kit-events.js";
import { StoreGuard, StoreUnavailable, type GuardedStore } from "./attempt/guarded-store.js";
import { memoryLimiter } from "./limits/rate-limiter.js";
import { limiterOf, StartLimits } from "./limits/start-limits.js";
import type { SignIn } from "./options.js";
import { Questions } from "./token-server/result-poller.js";
import { ErrorLog } from "./http/error-log.js";
import type { Runtime } from "./runtime.js";
import type { AttemptStore } from "./attempt/attempt-store.js";
import { Sparingly } from "./log-throttle.js";
import { TokenServerClient } from "./token-server/token-server-client.js";
import { CallQuota } from "./limits/call-quota.js";
import { UnderWay } from "./pending-tasks.js";
import { Watching } from "./endpoints/watchers.js";

/** The parts of a kit, put together. */
export interface Kit<Context> {
  config: Config<Context>;
  timeouts: Timeouts;
  report: Report;
  runtime: Runtime;
  signIn: SignIn<Context>;
  attempts: Attempts;
  codes: Codes<Context>;
  cookie: BrowserCookie;
  cors: Cors;
  earlyHints: EarlyHints;
  postponed: Set<string>;
  questions: Questions;
  errorLog: ErrorLog;
  store: GuardedStore;
  underWay: UnderWay;
  tokenServer: TokenServerClient;
  watching: Watching;
}

export function assembleKit<Context>(config: Config<Context>, surroundings: Runtime): Kit<Context> {
  const { timeouts, limits, message, resultPollingMs, signIn } = config;
  const runtime = withClockOf(config.store, surroundings);
  const troubles = new Sparingly(10_000, runtime);
  const report: Report = (event) => {
    // The guard has reported it already.
    if (event.type === "internal_error" && event.error instanceof StoreUnavailable) return;
    if (event.type !== "token_server_trouble") return config.report(event);
    const { call, status, reason } = event;
    config.report({ ...event, level: troubles.level(`${call} ${status ?? reason}`, event.level) });
  };
  const guard = new StoreGuard(runtime, report);
  const store = guard.guard(config.store);
  const limiter = (name: "startsPerAddress" | "startsPerBrowser") =>
    limiterOf(name, limits[name], { store: config.store, guard });
  const startLimits = new StartLimits(limiter("startsPerAddress"), limiter("startsPerBrowser"));
  const calls = limits.tokenServerCalls;
  const quota = new CallQuota(
    calls ? memoryLimiter({ name: "tokenServerCalls", ...calls }) : undefined,
    runtime,
  );
  const tokenServer = new TokenServerClient(config.tokenServer, config.transport, runtime);
  const attempts = new Attempts(store, timeouts, runtime, report);
  // Of a store that is shared, somebody may watch on another server.
  const isWatched = (id: string): boolean => config.store.isShared === true || watching.isWatched(id);
  const questions = new Questions({ tokenServer, quota, attempts, timeouts, runtime, report }, isWatched);
  const watching: Watching = new Watching({
    attempts,
    questions,
    timeouts,
    limits,
    runtime,
    report,
    pollingMs: resultPollingMs,
  });
  const cookie = new BrowserCookie(config.origin);
  const cors = new Cors(config.origins);
  const earlyHints = new EarlyHints(runtime);
  const codes = new Codes<Context>({
    attempts,
    limits,
    cookie,
    earlyHints,
    message,
    questions,
    report,
    runtime,
    startLimits,
    tokenServer,
    quota,
  });
  return {
    config,
    timeouts,
    report,
    runtime,
    signIn,
    attempts,
    codes,
    cookie,
    cors,
    earlyHints,
    postponed: new Set(),
    questions,
    errorLog: new ErrorLog(report, runtime),
    store,
    underWay: new UnderWay(),
    tokenServer,
    watching,
  };
}

/** Who shares a store goes by its clock. */
function withClockOf(store: AttemptStore, runtime: Runtime): Runtime {
  if (!store.now) return runtime;
  return {
    now: () => store.now?.() ?? runtime.now(),
    after: (delayMs, task) => runtime.after(delayMs, task),
    random: (length) => runtime.random(length),
  };
}
