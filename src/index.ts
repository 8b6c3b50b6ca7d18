export type { OneginiOtpLoginEventMap } from "./element/events.js";
export { LoginErrorEvent, LoginEvent, StateChangeEvent } from "./element/events.js";
export type { Locale, Messages } from "./element/i18n/messages.js";
export { OneginiOtpLogin } from "./element/onegini-otp-login.js";
export type { LoginErrorCode, Phase } from "./element/flow/state.js";
export type { LoginAnswer } from "./protocol/login-api.js";
export { sitePath } from "./protocol/site-path.js";
