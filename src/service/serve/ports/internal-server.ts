import { constants } from "node:crypto";
import { createServer, type Server } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import type { HttpBindings } from "@hono/node-server";
import { Hono, type Context, type ErrorHandler, type MiddlewareHandler } from "hono";
import { LogThrottle } from "../../../server/limits/log-throttle.js";
import { memoryLimiter } from "../../../server/limits/rate-limiter.js";
import type { Credential, InternalSecrets } from "../../settings/internal-secrets.js";
import type { Audit } from "../audit/audit.js";
import { auditOperatorCalls, noteOrder } from "../audit/operator-calls.js";
import type { Pem } from "../certificates.js";
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
import { credentialOf, credentialsFor, inUse } from "./credentials.js";
import { badRequest, InternalError } from "./internal-error.js";
import type { Log } from "../telemetry/log.js";
import type { Metrics } from "../telemetry/metrics.js";
import { listenerOf } from "./public-server.js";
import { certificateOf, peerOf } from "./peer.js";
import type { Readiness } from "./readiness.js";
import type { StrangerSampling } from "../telemetry/stranger-sampling.js";

/** What the calls of the site's backend need. */
interface InternalApi {
  kit: ServiceKit;
  log: Log;
  metrics: Metrics;
  audit: Pick<Audit, "operatorCall" | "isWritten">;
  readiness: Pick<Readiness, "state">;
  strangers: Pick<StrangerSampling, "ofLine">;
  forgotten: Pick<ForgottenBrowsers, "forget" | "forgetAll">;
  /** The secrets that are accepted. They may change while the service runs. */
  secrets: () => InternalSecrets;
  /** Whether a call that needs a secret needs a client certificate, too. */
  withClientCertificates?: boolean;
}

/** The environment of a call: Node's request and response, and whose secret came with it. */
interface Env {
  Bindings: Partial<HttpBindings>;
  Variables: { credential: Credential };
}

/** How long a TLS handshake may take: a stop waits for it. */
const handshakeMs = 5_000;

/**
 * The server for the site's own backend.
 *
 * @param pem its certificate; without one it is plain http
 */
export function createInternalServer(service: InternalApi, pem: Pem = {}): Server {
  const answer = listenerOf(createInternalApi(service).fetch);
  const listener: Parameters<typeof createServer>[1] = (request, response) => {
    // Stopping closes idle connections. A call on one at that moment would get no answer, and a ticket cannot be redeemed twice.
    response.setHeader("Connection", "close");
    void answer(request, response);
  };
  if (pem.cert === undefined) return createServer(listener);
  // A probe has no client certificate, so the handshake asks for one, and the calls that need a secret refuse what it was.
  const asking = { requestCert: pem.ca !== undefined, rejectUnauthorized: false };
  return createTlsServer({ ...contextOf(pem), ...asking, handshakeTimeout: handshakeMs }, listener);
}

/** Lets new connections have other certificates. */
export const useCertificates = (server: Server, pem: Pem): void =>
  (server as TlsServer).setSecureContext(contextOf(pem));

/** No session is resumed, so that each connection has shown its certificate to the authorities of now. */
const contextOf = (pem: Pem) => ({ ...pem, secureOptions: constants.SSL_OP_NO_TICKET });

