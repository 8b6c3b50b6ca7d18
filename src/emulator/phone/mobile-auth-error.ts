/**
 * The error codes of the vendor's SDK that an app can get when it handles a code. Each has a status for the phone's HTTP
 * calls, which are the emulator's own, because the SDK's protocol is not published.
 */
const phoneErrors = {
  9001: [503, "The Token Server cannot be reached."],
  9006: [400, "The user cancelled."],
  9007: [409, "Another mobile authentication is in progress."],
  9010: [403, "No user is authenticated in the app."],
  9020: [403, "The device was disenrolled from mobile authentication."],
  9021: [403, "The device is not enrolled for mobile authentication."],
  9023: [403, "The device was disenrolled while this was waiting for an answer."],
  9029: [409, "This code was already handled."],
  10013: [404, "There is no such transaction: it is unknown, expired or over."],
  10015: [400, "This is not a login code."],
  10018: [400, "This cannot be handled."],
} as const satisfies Record<number, readonly [status: number, message: string]>;

/** A code of the vendor's SDK. */
export type MobileAuthErrorCode = keyof typeof phoneErrors;

export const isMobileAuthErrorCode = (value: unknown): value is MobileAuthErrorCode =>
  typeof value === "number" && Object.hasOwn(phoneErrors, value);

export const statusOf = (code: MobileAuthErrorCode): number => phoneErrors[code][0];

/** The error of `handleMobileAuthWithOtp`: a `code` of the vendor's SDK and a `message` for developers. */
export class MobileAuthError extends Error {
  readonly code: MobileAuthErrorCode;

  constructor(code: MobileAuthErrorCode, message: string = phoneErrors[code][1], options?: ErrorOptions) {
    super(message, options);
    this.name = "MobileAuthError";
    this.code = code;
  }
}
