import { Hono, type Context as HonoContext } from "hono";
import { change } from "../attempt/transitions.js";
import type { Attempt } from "../store/attempt.js";
import { sha256 } from "../text/bytes.js";
import type { Core } from "../core.js";
import { invalidRequest, notFound, unknownAttempt, type RefusedOrigins } from "../http/api-error.js";
import type { BrowserCookie } from "../http/browser-cookie.js";
import type { Call } from "../http/call.js";
import { checkCsrf, Cors } from "../http/csrf-and-cors.js";
import { readJsonObject } from "../http/json-body.js";
import { logIn } from "../login/login-endpoint.js";
import type { Pairing } from "../login/pairing.js";
import { authenticateCallback, type CallbackEndpoint } from "./callback-endpoint.js";
import type { ErrorLog } from "./error-log.js";
import type { OtpEndpoint } from "./otp-endpoint.js";
import type { StatusEndpoint } from "./status-endpoint.js";

/** Where the routes lead to. `pairing`: undefined if no code has a number. */
interface Endpoints<Context> {
  otp: OtpEndpoint<Context>;
  callback: CallbackEndpoint;
  status: StatusEndpoint;
  pairing: Pairing<Context> | undefined;
}

/** What Hono passes to a route. */
interface OfCall<Context> {
  Bindings: { call: Call<Context> };
}

/**
 * The addresses of the login API. Each call is checked in this order: path, method, CSRF, the body's size, its type, its
 * JSON, the attempt. The endpoint checks the rest.
 */
export class Routes<Context> {
  readonly #core: Core<Context>;
  readonly #cookie: BrowserCookie;
  readonly #errorLog: ErrorLog;
  readonly #cors: Cors;
  readonly #app = new Hono<OfCall<Context>>();

  constructor(
    core: Core<Context>,
    cookie: BrowserCookie,
    errorLog: ErrorLog,
    { otp, callback, status, pairing }: Endpoints<Context>,
  ) {
    this.#core = core;
    this.#cookie = cookie;
    this.#errorLog = errorLog;
    this.#cors = new Cors(core.config.pages);
    const { callbackCredentials, limits, path, timeouts } = core.config;
    const bodyLimits = { maxBytes: limits.bodyBytes, maxMs: timeouts.bodySeconds * 1000 };

    this.#route("/callback", "POST", async ({ env: { call } }) => {
      // A proxy may let only the Token Server call this address. No other spelling of it may get past such a rule.
      if (new URL(call.request.url).pathname !== `${path}/callback`) throw notFound();
      call.isCallback = true;
      await authenticateCallback(call.request, callbackCredentials);
      return callback.answer(call, await readJsonObject(call.request, bodyLimits, core.runtime));
    });
    this.#route("", "POST", async ({ env: { call } }) =>
      otp.start(call, await readJsonObject(call.request, bodyLimits, core.runtime)),
    );
    this.#route("/:attempt/otp", "POST", async (c) => {
      const { call } = c.env;
      await readJsonObject(call.request, bodyLimits, core.runtime);
      return otp.renew(call, await this.#attemptOf(c));
    });
    this.#route("/:attempt/login", "POST", async (c) => {
      const { call } = c.env;
      const body = await readJsonObject(call.request, bodyLimits, core.runtime);
      // A page logs in where it has seen the acceptance. A failover of the store may have lost it since: the Token Server has it.
      return logIn(call, body, await status.polled(await this.#attemptOf(c)), core, pairing);
    });
    this.#route("/:attempt", "GET", async (c) => status.answer(c.req.raw, await this.#attemptOf(c)));
    this.#app.notFound(() => {
      throw notFound();
    });
    this.#app.onError((error) => {
      throw error;
    });
  }

  /** Answers a call. Never rejects. */
  async answer(call: Call<Context>): Promise<Response> {
    const { request } = call;
    let response: Response;
    try {
      // Hono decodes paths. Another spelling of an address would get past rules of a proxy that compare the raw path.
      if (encodedLetter.test(request.url.split("?", 1)[0] ?? "")) throw notFound();
      response = await this.#app.fetch(request, { call });
    } catch (error) {
      response = this.#errorLog.report(call, error, `answering ${request.method}`).toResponse();
    }
    this.#cors.mark(request, response);
    return response;
  }

  #route(
    path: string,
    methods: "GET" | "POST",
    handle: (c: HonoContext<OfCall<Context>>) => Promise<Response>,
  ): void {
    const cors = this.#cors;
    const allow = methods === "GET" ? "GET, HEAD" : methods;
    this.#app.all(this.#core.config.path + path, async (c) => {
      const { method } = c.req;
      const isOfPages = path !== "/callback";
      const preflight = isOfPages ? cors.preflight(c.req.raw, methods) : undefined;
      if (preflight) return preflight;
      if (!allow.split(", ").includes(method))
        throw notAllowed(method, allow, isOfPages ? cors.whyRefused(c.req.raw) : undefined);
      const changesState = isOfPages && methods === "POST";
      if (changesState) checkCsrf(c.req.raw, this.#core.config.pages);
      return handle(c);
    });
  }

  /** The attempt in the address, if this browser began it. */
  async #attemptOf(c: HonoContext<OfCall<Context>>): Promise<Attempt> {
    const { attempts, runtime } = this.#core;
    const secret = this.#cookie.read(c.req.raw.headers.get("cookie"));
    // Without a cookie the store is not read.
    if (secret === undefined) throw unknownAttempt();
    const found = await attempts.get(c.req.param("attempt") ?? "", await sha256(secret));
    // One that was accepted and not claimed in time is over.
    const isAccepted = found?.state.status === "approved";
    const attempt = isAccepted
      ? (await attempts.update(found, change, { kind: "time_over", at: runtime.now() }))?.attempt
      : found;
    if (!attempt) throw unknownAttempt();
    c.env.call.attempt = attempt.id;
    return attempt;
  }
}

/** A percent-encoded letter, digit, `-`, `.`, `_` or `~`: characters that need no encoding (RFC 3986 §2.3). */
const encodedLetter = /%(?:2[de]|3\d|4[1-9a-f]|5[\daf]|6[1-9a-f]|7[\dae])/i;

const notAllowed = (method: string, allow: string, origins: RefusedOrigins | undefined) =>
  invalidRequest(`${method} is not allowed here.`, {
    status: 405,
    headers: { allow },
    ...(origins && { origins }),
  });
