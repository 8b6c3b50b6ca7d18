/**
 * The kit: a site's backend for the login element, for any server that speaks `Request` and `Response`.
 *
 * @module
 */
import type { LoginKit } from "./server/login-kit.js";
import type { LoginKitOptionsFunction } from "./server/on-demand/kit-source.js";
import { createKit } from "./server/on-demand/on-demand-kit.js";
import type { LoginKitOptions } from "./server/options.js";

export type { LoginKitOptionsFunction };
export type { Attempt, AttemptState, Scan, Ticket, Transaction } from "./server/store/attempt.js";
export type { LoginKitEvent } from "./server/kit-events.js";
export type {
  BeginOptions,
  FirstPaint,
  ForgetOptions,
  Health,
  LoginKit,
  PageOptions,
  PauseOptions,
  RedeemedLogin,
  ResumeOptions,
  ScannedCode,
} from "./server/login-kit.js";
export { clientIpBehind, type ClientIpOptions } from "./server/address/client-ip.js";
export {
  compareAddresses,
  type AddressComparison,
  type CompareAddressesOptions,
} from "./server/address/compare-addresses.js";
export type { NewBrowserCookie } from "./server/http/browser-cookie.js";
export type { LimitName, Limits, Rate, WaitingLimit } from "./server/defaults/limits.js";
export { memoryStore } from "./server/store/memory-store.js";
export type {
  CallbackOptions,
  CommonOptions,
  HandOver,
  HeadersOfRequest,
  KnownSince,
  Login,
  LoginKitOptions,
  LoginSummary,
  PairingOptions,
  SignIn,
  SignInAnswer,
  TokenServerOptions,
} from "./server/options.js";
export type { Counted, RateLimit, RateLimiter } from "./server/limits/rate-limiter.js";
export type { Timeouts } from "./server/defaults/timeouts.js";
export type { Message, MessageDetails } from "./server/token-server/message.js";
export type { Secret } from "./server/token-server/secret.js";
export type { TokenServerCheck } from "./server/token-server/token-server-check.js";
export type { Transport, TransportAnswer, TransportCall } from "./server/token-server/transport.js";
export { sitePath } from "./protocol/site-path.js";
export type { AttemptListener, AttemptStore } from "./server/store/attempt-store.js";
export type { Pause, PauseSwitch } from "./server/store/pause-switch.js";

/**
 * Creates the kit of a site.
 *
 * @param options the options, or a function that returns them or a promise of them. It runs at the kit's first call, so a
 *   build may load the file without the server's secrets. If it fails, or an option is wrong, the site goes on without QR
 *   login: one line a minute is logged, the login API answers 500, `begin` resolves to `null`, and `redeem` rejects.
 *   A call after ten seconds tries again
 * @throws TypeError that names the option that is missing or wrong and says what is expected; not with a function
 */
export const createLoginKit = <Context = unknown>(
  options: LoginKitOptions<Context> | LoginKitOptionsFunction<Context>,
): LoginKit<Context> => createKit(options);
