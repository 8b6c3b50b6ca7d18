import { jsonResponse } from "../http-bodies.js";

/**
 * The vendor's errors that a caller with an OTP type can get, with the status of each (Mobile authentication API version
 * 4, "Error codes"). The vendor documents 404 `not_found` without a number too.
 *
 * 1001 (unknown user) and 1006 (not enrolled) are left out: an OTP transaction has no user until a phone scans its
 * code.
 */
const vendorErrors = {
  1000: [404, "Mobile authentication is disabled."],
  1002: [503, "The authentication could not be started. Please try again later."],
  1003: [400, "A parameter of the request is missing or invalid."],
  1005: [400, "The message is too long."],
  3004: [404, "There is no such transaction, or it has no result."],
  3005: [404, "There is no mobile authentication type of this name."],
  4000: [404, "Not found."],
  not_found: [404, "Not found."],
} as const satisfies Record<number | "not_found", readonly [status: number, description: string]>;

/** A number of the vendor's error table, or `not_found`. */
export type TokenServerErrorCode = keyof typeof vendorErrors;

/** The two shapes of an error: `{error, error_description}` or `{error_code, description}`. */
export type ErrorShape = "error" | "error_code";

export const isTokenServerErrorCode = (value: unknown): value is TokenServerErrorCode =>
  (typeof value === "number" || typeof value === "string") && Object.hasOwn(vendorErrors, value);

/** An error by its code. `status` replaces the table's where HTTP has a more exact one. */
export interface VendorError {
  code: TokenServerErrorCode;
  description?: string;
  status?: number;
  headers?: Record<string, string>;
}

export function vendorErrorResponse(error: VendorError, shape: ErrorShape): Response {
  const [tableStatus, tableDescription] = vendorErrors[error.code];
  const description = error.description ?? tableDescription;
  return jsonResponse(
    error.status ?? tableStatus,
    shape === "error"
      ? { error: String(error.code), error_description: description }
      : { error_code: error.code, description },
    error.headers,
  );
}
