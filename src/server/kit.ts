import { serverError, temporarilyUnavailable, type Refusal } from "./http/api-error.js";
import type { Call } from "./http/call.js";
import { parseOptions } from "./config.js";
import { toWebResponse } from "./http/direct-response.js";
import { beginWithPage, type FirstPaint } from "./endpoints/first-paint.js";
import { StoreUnavailable } from "./attempt/guarded-store.js";
import { checkHealth, type Health } from "./health.js";
import { assembleKit } from "./kit-parts.js";
import type { LoginKitOptions } from "./options.js";
import { createRoutes } from "./endpoints/routes.js";
import { systemRuntime, type Runtime } from "./runtime.js";

/** The site's backend for the widget. */
export interface LoginKit<Context = unknown> {
  /**
   * Answers a request of the login API. What lies outside its path gets 404 too. Never rejects.
   *
   * @param context whatever the site wants to hand to its `signIn`, `clientIp` and `message`
   */
  fetch(
    request: Request,
    ...context: undefined extends Context ? [context?: Context] : [context: Context]
  ): Promise<Response>;

  /**
   * Begins an attempt for a login page that is being written, so that its code can be scanned before any script has run.
   * What it gives goes into the page: `<onegini-otp-login attempt otp expires-in>svg</onegini-otp-login>`, and its
   * headers into the page's answer. `null` where there is nothing to begin: the element then begins by itself. Never rejects.
   *
   * @param request the request for the page
   */
  begin(
    request: Request,
    ...context: undefined extends Context ? [context?: Context] : [context: Context]
  ): Promise<FirstPaint | null>;

  /**
   * The headers that end this browser's cookie, and with it all of its attempts: for the answer to the site's logout.
   */
  forget(request: Pick<Request, "headers">): Headers;

  /**
   * Whether this server can do its work, for a load balancer: false when the store does not answer within two seconds,
   * and after `close()`. The Token Server does not count, as every server has the same. Never rejects.
   */
  health(): Promise<Health>;

  /**
   * Ends all streams and held polls, for a deploy; the clients come back spread over some seconds. Calls are still
   * answered. Resolves when every call that had begun is answered, every callback that had come is followed, and no
   * question to the Token Server is under way; nothing is asked again by itself any more.
   */
  close(): Promise<void>;
}

/** What an adapter needs of a kit. */
export interface ForAdapter {
  /** As the kit's own, but what the answer says may lie beside it (`contentOf`). */
  fetch(request: Request, context: unknown): Promise<Response>;
  /** The path that it owns. */
  path: string;
}

const forAdapters = new WeakMap<LoginKit<never>, ForAdapter>();

/** What an adapter needs of a kit; undefined if it was made by another copy of this package. */
export const forAdapter = (kit: LoginKit<never>): ForAdapter | undefined => forAdapters.get(kit);

/** Whether a path is a kit's to answer. */
export const isUnder = (pathname: string, path: string): boolean =>
  pathname === path || pathname.startsWith(`${path}/`);

/**
 * Creates the kit of a site.
 *
 * @throws TypeError that names the option that is missing or wrong and says what is expected
 */
export function createLoginKit<Context = unknown>(
  options: LoginKitOptions<Context>,
  runtime: Runtime = systemRuntime,
): LoginKit<Context> {
  const kit = assembleKit(parseOptions(options, runtime), runtime);
  const routes = createRoutes(kit);
  const { config, cors, report, underWay } = kit;

  const answer = async (call: Call<Context>): Promise<Response> => {
    const refuse = (refusal: Refusal): Response => {
      kit.refusals.report(call, refusal);
      return refusal.toResponse();
    };
    try {
      return await routes.fetch(call.request, { call, refuse });
    } catch (error) {
      if (error instanceof StoreUnavailable) return refuse(temporarilyUnavailable);
      report({ type: "internal_error", level: "error", doing: `answering ${call.request.method}`, error });
      return refuse(serverError);
    }
  };

  const callOf = (request: Request, context: Context): Call<Context> => ({
    request,
    context,
    address: () => config.clientIp(request, context),
    beganAt: kit.runtime.now(),
  });

  const begin = async (request: Request, context: Context): Promise<FirstPaint | null> => {
    const call = callOf(request, context);
    const refuse = (refusal: Refusal): void => kit.refusals.report(call, refusal);
    try {
      return await underWay.add(beginWithPage(call, kit.codes, refuse));
    } catch (error) {
      if (error instanceof StoreUnavailable) refuse(temporarilyUnavailable);
      else report({ type: "internal_error", level: "error", doing: "beginning with a page", error });
      return null;
    }
  };

  const fetch = async (request: Request, context: Context): Promise<Response> => {
    const call = callOf(request, context);
    const response = await underWay.add(answer(call));
    cors.mark(request, response);
    return response;
  };

  const loginKit: LoginKit<Context> = {
    fetch: async (request, ...rest) => toWebResponse(await fetch(request, rest[0] as Context)),
    begin: (request, ...rest) => begin(request, rest[0] as Context),
    forget: () => new Headers({ "set-cookie": kit.cookie.endHeader() }),
    health: () => checkHealth(kit),
    async close() {
      kit.watching.close();
      kit.questions.close();
      await underWay.settled();
      await kit.questions.settled();
    },
  };
  forAdapters.set(loginKit, {
    fetch: (request, context) => fetch(request, context as Context),
    path: config.path,
  });
  return loginKit;
}
