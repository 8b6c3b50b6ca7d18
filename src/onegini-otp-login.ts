/** The one file for a page: registers the element and exports its classes. */
import "./define.js";
export { LoginErrorEvent, LoginEvent, OneginiOtpLogin, StateChangeEvent } from "./index.js";
export type {
  Locale,
  LoginAnswer,
  LoginErrorCode,
  Messages,
  OneginiOtpLoginEventMap,
  Phase,
} from "./index.js";
