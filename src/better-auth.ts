/**
 * The kit as a plugin of [Better Auth](https://better-auth.com), 1.7.3 or later.
 *
 * @module
 */
import type { AuthContext, BetterAuthPlugin } from "better-auth";
import * as api from "better-auth/api";
import { setSessionCookie } from "better-auth/cookies";
import * as oauth2 from "better-auth/oauth2";
import { createLoginKit } from "./server/create-login-kit.js";
import type { LoginKit } from "./server/login-kit.js";
import type { CommonOptions, Login, PairingOptions } from "./server/options.js";

// Older versions have not all of these functions. An import by name would fail in them before the version is checked.
const { APIError, createAuthEndpoint, createAuthMiddleware } = api;

/** Of the accounts. Their `accountId` is the user's id at the Token Server. */
const providerId = "onegini";

/** The path of the login API below Better Auth's own. */
const path = "/otp-login";

/** The path that hooks of the site and of other plugins see for a login. Many look for `/sign-in`. No request can reach it. */
const signInPath = "/sign-in/onegini";

const errorCodes = {
  ONEGINI_USER_NOT_FOUND: {
    code: "ONEGINI_USER_NOT_FOUND",
    message: "There is no user for this phone",
  },
  ONEGINI_ACCOUNT_NOT_LINKED: {
    code: "ONEGINI_ACCOUNT_NOT_LINKED",
    message: "The user with this email address is not linked to this phone",
  },
  ONEGINI_LOGIN_REFUSED: {
    code: "ONEGINI_LOGIN_REFUSED",
    message: "This user may not log in",
  },
} as const;

type Awaitable<T> = T | Promise<T>;

/** A user that the plugin creates. */
export interface NewUser {
  email: string;
  name: string;
  image?: string | null;
  /**
   * Whether the email address is verified as this person's. It decides whether the account is linked to an existing user with the
   * same address, by the rules of Better Auth's `account.accountLinking`. Default false.
   */
  emailVerified?: boolean;
  /** Additional fields of the site. */
  [field: string]: unknown;
}

/** The options of `oneginiOtpLogin`: those of the kit, with Better Auth's context as `context`, and these. */
export interface OneginiOtpLoginOptions extends Omit<
  CommonOptions<AuthContext>,
  "origin" | "path" | "clientIp"
> {
  /** The origin of the login page, e.g. `https://www.example.com`. Default: that of Better Auth's `baseURL`. */
  origin?: string;
  /**
   * Returns the client's IP address, or undefined. Default: the one that Better Auth finds, if its option `advanced.ipAddress`
   * has `ipAddressHeaders` or `trustedProxies`. Without them Better Auth would trust any client's `X-Forwarded-For`, so the
   * address is then unknown, and the event `no_client_address` reports that.
   */
  clientIp?: (request: Request, context: AuthContext) => string | undefined;
  /** Where the page goes after the login, e.g. `/account`. Default: the widget's `redirect`. */
  redirectTo?: string;
  /**
   * Returns the new user for somebody who logs in for the first time, that is, without an account whose `providerId` is "onegini"
   * and whose `accountId` is `userId`. Without it, or if it returns `null` or `undefined`, the login is refused and nothing is
   * created. If it throws, the page gets 500 and tries again for a minute.
   */
  getUser?: (login: Login<AuthContext>) => Awaitable<NewUser | null | undefined>;
}

/** The plugin, for the `plugins` of `betterAuth`. */
export interface OneginiOtpLogin {
  id: "onegini-otp-login";
  /**
   * The kit, for `begin`, `browserCookie`, `forget`, `scanned`, `pause`, `health` and `close`. Its calls need no context. Pending
   * until `betterAuth` has the plugin; rejects with a TypeError if an option is wrong.
   */
  kit: Promise<LoginKit<AuthContext | undefined>>;
  init: (context: AuthContext) => Promise<{ context: { rateLimit: AuthContext["rateLimit"] } }>;
  onRequest: NonNullable<BetterAuthPlugin["onRequest"]>;
  hooks: NonNullable<BetterAuthPlugin["hooks"]>;
  $ERROR_CODES: typeof errorCodes;
}

/**
 * Creates a plugin of Better Auth that serves the login API at `/otp-login` below Better Auth's own path, and turns a login
 * into Better Auth's session.
 *
 *     export const auth = betterAuth({
 *       baseURL: "https://www.example.com",
 *       plugins: [oneginiOtpLogin({ tokenServer: { … }, message: "Log in to example.com", redirectTo: "/account" })],
 *     });
 *     // <onegini-otp-login endpoint="/api/auth/otp-login"></onegini-otp-login>
 *
 * If an option is missing or wrong, Better Auth's `$context` rejects with a TypeError that names it, and so does each call.
 */
export function oneginiOtpLogin(options: OneginiOtpLoginOptions): OneginiOtpLogin {
  let begin: (context: AuthContext) => void;
  const kit = new Promise<AuthContext>((resolve) => (begin = resolve)).then((context) =>
    createKit(options, context),
  );
  // Better Auth reports the error.
  kit.catch(() => undefined);
  return {
    id: "onegini-otp-login",
    kit,
    async init(context) {
      begin(context);
      await kit;
      const { rateLimit } = context;
      // The kit has its own limits. Better Auth's would count the Token Server's callbacks, which all have one address.
      const unlimited = { [path]: false, [`${path}/*`]: false } as const;
      return {
        context: { rateLimit: { ...rateLimit, customRules: { ...unlimited, ...rateLimit.customRules } } },
      };
    },
    async onRequest(request, context) {
      const { pathname } = new URL(request.url);
      const mountedAt = mountPath(context);
      if (pathname !== mountedAt && !pathname.startsWith(`${mountedAt}/`)) return;
      return { response: await (await kit).fetch(request, context) };
    },
    hooks: {
      after: [
        {
          matcher: (context) => context.path === "/sign-out",
          handler: createAuthMiddleware(async (context) => {
            (await kit).forget().forEach((value, name) => context.setHeader(name, value));
          }),
        },
      ],
    },
    $ERROR_CODES: errorCodes,
  };
}

