/**
 * The error codes of the vendor's SDK, and from 8012 to 8020 of its React Native wrapper, that an app can get when it handles
 * a code. Each has a status for the phone's HTTP calls, which are the emulator's own, because the SDK's protocol is not
 * published.
 */
const phoneErrors = {
  8012: [403, "No profile is currently authenticated."],
  8013: [409, "There is currently no mobile authentication in progress."],
  8020: [409, "Mobile authentication is already in progress."],
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

/** A code of the vendor's SDK or its React Native wrapper. */
export type MobileAuthErrorCode = keyof typeof phoneErrors;

export const isMobileAuthErrorCode = (value: unknown): value is MobileAuthErrorCode =>
  typeof value === "number" && Object.hasOwn(phoneErrors, value);

export const statusOf = (code: MobileAuthErrorCode): number => phoneErrors[code][0];

/** The platform of a phone. */
export type Platform = "android" | "ios";

/**
 * The codes that depend on the platform. On iOS the React Native wrapper checks the user and what is in progress itself, and
 * its list of iOS errors has no 9023: which code stands there instead is not documented, 9020 is the nearest.
 */
export const platformCodes = {
  android: { noUser: 9010, inProgress: 9007, disenrolledBeforeAnswer: 9023 },
  ios: { noUser: 8012, inProgress: 8020, disenrolledBeforeAnswer: 9020 },
} as const satisfies Record<Platform, Record<string, MobileAuthErrorCode>>;

/** The error of a phone's calls: a `code` of the vendor's SDK or its wrapper, and a `message` for developers. */
export class MobileAuthError extends Error {
  readonly code: MobileAuthErrorCode;

  constructor(code: MobileAuthErrorCode, message: string = phoneErrors[code][1], options?: ErrorOptions) {
    super(message, options);
    this.name = "MobileAuthError";
    this.code = code;
  }
}
