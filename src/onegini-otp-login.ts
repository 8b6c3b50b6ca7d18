/** The one file for a page: registers the element and exports its classes. */
export { LoginErrorEvent, LoginEvent, OneginiOtpLogin, StateChangeEvent } from "./index.js";
import "./development/one-file.js";
import "./define.js";
