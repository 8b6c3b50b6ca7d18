import type { Context } from "hono";

/** Whether another page than one of the site's sent a request that changes something. Callers other than browsers send neither header. */
export function isCrossOrigin(c: Context, origin: string): boolean {
  const site = c.req.header("Sec-Fetch-Site");
  const from = c.req.header("Origin");
  return (site !== undefined && site !== "same-origin") || (from !== undefined && from !== origin);
}
