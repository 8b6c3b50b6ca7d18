import { numberedErrorResponse, type ErrorShape, type TokenServerErrorCode } from "./oauth/vendor-errors.js";

/**
 * An answer that replaces the usual one: a numbered error of the vendor's, any status and text, or a function of
 * the usual answer (which may change it, or never answer).
 */
export type FaultyAnswer =
  | TokenServerErrorCode
  | { status: number; body: string; contentType?: string }
  | ((usual: Response) => Response | Promise<Response>);

/** What goes wrong with callbacks. */
export interface CallbackFaults {
  /** True: none is sent. */
  lose?: boolean;
  /** How often each is sent, one after the other. Default 1. */
  times?: number;
  /** How long each is held back. Default 0. */
  delayMilliseconds?: number;
}

/** What goes wrong at a Token Server, and where the vendor's documentation leaves room. Empty: all goes well. */
export interface Faults {
  /** How long every answer under `/oauth` is held back. Default 0. */
  delayMilliseconds?: number;
  /** Replaces the answer to the start of a transaction. */
  start?: FaultyAnswer;
  /** Replaces the answer to the question for a result. */
  result?: FaultyAnswer;
  callbacks?: CallbackFaults;
  /** How numbered errors are worded. Default `error`. */
  errorShape?: ErrorShape;
  /**
   * How a transaction without an answer reports: `not_found` is 404 with 3004, `not_authenticated` is 200 with
   * `is_authenticated: false` and no reason. Neither is final. Default `not_found`.
   */
  unanswered?: "not_found" | "not_authenticated";
}

/** Makes of the usual answer what the faults make of it. */
export async function applyFault(
  fault: FaultyAnswer | undefined,
  usual: () => Promise<Response>,
  shape: ErrorShape,
): Promise<Response> {
  if (fault === undefined) return usual();
  if (typeof fault === "number") return numberedErrorResponse({ code: fault }, shape);
  if (typeof fault === "function") return fault(await usual());
  const { status, body, contentType = "text/html;charset=UTF-8" } = fault;
  return new Response(body, { status, headers: { "content-type": contentType } });
}

export const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
