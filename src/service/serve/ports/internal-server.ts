import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type Server } from "node:http";
import { Hono, type ErrorHandler, type MiddlewareHandler } from "hono";
import { LogThrottle } from "../../../server/limits/log-throttle.js";
import type { Audit } from "../audit/audit.js";
import { auditOperatorCalls, noteOrder } from "../audit/operator-calls.js";
import type { ServiceKit } from "../create-kit.js";
import type { ForgottenBrowsers } from "../store/forgotten-browsers.js";
import {
  beginRequest,
  bodyOf,
  forgetBrowsersRequest,
  loginOf,
  optionalBodyOf,
  pauseRequest,
  redeemRequest,
  resumeRequest,
  scannedRequest,
} from "./internal-bodies.js";
import { badRequest, InternalError } from "./internal-error.js";
import type { Log } from "../telemetry/log.js";
import type { Metrics } from "../telemetry/metrics.js";
import { listenerOf } from "./public-server.js";
import type { Readiness } from "./readiness.js";
import type { StrangerSampling } from "../telemetry/stranger-sampling.js";

/** What the calls of the site's backend need. */
interface InternalApi {
  kit: ServiceKit;
  log: Log;
  metrics: Metrics;
  audit: Pick<Audit, "operatorCall">;
  readiness: Pick<Readiness, "state">;
  strangers: Pick<StrangerSampling, "ofLine">;
  forgotten: Pick<ForgottenBrowsers, "forget" | "forgetAll">;
  /** The secrets that are accepted. They may change while the service runs. */
  secrets: () => readonly string[];
}

/** The server for the site's own backend. */
export function createInternalServer(service: InternalApi): Server {
  const answer = listenerOf(createInternalApi(service).fetch);
  return createServer((request, response) => {
    // Stopping closes idle connections. A call on one at that moment would get no answer, and a ticket cannot be redeemed twice.
    response.setHeader("Connection", "close");
    void answer(request, response);
  });
}

/** The calls of the site's backend. All except `/health` and `/ready` require the secret. */
export function createInternalApi(service: InternalApi): Hono {
  const { kit, metrics, readiness, secrets } = service;
  const app = new Hono();
  app.use(async (c, next) => {
    await next();
    c.header("Cache-Control", "no-store");
  });
  app.onError(errorAnswer(service));
  app.use(auditOperatorCalls(service.audit));

  app.get("/health", (c) => c.json({ status: "ok" }));
  app.get("/ready", async (c) => {
    const state = await readiness.state();
    if (state === "ready") return c.json({ status: "ready" });
    throw unavailable(notReady[state]);
  });
  for (const path of ["/health", "/ready"]) app.all(path, otherMethod("GET, HEAD"));

  app.use(requireSecret(secrets));
  addLoginCalls(app, service);
  addForgetCalls(app, service);
  addPauseCalls(app, service);
  app.get("/metrics", async (c) => {
    const { watchers, paused, waiting } = await kit.health();
    return c.body(await metrics.text(watchers, paused, waiting), 200, {
      "Content-Type": metrics.contentType,
    });
  });

  for (const path of ["/redeem", "/begin", "/scanned", "/forget-browsers"])
    app.all(path, otherMethod("POST"));
  for (const path of ["/forget", "/metrics"]) app.all(path, otherMethod("GET, HEAD"));
  app.all("/pause", otherMethod("GET, HEAD, PUT, DELETE"));
  app.notFound(() =>
    new InternalError(404, "invalid_request", "There is nothing at this address.").toResponse(),
  );
  return app;
}

/** The answer for what a call threw. */
function errorAnswer({ log, metrics, strangers }: InternalApi): ErrorHandler {
  const throttle = new LogThrottle(60_000);
  return (error, { req: { method, path } }) => {
    if (error instanceof InternalError) {
      // The backend's secret may be wrong. Anybody who reaches the port can cause this at will.
      if (error.status === 401) {
        metrics.internalCallRefused();
        const level = throttle.level("internal_call_refused", "warn");
        const standsFor = level === "warn" ? 1 : strangers.ofLine();
        const line = { status: 401, method, path: path.slice(0, 200), ...(standsFor > 1 && { standsFor }) };
        if (standsFor > 0) log[level](line, "internal_call_refused");
      }
      return error.toResponse();
    }
    log.error({ method, path, error }, "internal_call_failed");
    return new InternalError(500, "server_error", "The service could not handle this request.").toResponse();
  };
}

