import type { IncomingMessage } from "node:http";
import type { Context, MiddlewareHandler } from "hono";
import { isNote } from "../../../server/text/printable.js";
import { badRequest, InternalError } from "../ports/internal-error.js";
import { peerOf } from "../ports/peer.js";
import type { Audit } from "./audit.js";

/** What an operator's call says, besides who calls. */
interface Order {
  by?: string;
  reason?: string;
  until?: string;
  userId?: string;
  all?: true;
}

/** The calls that change what all logins do. */
const operatorCalls: readonly string[] = ["PUT /pause", "DELETE /pause", "POST /forget-browsers"];

/** Writes each call of an operator into the audit, with its answer: also one that is refused before its body is read. */
export const auditOperatorCalls =
  (audit: Pick<Audit, "operatorCall">): MiddlewareHandler =>
  async (c, next) => {
    await next();
    const { method, path } = c.req;
    if (!operatorCalls.includes(`${method} ${path}`)) return;
    const { incoming } = (c.env ?? {}) as { incoming?: IncomingMessage };
    const operator = operatorOf(c);
    const order = c.get("order") as Order | undefined;
    audit.operatorCall({
      method,
      path,
      peer: incoming ? peerOf(incoming) : "unknown",
      ...(operator !== undefined && operator !== "invalid" && { operator: operator.name }),
      ...order,
      status: c.res.status,
      ...(c.error instanceof InternalError && { description: c.error.message }),
    });
  };

/**
 * Keeps what an authenticated call says, for its line in the audit. Returns who says it and why: `X-Operator` is `by` where the
 * body has none.
 *
 * @throws InternalError 400 for an `X-Operator` that nobody can read
 */
export function noteOrder(
  c: Context,
  { by, reason }: { by?: string | null | undefined; reason?: string | null | undefined },
  about: Omit<Order, "by" | "reason"> = {},
): { by?: string; reason?: string } {
  const operator = operatorOf(c);
  if (operator === "invalid") throw badRequest("X-Operator must be at most 100 printable characters.");
  const speaker = by ?? operator?.name;
  const order = {
    ...(speaker !== undefined && { by: speaker }),
    ...(reason != null && { reason }),
  };
  c.set("order", { ...order, ...about });
  return order;
}

/** The header that says who calls: a claim, which nothing proves. Node reads its bytes as Latin-1. */
function operatorOf(c: Context): { name: string } | "invalid" | undefined {
  const header = c.req.header("X-Operator");
  if (header === undefined || header === "") return undefined;
  try {
    const name = new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(header, "latin1"));
    return isNote(name) ? { name } : "invalid";
  } catch {
    return "invalid";
  }
}