/** The calls of the site's backend. All except `/health` and `/ready` require a secret. */
export function createInternalApi(service: InternalApi): Hono<Env> {
  const { kit, metrics, readiness } = service;
  const app = new Hono<Env>();
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

  app.use(requireSecret(service));
  addLoginCalls(app, service);
  addForgetCalls(app, service);
  addPauseCalls(app, service);
  app.get("/metrics", async (c) => {
    return c.body(await metrics.text(await kit.health(), service.audit.isWritten), 200, {
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
function errorAnswer({ log, metrics, strangers }: InternalApi): ErrorHandler<Env> {
  const throttle = new LogThrottle(60_000);
  return (error, { env, req: { method, path } }) => {
    if (error instanceof InternalError) {
      // The backend's secret may be wrong. Anybody who reaches the port can cause this at will.
      const { code, status } = error;
      if (code === "invalid_client" || code === "insufficient_scope") {
        metrics.internalCallRefused(code);
        const level = throttle.level("internal_call_refused", "warn");
        const standsFor = level === "warn" ? 1 : strangers.ofLine();
        const peer = env.incoming && { peer: peerOf(env.incoming) };
        const line = {
          status,
          method,
          path: path.slice(0, 200),
          ...peer,
          ...(standsFor > 1 && { standsFor }),
        };
        if (standsFor > 0) log[level](line, "internal_call_refused");
      }
      return error.toResponse();
    }
    log.error({ method, path, error }, "internal_call_failed");
    return new InternalError(500, "server_error", "The service could not handle this request.").toResponse();
  };
}

function addLoginCalls(app: Hono<Env>, { kit, metrics }: InternalApi): void {
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
    const { attempt, otp, expiresIn, digits, svg } = begun;
    return c.json({ attempt, otp, expires_in: expiresIn, digits, svg, headers: [...begun.headers] });
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

function addForgetCalls(app: Hono<Env>, service: InternalApi): void {
  const { kit, log, forgotten } = service;
  const limit = forgetLimit(service);
  app.get("/forget", (c) => {
    const knownBrowser = c.req.query("known_browser") ?? "false";
    if (knownBrowser !== "true" && knownBrowser !== "false")
      throw badRequest('"known_browser" must be true or false.');
    return c.json({ headers: [...kit.forget({ knownBrowser: knownBrowser === "true" })] });
  });

  app.post("/forget-browsers", async (c) => {
    const { user_id: userId, by, reason } = await bodyOf(c, forgetBrowsersRequest);
    const order = noteOrder(c, { by, reason }, userId == null ? { all: true } : { userId });
    requireCredential(c, [userId == null ? "operator-secret" : "internal-secret"], service.secrets());
    await limit(userId == null ? "all" : "users");
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

function addPauseCalls(app: Hono<Env>, { kit }: InternalApi): void {
  app.put("/pause", async (c) => {
    const { until, by, reason } = await optionalBodyOf(c, pauseRequest);
    const order = noteOrder(c, { by, reason }, until ? { until: until.toISOString() } : {});
    await kit.pause({ until: until ?? undefined, ...order }).catch(withoutPause);
    return c.body(null, 204);
  });

  app.get("/pause", async (c) => {
    const { paused } = await kit.health();
    if (!paused) return c.json({ paused: false });
    const { until, onThisServer, ...speaker } = paused;
    const end = until !== undefined && { until: new Date(until).toISOString() };
    return c.json({ paused: true, ...end, ...speaker, ...(onThisServer && { on_this_server: true }) });
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
  refuses_writes:
    "The store refuses what is written: it is full, cannot save, misses its replicas, or is a replica itself.",
};

function requireSecret({ secrets, withClientCertificates = false }: InternalApi): MiddlewareHandler<Env> {
  return async (c, next) => {
    const allowed = credentialsFor(c.req.method, c.req.path);
    if (withClientCertificates && !(c.env.incoming && certificateOf(c.env.incoming)))
      throw unauthorized("A client certificate is required, of an authority in internal-client-ca.");
    const given = credentialOf(c.req.header("Authorization"), secrets());
    if (given === undefined)
      throw unauthorized(`Authorization: Bearer {${namesOf(allowed, secrets())}} is required.`);
    c.set("credential", given);
    requireCredential(c, allowed, secrets());
    await next();
  };
}

/** A right secret of other calls is answered 403 (RFC 6750, section 3.1), so that its owner sees which one is needed. */
function requireCredential(c: Context<Env>, allowed: readonly Credential[], secrets: InternalSecrets): void {
  if (allowed.some((credential) => inUse(credential, secrets) === c.get("credential"))) return;
  const headers = { "WWW-Authenticate": 'Bearer error="insufficient_scope"' };
  const description = `This call needs ${namesOf(allowed, secrets)}, not ${c.get("credential")}.`;
  throw new InternalError(403, "insufficient_scope", description, headers);
}

const namesOf = (allowed: readonly Credential[], secrets: InternalSecrets): string =>
  [...new Set(allowed.map((credential) => inUse(credential, secrets)))].join(" or ");

const unauthorized = (description: string): InternalError =>
  new InternalError(401, "invalid_client", description, { "WWW-Authenticate": "Bearer" });

/** Ten calls a second, and ninety more in a minute: whoever has stolen the secret cannot mark everybody at once. */
function forgetLimit({ log, metrics }: InternalApi): (whose: "users" | "all") => Promise<void> {
  const steady = memoryLimiter({ name: "forgetBrowsers", count: 10, seconds: 1 });
  const burst = memoryLimiter({ name: "forgetBrowsersBurst", count: 90, seconds: 60 });
  const throttle = new LogThrottle(60_000);
  return async (whose) => {
    const { allowed, resetMs } = await steady.count(whose);
    if (allowed || (await burst.count(whose)).allowed) return;
    metrics.forgetLimited();
    if (throttle.isDue(whose)) log.warn({ path: "/forget-browsers", status: 429 }, "internal_call_limited");
    throw new InternalError(
      429,
      "too_many_requests",
      "Ten calls a second are accepted. Send this one again.",
      {
        "Retry-After": String(Math.max(1, Math.ceil(resetMs / 1000))),
      },
    );
  };
}

const otherMethod = (allow: string) => (): never => {
  throw new InternalError(405, "invalid_request", `This address takes ${allow} only.`, { Allow: allow });
};

function withoutPause(error: unknown): never {
  // The kit's clock decides, which with Redis is that of its host.
  if (error instanceof TypeError) throw badRequest('"until" must be in the future.');
  // What to do about it is in its message.
  if (error instanceof Error && error.name === "UnreadablePause") throw unavailable(error.message);
  return withoutStore();
}

function withoutStore(): never {
  throw unavailable("The store does not work at the moment. Try again shortly.");
}

const unavailable = (description: string): InternalError =>
  new InternalError(503, "temporarily_unavailable", description, { "Retry-After": "5" });
