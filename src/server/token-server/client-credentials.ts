import { formEncode, withoutSecrets } from "./redaction.js";

/** The kit's credentials at the Token Server, and how they are sent. */
export interface ClientCredentials {
  clientId: string;
  clientSecret: string;
  clientAuthentication: "basic" | "body";
}

/**
 * Adds the credentials to a call: as a header, which is returned, or, with `body`, to the form's parameters. A call
 * without a form always gets the header: the result call is a GET, and a secret must not be in a URL.
 */
export function authenticateClient(
  { clientId, clientSecret, clientAuthentication }: ClientCredentials,
  form?: URLSearchParams,
): { authorization?: string } {
  if (clientAuthentication === "body" && form) {
    form.set("client_id", clientId);
    form.set("client_secret", clientSecret);
    return {};
  }
  return { authorization: basicAuthorization(clientId, clientSecret) };
}

/**
 * HTTP Basic authentication. Id and secret are form-urlencoded first (RFC 6749 §2.3.1), so that they may contain a colon
 * and letters outside ASCII.
 */
export const basicAuthorization = (clientId: string, clientSecret: string): string =>
  `Basic ${btoa(`${formEncode(clientId)}:${formEncode(clientSecret)}`)}`;

/** The most characters of the Token Server's words that are logged. */
const maxCharacters = 300;

/**
 * Makes a function that removes secrets from the Token Server's words before they are logged: an error may quote the
 * request or a code. The client's secrets are removed in every form in which they are sent.
 */
export function redactor(clientId: string, clientSecrets: readonly string[]): (text: string) => string {
  const headers = clientSecrets.map((clientSecret) =>
    basicAuthorization(clientId, clientSecret).replace(/^Basic |=+$/g, ""),
  );
  const redact = withoutSecrets([...headers, ...clientSecrets]);
  // Redacted first: half of a secret would not be found.
  return (text) => redact(text).slice(0, maxCharacters);
}
