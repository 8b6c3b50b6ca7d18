import { ticketText } from "../attempt/ticket.js";
import type { Core } from "../core.js";
import { loggedCaller, type Call } from "../http/call.js";
import { jsonResponse } from "../http/response.js";
import type { ClaimedLogin } from "./login-summary.js";

/**
 * The answer for the page: a ticket, and the address where the site redeems it.
 *
 * @param to the path or URL where the site redeems the ticket
 */
export function answerTicket(
  call: Call<unknown>,
  { attempt, userId, transaction, browser, login, repeated, secret }: ClaimedLogin & { secret: string },
  to: string,
  { config, report, runtime }: Core,
): Response {
  const ticket = ticketText(attempt, secret);
  report({
    type: "ticket_issued",
    level: "info",
    attempt,
    userId,
    transaction,
    ...(login.browser && { browser: login.browser }),
    ...loggedCaller(call, browser),
    repeated,
    durationMs: runtime.now() - call.beganAt,
  });
  const { apiOrigin } = config.pages;
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
