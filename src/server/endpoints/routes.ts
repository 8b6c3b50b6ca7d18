import { Hono, type Context as HonoContext } from "hono";
import { invalidRequest, unknownAttempt } from "../http/api-error.js";
import type { Attempt } from "../attempt/attempt.js";
import { readJsonObject } from "../http/json-body.js";
import { answerCallback, authenticateCallback } from "./callback-endpoint.js";
import type { Call } from "../http/call.js";
import { checkCsrf } from "../http/csrf.js";
import type { Kit } from "../kit-parts.js";
import { logIn } from "./login-endpoint.js";
import { sha256 } from "../bytes.js";
import { answerStatus } from "./status-endpoint.js";

/** What Hono carries beside the request. */
interface Env<Context> {
  Bindings: { call: Call<Context> };
}

type Body = Record<string, unknown>;
type Answer = Response | Promise<Response>;

/**
 * The addresses of the login API. Every call is looked at in this order: path, method, gate, size, type, JSON, attempt;
 * what is asked for does the rest.
 */
export function createRoutes<Context>(kit: Kit<Context>): Hono<Env<Context>> {
  const { config } = kit;
  const app = new Hono<Env<Context>>();
  type C = HonoContext<Env<Context>>;

  const at = (path: string, methods: "GET" | "POST", handle: (c: C) => Answer): void => {
    const allow = methods === "GET" ? "GET, HEAD" : methods;
    app.all(config.path + path, async (c) => {
      const { method } = c.req;
      const preflight = path === "/callback" ? undefined : kit.cors.preflight(c.req.raw, methods);
      if (preflight) return preflight;
      if (!allow.split(", ").includes(method)) throw notAllowed(method, allow);
      return handle(c);
    });
  };

  /** A page's call that changes something. */
  const fromPage = (path: string, handle: (call: Call<Context>, body: Body, c: C) => Answer): void =>
    at(path, "POST", async (c) => {
      const { call } = c.env;
      checkCsrf(call.request, config);
      return handle(call, await readJsonObject(call.request, config.limits.bodyBytes), c);
    });

  /** The attempt of the address, if it is this browser's. */
  const ofBrowser = async (c: C): Promise<Attempt> => {
    const secret = kit.cookie.read(c.req.raw);
    // Strangers without a cookie cost the store nothing.
    if (secret === undefined) throw unknownAttempt();
    const attempt = await kit.attempts.get(c.req.param("attempt") ?? "");
    if (attempt?.browser !== (await sha256(secret))) throw unknownAttempt();
    c.env.call.attempt = attempt.id;
    return attempt;
  };

  at("/callback", "POST", async ({ env: { call } }) => {
    // A proxy may keep this address to the Token Server: no other spelling of it passes by such a rule.
    if (new URL(call.request.url).pathname !== `${config.path}/callback`) throw notFound();
    await authenticateCallback(call.request, config.callbackCredentials);
    return answerCallback(call, await readJsonObject(call.request, config.limits.bodyBytes), kit);
  });
  fromPage("", (call, body) => kit.codes.start(call, body));
  fromPage("/:attempt/otp", async (call, _body, c) => kit.codes.renew(call, await ofBrowser(c)));
  fromPage("/:attempt/login", async (call, _body, c) => logIn(call, await ofBrowser(c), kit));
  at("/:attempt", "GET", async (c) => answerStatus(c.req.raw, await ofBrowser(c), kit));

  app.notFound(() => {
    throw notFound();
  });
  app.onError((error) => {
    throw error;
  });
  return app;
}

const notFound = () => invalidRequest("There is nothing at this address.", { status: 404 });

const notAllowed = (method: string, allow: string) =>
  invalidRequest(`${method} is not allowed here.`, { status: 405, headers: { allow } });
