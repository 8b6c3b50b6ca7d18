import { jsonResponse } from "../http-bodies.js";

/** An API client, as an administrator sets it up at a Token Server. */
export interface ApiClient {
  id: string;
  secret: string;
  /** Whether the client has the API scope "Mobile authentication". Default true. */
  mobileAuthentication?: boolean;
}

interface Credentials {
  id: string;
  secret: string;
}

/** The client that sent a request, or the error response (RFC 6749, sections 2.3.1 and 5.2). */
type ClientAuthentication = { client: ApiClient } | { error: Response };

/**
 * Authenticates a client by HTTP Basic or by `client_id` and `client_secret` in the form.
 *
 * @param form - the parameters of the body; undefined for a GET, because credentials must not be in the address
 */
export function authenticateClient(
  clients: ReadonlyMap<string, ApiClient>,
  authorization: string | null,
  form: URLSearchParams | undefined,
): ClientAuthentication {
  const inBody = form?.has("client_secret") === true;
  if (authorization !== null && inBody) {
    return fail(400, "invalid_request", "The client authenticated in two ways. Use only one.");
  }
  const credentials = authorization === null ? fromForm(form) : fromBasic(authorization);
  const client = credentials && clients.get(credentials.id);
  if (!client || client.secret !== credentials.secret) {
    return fail(
      401,
      "invalid_client",
      "Client authentication failed: unknown client, wrong secret, or no client authentication included.",
    );
  }
  return client.mobileAuthentication === false
    ? fail(400, "unauthorized_client", 'The client lacks the API scope "Mobile authentication".')
    : { client };
}

function fromForm(form: URLSearchParams | undefined): Credentials | undefined {
  const id = form?.getAll("client_id") ?? [];
  const secret = form?.getAll("client_secret") ?? [];
  return id.length === 1 && secret.length === 1 ? { id: id[0] ?? "", secret: secret[0] ?? "" } : undefined;
}

function fromBasic(authorization: string): Credentials | undefined {
  const encoded = /^basic +([\w+/=-]+) *$/i.exec(authorization)?.[1];
  if (encoded === undefined) return undefined;
  try {
    const pair = atob(encoded);
    const colon = pair.indexOf(":");
    if (colon < 0) return undefined;
    return { id: formDecode(pair.slice(0, colon)), secret: formDecode(pair.slice(colon + 1)) };
  } catch {
    return undefined;
  }
}

/** Both halves of Basic credentials are form-urlencoded before they are joined (RFC 6749, section 2.3.1). */
const formDecode = (text: string): string => decodeURIComponent(text.replaceAll("+", " "));

function fail(status: number, error: string, description: string): ClientAuthentication {
  return {
    error: jsonResponse(
      status,
      { error, error_description: description },
      status === 401 ? { "www-authenticate": 'Basic realm="Token Server", charset="UTF-8"' } : {},
    ),
  };
}
