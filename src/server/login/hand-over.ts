import { ticketText } from "../attempt/ticket.js";
import { loggedAddress, type Call } from "../http/call.js";
import { jsonResponse } from "../http/response.js";
import type { Report } from "../kit-events.js";
import type { ClaimedLogin } from "./login-summary.js";
import type { Runtime } from "../runtime.js";

interface HandOverDependencies {
  apiOrigin: string;
  /** The path or URL where the site redeems the ticket. */
  to: string;
  report: Report;
  runtime: Runtime;
}

/** The answer for the page: a ticket, and the address where the site redeems it. */
export function answerTicket(
  call: Call<unknown>,
  { attempt, userId, repeated, secret }: ClaimedLogin & { secret: string },
  { apiOrigin, to, report, runtime }: HandOverDependencies,
): Response {
  const ticket = ticketText(attempt, secret);
  report({
    type: "ticket_issued",
    level: "info",
    attempt,
    userId,
    ...loggedAddress(call),
    repeated,
    durationMs: runtime.now() - call.beganAt,
  });
  // The browser's cookie belongs to the login API's origin. A path would lead a page of another origin to its own.
  const isElsewhere = (call.request.headers.get("origin") ?? apiOrigin) !== apiOrigin;
  const target = isElsewhere ? new URL(to, apiOrigin).href : to;
  return jsonResponse(200, { ticket, redirect_to: withTicket(target, ticket) });
}

/** Adds the ticket to an address, whose query and fragment stay as they are. */
function withTicket(address: string, ticket: string): string {
  const [page = "", ...fragment] = address.split(/(?=#)/);
  return `${page}${page.includes("?") ? "&" : "?"}ticket=${ticket}${fragment.join("")}`;
}
