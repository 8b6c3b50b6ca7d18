import { Refusal } from "./api-error.js";

const forbidden = new Refusal("forbidden_origin", "Only pages of the site itself may call this.");

/**
 * Lets a state-changing call pass if it comes from a page of the site: of `Sec-Fetch-Site` and `Origin`, one at least
 * must be there, and each that is there must fit. `Host` and `X-Forwarded-*` say nothing here.
 *
 * @param origins further origins of the same site
 */
export function gate(
  request: Request,
  { origin, origins }: { origin: string; origins: readonly string[] },
): Refusal | undefined {
  const from = request.headers.get("origin");
  const site = request.headers.get("sec-fetch-site");
  if (from === null && site === null) return forbidden;
  const isFurther = from !== null && origins.includes(from);
  if (from !== null && from !== origin && !isFurther) return forbidden;
  if (site !== null && site !== "same-origin" && !(isFurther && site === "same-site")) return forbidden;
  return undefined;
}
