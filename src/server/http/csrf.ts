import { ApiError } from "./api-error.js";

/**
 * Checks that a state-changing call comes from a page of the site. At least one of the headers `Sec-Fetch-Site` and
 * `Origin` must be there, and each that is there must fit. `Host` and `X-Forwarded-*` are not used.
 *
 * @param origins further origins of the same site
 * @throws ApiError 403
 */
export function checkCsrf(
  request: Request,
  { origin, origins }: { origin: string; origins: readonly string[] },
): void {
  const from = request.headers.get("origin");
  const site = request.headers.get("sec-fetch-site");
  const isFurther = from !== null && origins.includes(from);
  const originFits = from === null || from === origin || isFurther;
  const siteFits = site === null || site === "same-origin" || (isFurther && site === "same-site");
  if ((from === null && site === null) || !originFits || !siteFits) {
    throw new ApiError("forbidden_origin", "Only pages of the site itself may call this.");
  }
}
