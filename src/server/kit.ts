import { serverError, type Refusal } from "./answers.js";
import { loggedAddress, type Call } from "./call.js";
import { configure } from "./config.js";
import { assembleKit } from "./kit-parts.js";
import type { LoginKitOptions } from "./options.js";
import { createRoutes } from "./routes.js";
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
   * The headers that end this browser's cookie, and with it all of its attempts: for the answer to the site's logout.
   */
  forget(request: Pick<Request, "headers">): Headers;

  /**
   * Ends all streams and held polls, for a deploy; the clients come back spread over some seconds. Calls are still
   * answered. Resolves when no question to the Token Server is under way.
   */
  close(): Promise<void>;
}

const paths = new WeakMap<LoginKit<never>, string>();

/** The path that a kit owns, for an adapter. */
export const pathOf = (kit: LoginKit<never>): string | undefined => paths.get(kit);

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
  const kit = assembleKit(configure(options, runtime), runtime);
  const routes = createRoutes(kit);
  const { config, cors, report } = kit;

  const refuse = (call: Call<Context>, refusal: Refusal): Response => {
    report({
      type: "request_refused",
      level: refusal.status === 403 || refusal.status === 401 ? "warn" : "info",
      error: refusal.error,
      status: refusal.status,
      description: refusal.description,
      method: call.request.method,
      ...loggedAddress(call),
    });
    return refusal.toResponse();
  };

  const loginKit: LoginKit<Context> = {
    async fetch(request, ...rest) {
      const context = rest[0] as Context;
      const call: Call<Context> = {
        request,
        context,
        address: () => config.clientIp(request, context),
      };
      let response: Response;
      try {
        response = await routes.fetch(request, { call, refuse: (refusal) => refuse(call, refusal) });
      } catch (error) {
        report({ type: "internal_error", level: "error", doing: `answering ${request.method}`, error });
        response = refuse(call, serverError);
      }
      cors.mark(request, response);
      return response;
    },
    forget: () => new Headers({ "set-cookie": kit.cookie.endHeader() }),
    async close() {
      kit.watching.close();
      await kit.questions.settled();
    },
  };
  paths.set(loginKit, config.path);
  return loginKit;
}
