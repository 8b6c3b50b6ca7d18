import { Hono, type Context as HonoContext } from "hono";
import { Refusal, unknownAttempt } from "../http/api-error.js";
import type { Attempt } from "../attempt/attempt.js";
import { readJsonObject } from "../http/json-body.js";
import { answerCallback, refuseCallback } from "./callback-endpoint.js";
import type { Call } from "../http/call.js";
import { gate } from "../http/csrf.js";
import type { Kit } from "../kit-parts.js";
import { logIn } from "./login-endpoint.js";
import { sha256 } from "../runtime.js";
import { answerStatus } from "./status-endpoint.js";

/** What Hono carries beside the request. */
interface Env<Context> {
  Bindings: { call: Call<Context>; refuse: (refusal: Refusal) => Response };
}

type Body = Record<string, unknown>;
type Answer = Response | Refusal | Promise<Response | Refusal>;

const notFound = new Refusal("invalid_request", "There is nothing at this address.", { status: 404 });

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
      const answer = allow.split(", ").includes(method) ? await handle(c) : notAllowed(method, allow);
      return answer instanceof Refusal ? c.env.refuse(answer) : answer;
    });
  };

  /** A page's call that changes something. */
  const fromPage = (path: string, handle: (call: Call<Context>, body: Body, c: C) => Answer): void =>
    at(path, "POST", async (c) => {
      const { call } = c.env;
      const refusal = gate(call.request, config);
      if (refusal) return refusal;
      const body = await readJsonObject(call.request, config.limits.bodyBytes);
      return body instanceof Refusal ? body : handle(call, body, c);
    });

  /** The attempt of the address, if it is this browser's. */
  const ofBrowser = async (c: C): Promise<Attempt | Refusal> => {
    const secret = kit.cookie.read(c.req.raw);
    // Strangers without a cookie cost the store nothing.
    if (secret === undefined) return unknownAttempt;
    const attempt = await kit.attempts.get(c.req.param("attempt") ?? "");
    if (attempt?.browser !== (await sha256(secret))) return unknownAttempt;
    c.env.call.attempt = attempt.id;
    return attempt;
  };

  at("/callback", "POST", async ({ env: { call } }) => {
    // A proxy may keep this address to the Token Server: no other spelling of it passes by such a rule.
    if (new URL(call.request.url).pathname !== `${config.path}/callback`) return notFound;
    const refusal = await refuseCallback(call.request, config.callbackCredentials);
    if (refusal) return refusal;
    const body = await readJsonObject(call.request, config.limits.bodyBytes);
    return body instanceof Refusal ? body : answerCallback(call, body, kit);
  });
  fromPage("", (call, body) => kit.codes.start(call, body));
  fromPage("/:attempt/otp", async (call, _body, c) => {
    const attempt = await ofBrowser(c);
    return attempt instanceof Refusal ? attempt : kit.codes.renew(call, attempt);
  });
  fromPage("/:attempt/login", async (call, _body, c) => {
    const attempt = await ofBrowser(c);
    return attempt instanceof Refusal ? attempt : logIn(call, attempt, kit);
  });
  at("/:attempt", "GET", async (c) => {
    const attempt = await ofBrowser(c);
    return attempt instanceof Refusal ? attempt : answerStatus(c.req.raw, attempt, kit);
  });

  app.notFound((c) => c.env.refuse(notFound));
  app.onError((error) => {
    throw error;
  });
  return app;
}

const notAllowed = (method: string, allow: string): Refusal =>
  new Refusal("invalid_request", `${method} is not allowed here.`, { status: 405, headers: { allow } });
