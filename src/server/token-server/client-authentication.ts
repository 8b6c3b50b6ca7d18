/** The kit's credentials at the Token Server, and how it shows them. */
export interface ClientCredentials {
  clientId: string;
  clientSecret: string;
  clientAuthentication: "basic" | "body";
}

/**
 * HTTP Basic authentication with client id and secret, each form-urlencoded first (RFC 6749 §2.3.1), so that a colon
 * or a letter beyond ASCII arrives as it is.
 */
export const basicAuthorization = (clientId: string, clientSecret: string): string =>
  `Basic ${btoa(`${formEncode(clientId)}:${formEncode(clientSecret)}`)}`;

/** As in a form's body (application/x-www-form-urlencoded). */
export const formEncode = (text: string): string => new URLSearchParams({ "": text }).toString().slice(1);

/**
 * Adds the credentials to a call: as a header, which is returned, or, with `body`, among the form's parameters. A call
 * without a form is authenticated by the header in both cases: the vendor's question is a GET, and secrets do not belong
 * in an address.
 */
export function authenticateClient(
  { clientId, clientSecret, clientAuthentication }: ClientCredentials,
  form?: URLSearchParams,
): { authorization?: string } {
  if (clientAuthentication !== "body" || !form) {
    return { authorization: basicAuthorization(clientId, clientSecret) };
  }
  form.set("client_id", clientId);
  form.set("client_secret", clientSecret);
  return {};
}
