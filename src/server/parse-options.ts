import type * as v from "valibot";
import { checkedOptions } from "./checked-options.js";
import { siteAddresses, socketAddresses } from "./address/client-addresses.js";
import { isPattern, PageOrigins } from "./http/page-origins.js";
import { canShareSite, isPatternOfSite } from "./http/same-site.js";
import { withPrefixLimits } from "./defaults/limits.js";
import type { Config, LoginOutcome } from "./core.js";
import { optionSchema } from "./option-schema.js";
import type { HandOver, LoginKitOptions } from "./options.js";
import { checkedMessage, withNumber } from "./token-server/message.js";
import { pairingSettings } from "./pairing/pairing-options.js";
import { isLoopback } from "../protocol/loopback.js";
import { parseUrl } from "./text/safe-url.js";
import { secretsOf } from "./token-server/secret.js";

/** @throws TypeError that names the first option that is missing, empty, wrong or unknown, and says what is expected */
export function parseOptions<Context>(options: LoginKitOptions<Context>): Config<Context> {
  const parsed = checkedOptions("createLoginKit", optionSchema, options);
  const { path, tokenServer, callback, resultPolling, limits, timeouts, maxMessageLength } = parsed;
  const pages = pageOriginsOf(parsed);
  const { clientSecret, ...client } = tokenServer;
  const { username, password } = callback;
  // The schema does not change functions, but it loses their types.
  const { message, clientIp, onEvent, store, transport } = options;
  const pairing = parsed.pairing && options.pairing && pairingSettings(parsed.pairing, options.pairing);
  return {
    pages,
    path,
    tokenServer: {
      ...client,
      clientSecrets: secretsOf(clientSecret, "tokenServer.clientSecret"),
      callbackUri: callback.uri ?? `${pages.apiOrigin}${path}/callback`,
      timeoutMs: timeouts.tokenServerSeconds * 1000,
      numberDigits: pairing?.digits,
    },
    transport,
    callbackCredentials:
      username !== undefined && password !== undefined
        ? { username, passwords: secretsOf(password, "callback.password") }
        : undefined,
    message: checkedMessage(message, maxMessageLength, pairing?.digits),
    // A function takes a page's request.
    checkMessage:
      typeof message === "function"
        ? "Check"
        : message && withNumber(message, "0".repeat(pairing?.digits ?? 0)),
    pairing,
    outcome: outcomeOf(options, pages.apiOrigin),
    store,
    addresses: clientIp ? siteAddresses(clientIp) : socketAddresses,
    resultPollingMs: (resultPolling ?? Infinity) * 1000,
    onEvent,
    limits: withPrefixLimits(limits),
    timeouts,
  };
}

/** @throws TypeError if an origin is of another site than the login page's, as far as that can be told here */
function pageOriginsOf({
  origin,
  origins,
  apiOrigin,
}: Pick<v.InferOutput<typeof optionSchema>, "origin" | "origins" | "apiOrigin">): PageOrigins {
  if (apiOrigin !== undefined && !canShareSite(origin, apiOrigin)) {
    throw new TypeError(
      `createLoginKit: "apiOrigin" is wrong; expected an origin of the same site as "origin", such as "https://login.example.com" beside "https://www.example.com": browsers send the kit's cookie to no other site`,
    );
  }
  // A site on loopback is tried with the origins that it has in production.
  const isTried = isLoopback(new URL(origin).hostname);
  const stray = origins.findIndex((each) =>
    isPattern(each) ? !isPatternOfSite(each, origin) : !isTried && !canShareSite(origin, each),
  );
  if (stray >= 0) {
    throw new TypeError(
      `createLoginKit: "origins.${stray}" is wrong; expected an origin or a pattern of the same site as "origin", such as "https://login.example.com" or "https://*.preview.example.com" beside "https://www.example.com"`,
    );
  }
  return new PageOrigins(origin, origins, apiOrigin);
}

/** @throws TypeError unless there is exactly one of `signIn` and `handOver` */
function outcomeOf<Context>(
  { signIn, handOver }: LoginKitOptions<Context>,
  apiOrigin: string,
): LoginOutcome<Context> {
  if (signIn && handOver)
    throw new TypeError('createLoginKit: "handOver" stands in place of "signIn"; expected one of them');
  if (signIn) return { signIn };
  if (handOver) return { handOver: checkedHandOver(handOver, apiOrigin) };
  throw new TypeError(
    'createLoginKit: "signIn" is missing; expected a function that turns a login into a session, or "handOver" in its place',
  );
}

/** @throws TypeError if it leads away from the login API's origin, to which the browser's cookie belongs */
function checkedHandOver({ to }: HandOver, origin: string): HandOver {
  const address = to.startsWith("/") ? origin + to : to;
  // Resolved as the page does it: `//host` is another site's.
  const url = parseUrl(to, origin);
  // Another spelling, such as one with a user, spaces or backslashes, is read differently by different programs.
  const isPlain =
    url &&
    (url.href === address || url.href === `${address}/`) &&
    /^https?:$/.test(url.protocol) &&
    url.username + url.password === "";
  if (isPlain && url.origin === origin && !url.searchParams.has("ticket")) return { to };
  throw new TypeError(
    `createLoginKit: "handOver.to" is wrong; expected a path such as "/login/otp" or a URL of "apiOrigin" (without that option of "origin"), without a "ticket" in its query`,
  );
}