function addLoginCalls(app: Hono, { kit, metrics }: InternalApi): void {
  app.post("/redeem", async (c) => {
    const { ticket, cookie } = await bodyOf(c, redeemRequest);
    const redeemed = await kit.redeem(ticket, { headers: { cookie: cookie ?? "" } }).catch(withoutStore);
    if (!redeemed)
      throw new InternalError(404, "invalid_ticket", "This ticket is not valid for this browser.");
    metrics.redeemed(redeemed);
    return c.json(loginOf(redeemed));
  });

  app.post("/begin", async (c) => {
    const { headers, address, qr_link: qrLink, page_url: pageUrl } = await bodyOf(c, beginRequest);
    const request = new Request("http://localhost/", { headers });
    const begun = await kit.begin(
      request,
      { address: address ?? undefined },
      { qrLink: qrLink ?? undefined, pageUrl: pageUrl ?? undefined },
    );
    if (!begun) return c.body(null, 204);
    const { attempt, otp, expiresIn, svg } = begun;
    return c.json({ attempt, otp, expires_in: expiresIn, svg, headers: [...begun.headers] });
  });

  app.post("/scanned", async (c) => {
    const { transaction_id: transactionId, user_id, address, user_agent } = await bodyOf(c, scannedRequest);
    await kit.scanned({
      transactionId,
      userId: user_id ?? undefined,
      address: address ?? undefined,
      userAgent: user_agent ?? undefined,
    });
    return c.body(null, 204);
  });
}

function addForgetCalls(app: Hono, { kit, log, forgotten }: InternalApi): void {
  app.get("/forget", (c) => {
    const knownBrowser = c.req.query("known_browser") ?? "false";
    if (knownBrowser !== "true" && knownBrowser !== "false")
      throw badRequest('"known_browser" must be true or false.');
    return c.json({ headers: [...kit.forget({ knownBrowser: knownBrowser === "true" })] });
  });

  app.post("/forget-browsers", async (c) => {
    const { user_id: userId, by, reason } = await bodyOf(c, forgetBrowsersRequest);
    const order = noteOrder(c, { by, reason }, userId == null ? { all: true } : { userId });
    try {
      await (userId == null ? forgotten.forgetAll() : forgotten.forget(userId));
    } catch (error) {
      log.error({ error }, "browsers_not_forgotten");
      withoutStore();
    }
    if (userId == null) log.warn({ all: true, cause: "call", ...order }, "browsers_forgotten");
    else log.info({ userId, cause: "call", ...order }, "browsers_forgotten");
    return c.body(null, 204);
  });
}

function addPauseCalls(app: Hono, { kit }: InternalApi): void {
  app.put("/pause", async (c) => {
    const { until, by, reason } = await optionalBodyOf(c, pauseRequest);
    const order = noteOrder(c, { by, reason }, until ? { until: until.toISOString() } : {});
    await kit.pause({ until: until ?? undefined, ...order }).catch(withoutPause);
    return c.body(null, 204);
  });

  app.get("/pause", async (c) => {
    const { paused } = await kit.health();
    if (!paused) return c.json({ paused: false });
    const { until, ...speaker } = paused;
    const end = until !== undefined && { until: new Date(until).toISOString() };
    return c.json({ paused: true, ...end, ...speaker });
  });

  app.delete("/pause", async (c) => {
    const { by, reason } = await optionalBodyOf(c, resumeRequest);
    await kit.resume(noteOrder(c, { by, reason })).catch(withoutPause);
    return c.body(null, 204);
  });
}

const notReady: Record<Exclude<Awaited<ReturnType<Readiness["state"]>>, "ready">, string> = {
  stopping: "The service is stopping.",
  audit_not_written: "The audit cannot be written, and audit-required is set.",
  unreachable: "The store does not answer.",
  refuses_writes: "The store refuses what is written: it is full, or a replica.",
};

/** Compares hashes, which all have the same length, in constant time, so that timing reveals nothing about the secrets. */
function requireSecret(secrets: InternalApi["secrets"]): MiddlewareHandler {
  const hashOf = (text: string) => createHash("sha256").update(text).digest();
  return async (c, next) => {
    const [, given = ""] = /^Bearer +(\S+)$/i.exec(c.req.header("Authorization") ?? "") ?? [];
    const hash = hashOf(given);
    const fits = secrets().map((secret) => timingSafeEqual(hash, hashOf(secret)));
    if (!fits.includes(true)) {
      const headers = { "WWW-Authenticate": "Bearer" };
      throw new InternalError(
        401,
        "invalid_client",
        "Authorization: Bearer {internal-secret} is required.",
        headers,
      );
    }
    await next();
  };
}

const otherMethod = (allow: string) => (): never => {
  throw new InternalError(405, "invalid_request", `This address takes ${allow} only.`, { Allow: allow });
};

function withoutPause(error: unknown): never {
  if (error instanceof TypeError) {
    const [, fault = ""] = /^kit\.\w+: (.*)$/.exec(error.message) ?? [];
    // The kit's clock decides, which with Redis is that of its host.
    throw badRequest(fault.startsWith('"until"') ? '"until" must be in the future.' : `${fault}.`);
  }
  // What to do about it is in its message.
  if (error instanceof Error && error.name === "UnreadablePause") throw unavailable(error.message);
  return withoutStore();
}

function withoutStore(): never {
  throw unavailable("The store does not work at the moment. Try again shortly.");
}

const unavailable = (description: string): InternalError =>
  new InternalError(503, "temporarily_unavailable", description, { "Retry-After": "5" });
