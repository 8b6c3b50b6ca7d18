export { LoginErrorEvent, LoginEvent, StateChangeEvent } from "./element/events.js";
export type { Locale, Messages } from "./element/messages.js";
export { OneginiOtpLogin } from "./element/onegini-otp-login.js";
export type { LoginErrorCode, Phase } from "./element/state.js";
export type { LoginAnswer } from "./protocol/login-api.js";
