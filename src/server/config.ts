import { defaultPath } from "../protocol/login-api.js";
import { defaultBounds, type Bounds } from "./bounds.js";
import type { CallbackCredentials } from "./endpoints/callback-endpoint.js";
import { socketAddress } from "./http/call.js";
import { reporter, type Report } from "./kit-events.js";
import { defaultLimits, type Limits } from "./limits/limits.js";
import { memoryStore } from "./attempt/memory-store.js";
import { checkOptions } from "./option-checks.js";
import type { LoginKitOptions, Message, SignIn } from "./options.js";
import type { Runtime } from "./runtime.js";
import type { AttemptStore } from "./attempt/attempt-store.js";
import type { TokenServerSettings } from "./token-server/token-server-client.js";

/** The options, checked and complete. */
export interface Config<Context> {
  origin: string;
  /** Without the site's own. */
  origins: readonly string[];
  path: string;
  tokenServer: TokenServerSettings;
  callbackCredentials: CallbackCredentials | undefined;
  message: Message<Context> | undefined;
  signIn: SignIn<Context>;
  store: AttemptStore;
  clientIp: (request: Request, context: Context) => string | undefined;
  pollingMs: number;
  report: Report;
  bounds: Bounds;
  limits: Limits;
}

/** The vendor's limit for `message`. */
const maxMessageCharacters = 155;

/** @throws TypeError that names the option that is missing or wrong and says what is expected */
export function configure<Context>(options: LoginKitOptions<Context>, runtime: Runtime): Config<Context> {
  checkOptions(options);
  const { origin, origins = [], path = defaultPath, tokenServer, callback = {}, message, bounds } = options;
  const { username, password } = callback;
  const complete: Bounds = { ...defaultBounds, ...withoutUndefined(bounds) };
  return {
    origin,
    origins: origins.filter((further) => further !== origin),
    path,
    tokenServer: {
      url: tokenServer.url.replace(/\/+$/, ""),
      clientId: tokenServer.clientId,
      clientSecret: tokenServer.clientSecret,
      clientAuthentication: tokenServer.clientAuthentication ?? "basic",
      type: tokenServer.type,
      callbackUri: callback.uri ?? `${origin}${path}/callback`,
      timeoutMs: complete.tokenServerSeconds * 1000,
    },
    callbackCredentials:
      username !== undefined && password !== undefined ? { username, password } : undefined,
    message: message === undefined ? undefined : checkedMessage(message),
    signIn: options.signIn,
    store: options.store ?? memoryStore(() => runtime.now()),
    clientIp: options.clientIp ?? socketAddress,
    pollingMs: (options.resultPolling ?? Infinity) * 1000,
    report: reporter(options.onEvent),
    bounds: complete,
    limits: { ...defaultLimits, ...withoutUndefined(options.limits) },
  };
}

/** A message that the Token Server would refuse is the site's to mend: its log says so in its own words. */
function checkedMessage<Context>(message: string | Message<Context>): Message<Context> {
  if (typeof message === "string") return () => message;
  return async (request, context) => {
    const text: unknown = await message(request, context);
    if (typeof text === "string" && text !== "" && [...text].length <= maxMessageCharacters) return text;
    throw new TypeError(`"message" must return 1 to ${maxMessageCharacters} characters`);
  };
}

const withoutUndefined = <T extends object>(values: T | undefined): Partial<T> =>
  Object.fromEntries(Object.entries(values ?? {}).filter(([, value]) => value !== undefined)) as Partial<T>;
