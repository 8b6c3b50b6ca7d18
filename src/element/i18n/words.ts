import type { Failure } from "../flow/state.js";

/** What a failure is called. The hint's key is the same with `Hint` behind it. */
type FailureKey = "unavailable" | "noNetwork" | "loginFailed" | "ended" | "tooMany" | "cookies" | "notHere";

/** The words for a failure, chosen by what the person can do about it. */
export function failureKey({ code, during, offline }: Failure): FailureKey {
  switch (code) {
    case "cookies_blocked":
      return "cookies";
    case "too_many_requests":
      return "tooMany";
    case "login_refused":
      return "loginFailed";
    case "unknown_attempt":
    case "attempt_settled":
    case "authorization_pending":
      return "ended";
    case "invalid_request":
    case "forbidden_origin":
      return during === "login" ? "loginFailed" : "notHere";
    case "network_error":
      return during === "login" ? "loginFailed" : during === "start" && offline ? "noNetwork" : "unavailable";
    case "server_error":
    case "temporarily_unavailable":
    case "invalid_response":
      return during === "login" ? "loginFailed" : "unavailable";
    default:
      return code satisfies never;
  }
}

/** A message as it is heard: the second line after a full stop. */
export const spoken = (message: string, hint: string): string =>
  hint ? `${message}${/\p{P}$/u.test(message) ? "" : "."} ${hint}` : message;

/** A message with a time in it. */
export const fill = (message: string, time: string): string => message.replace("{time}", () => time);
