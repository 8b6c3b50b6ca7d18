import { ApiError, serverError, temporarilyUnavailable } from "./http/api-error.js";
import type { Call } from "./http/call.js";
import { parseOptions } from "./config.js";
import { toWebResponse } from "./http/response.js";
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
  /** As the kit's own, but what the answer says may lie beside it (`rawBodyOf`). */
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

  /** Reports what a call threw, and returns the error that it is answered with. */
  const toApiError = (error: unknown, call: Call<Context>, doing: string): ApiError => {
    let apiError: ApiError;
    if (error instanceof ApiError) apiError = error;
    else if (error instanceof StoreUnavailable) apiError = temporarilyUnavailable();
    else {
      apiError = serverError();
      report({ type: "internal_error", level: "error", doing, error });
    }
    kit.errorLog.report(call, apiError);
    return apiError;
  };

  const answer = async (call: Call<Context>): Promise<Response> => {
    try {
      return await routes.fetch(call.request, { call });
    } catch (error) {
      return toApiError(error, call, `answering ${call.request.method}`).toResponse();
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
    try {
      return await underWay.add(beginWithPage(call, kit.codes));
    } catch (error) {
      toApiError(error, call, "beginning with a page");
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