/**
 * Checks Better Auth's version. Older ones look up accounts by another key and might find somebody else's.
 *
 * @throws TypeError that names the versions that fit
 */
function checkVersion({ version }: { version?: string }): void {
  // Before 1.4 the context has none.
  const [major = 0, minor = 0, patch = 0] = (version ?? "").split(/[.-]/).map(Number);
  if (major > 1 || (major === 1 && (minor > 7 || (minor === 7 && patch >= 3)))) return;
  const found = version === undefined ? "Better Auth" : `Better Auth ${version}`;
  throw new TypeError(`oneginiOtpLogin: ${found} is too old; expected 1.7.3 or later`);
}

/** The path of the login API. */
const mountPath = ({ baseURL, options }: AuthContext): string =>
  (baseURL ? new URL(baseURL).pathname : (options.basePath ?? "")).replace(/\/+$/, "") + path;

/** @throws TypeError that names the option that is missing or wrong and says what is expected */
function createKit(options: OneginiOtpLoginOptions, initial: AuthContext): LoginKit<AuthContext | undefined> {
  checkVersion(initial);
  const { getUser, redirectTo, clientIp, message, pairing, origin, callback, ...others } = options;
  const baseOrigin = initial.baseURL ? new URL(initial.baseURL).origin : undefined;
  const pageOrigin = origin ?? baseOrigin;
  if (pageOrigin === undefined) {
    throw new TypeError(
      'oneginiOtpLogin: "origin" is missing; expected the origin of the login page, or a string as Better Auth\'s "baseURL"',
    );
  }
  const mountedAt = mountPath(initial);
  const addressOf = clientIp ?? (knowsAddresses(initial) ? addressByBetterAuth : undefined);
  return createLoginKit<AuthContext | undefined>({
    ...others,
    origin: pageOrigin,
    path: mountedAt,
    // The page may be of another origin than Better Auth, which is what the Token Server reaches.
    callback: { uri: `${others.apiOrigin ?? baseOrigin ?? pageOrigin}${mountedAt}/callback`, ...callback },
    ...(addressOf && { clientIp: (request, context = initial) => addressOf(request, context) }),
    ...(message !== undefined && {
      message:
        typeof message === "function"
          ? (details) => message({ ...details, context: details.context ?? initial })
          : message,
    }),
    ...(pairing && { pairing: withContext(pairing, initial) }),
    signIn: ({ context = initial, ...login }) => signIn({ ...login, context }, { getUser, redirectTo }),
  });
}

/** `remember` gets Better Auth's context, too. */
function withContext(
  { remember, ...pairing }: PairingOptions<AuthContext>,
  initial: AuthContext,
): PairingOptions<AuthContext | undefined> {
  return {
    ...pairing,
    ...(remember && { remember: ({ context = initial, ...login }) => remember({ ...login, context }) }),
  };
}

/** Whether the site has configured the header that its proxies set, or its trusted proxies. */
function knowsAddresses({ options }: AuthContext): boolean {
  const { disableIpTracking, ipAddressHeaders = [], trustedProxies = [] } = options.advanced?.ipAddress ?? {};
  return !disableIpTracking && (ipAddressHeaders.length > 0 || trustedProxies.length > 0);
}

const addressByBetterAuth = (request: Request, { options }: AuthContext): string | undefined =>
  api.getIP(request, options) ?? undefined;

/**
 * Makes the session as Better Auth does for a social provider, in an endpoint of its own. No route leads to this endpoint, and
 * the user is fixed when it is created: nothing that a client sends can choose the user.
 */
async function signIn(
  login: Login<AuthContext>,
  { getUser, redirectTo }: { getUser: OneginiOtpLoginOptions["getUser"]; redirectTo: string | undefined },
): Promise<Response> {
  const { userId, attempt, request, signal } = login;
  const account = { providerId, accountId: userId };
  const endpoint = createAuthEndpoint(signInPath, { method: "POST" }, async (context) => {
    const { internalAdapter, logger } = context.context;
    const owner = await internalAdapter.findAccountOwnerByKey(account);
    const user = owner?.kind === "owned" ? owner.user : await getUser?.(login);
    if (!user) throw APIError.from("FORBIDDEN", errorCodes.ONEGINI_USER_NOT_FOUND);
    // The page already has an answer (a timeout) and tries again.
    signal.throwIfAborted();
    const { data, error } = await oauth2.handleOAuthUserInfo(context, {
      userInfo: { emailVerified: false, ...user, id: userId },
      account,
      ...(redirectTo !== undefined && { callbackURL: redirectTo }),
    });
    if (!data) {
      logger.warn(`onegini-otp-login: ${error}`, { userId, attempt });
      throw APIError.from(
        "FORBIDDEN",
        error === "account not linked"
          ? errorCodes.ONEGINI_ACCOUNT_NOT_LINKED
          : errorCodes.ONEGINI_LOGIN_REFUSED,
      );
    }
    await setSessionCookie(context, data);
    return context.json(redirectTo === undefined ? {} : { redirect_to: redirectTo });
  });
  // With the hooks of the site and of other plugins. They find the attempt in `params`.
  return (await api.dispatchAuthEndpoint(endpoint, {
    context: login.context,
    request,
    headers: request.headers,
    method: "POST",
    params: { attempt },
    asResponse: true,
  })) as Response;
}
