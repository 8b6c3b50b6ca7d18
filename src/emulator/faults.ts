import {
  isTokenServerErrorCode,
  vendorErrorResponse,
  type ErrorShape,
  type TokenServerErrorCode,
} from "./oauth/vendor-errors.js";

/**
 * Replaces the normal answer: with one of the vendor's errors, with any status and body, or with the result of a function of the
 * normal answer. The function's promise may also stay pending, so that there is no answer.
 */
export type FaultyAnswer =
  | TokenServerErrorCode
  | { status: number; body: string; contentType?: string }
  | ((normal: Response) => Response | Promise<Response>);

/** Faults of callbacks. */
export interface CallbackFaults {
  /** True: none is sent. */
  lose?: boolean;
  /** How many times each is sent, one after the other. Default 1. */
  times?: number;
  /** The delay before each is sent. Default 0. */
  delayMilliseconds?: number;
}

/** Faults of a Token Server, and choices where the vendor's documentation leaves room. Empty: no faults. */
export interface Faults {
  /** The delay of every answer under `/oauth`. Default 0. */
  delayMilliseconds?: number;
  /** Replaces the answer to the start of a transaction. */
  start?: FaultyAnswer;
  /** Replaces the answer to a result call. */
  result?: FaultyAnswer;
  callbacks?: CallbackFaults;
  /** The shape of the vendor's errors. Default `error`. */
  errorShape?: ErrorShape;
  /**
   * The result of a transaction that the user has not answered: `not_found` is 404 with 3004, `not_authenticated` is 200
   * with `is_authenticated: false` and no reason. Neither is final. Default `not_found`.
   */
  unanswered?: "not_found" | "not_authenticated";
}

/** The normal answer, or the one that replaces it. */
export async function applyFault(
  fault: FaultyAnswer | undefined,
  normal: () => Response | Promise<Response>,
  shape: ErrorShape,
): Promise<Response> {
  if (fault === undefined) return normal();
  if (isTokenServerErrorCode(fault)) return vendorErrorResponse({ code: fault }, shape);
  if (typeof fault === "function") return fault(await normal());
  const { status, body, contentType = "text/html;charset=UTF-8" } = fault;
  return new Response(body, { status, headers: { "content-type": contentType } });
}

export const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
