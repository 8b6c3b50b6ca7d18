/** The outcome of one callback: the status of the answer, or the error if there was none. */
export interface CallbackDelivery {
  transactionId: string;
  callbackUri: string;
  status?: number;
  error?: unknown;
  /** Why the site did not get the callback, and what to set. Missing if it did: a 2xx. */
  problem?: string;
}

/** The outcome of a callback. `location`: where the answer redirects to. */
export type CallbackOutcome = { status: number; location: string | null } | { error: unknown };

/** Why the site did not get a callback, and what to set; undefined if it did. */
export const problemOf = (outcome: CallbackOutcome): string | undefined =>
  "error" in outcome ? problemOfError(outcome.error) : problemOfStatus(outcome.status, outcome.location);

const otherAddress = "set the kit's callback.uri to the address where this machine reaches the kit";

function problemOfStatus(status: number, location: string | null): string | undefined {
  if (status >= 200 && status < 300) return undefined;
  const answered = `the site answered ${status}`;
  if (status >= 300 && status < 400) {
    const to = location === null ? "another address" : printable(location);
    return `${answered}, a redirect to ${to}. A Token Server does not follow redirects: ${otherAddress}`;
  }
  switch (status) {
    case 401:
      return `${answered}. Add this exact address to the emulator's option callbacks, with the kit's callback.username and callback.password, or leave these two out of the kit here`;
    case 403:
      return `${answered}. Something in front of the kit refuses it, such as an address list in the proxy, a login check or a CSRF check: exclude this path`;
    case 404:
    case 405:
      return `${answered}: no kit takes callbacks there. Mount the kit at this path, or ${otherAddress}`;
    case 421:
      return `${answered}: the server there does not accept this host name. Allow it there, or ${otherAddress}`;
    default:
      return status >= 500
        ? `${answered}: check the log of the site, or of the proxy in front of it`
        : `${answered}. Check the log of the site`;
  }
}

/** OpenSSL's codes for a certificate whose issuer is not known. */
const untrusted: readonly string[] = [
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
];

function problemOfError(error: unknown): string {
  const code = codeOf(error);
  const because = `(${code})`;
  if (untrusted.includes(code)) {
    return `the site's certificate is not trusted here ${because}. Start this process with NODE_EXTRA_CA_CERTS=FILE, the file of that certificate or of its authority, or set the kit's callback.uri to an http address of this machine where the kit listens`;
  }
  switch (code) {
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return `the site's certificate is for another name ${because}: set the kit's callback.uri to an address with a name from the certificate`;
    case "CERT_HAS_EXPIRED":
      return `the site's certificate has expired ${because}: renew it`;
    case "ECONNREFUSED":
      return `nothing listens there ${because}: start the site, or ${otherAddress}`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `this machine cannot resolve the host name ${because}: ${otherAddress}`;
    case "TimeoutError":
      return `the site did not answer within 5 s: let it answer at once, or ${otherAddress}`;
    default:
      return `there was no answer ${because}. If this address uses https and the port http, or the other way round, correct the kit's callback.uri`;
  }
}

/** The code of the innermost error that has one, since `fetch` only says "fetch failed"; else its name. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return printable(String(error));
  const { cause } = error;
  if (cause instanceof Error) return codeOf(cause);
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

/** Makes text safe for one line of a log: it can neither forge a line nor control a terminal. */
const printable = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]/gu, " ").slice(0, 200);

/** Writes a callback that failed to the console, as one line. */
export function writeProblem({ callbackUri, problem, transactionId }: CallbackDelivery): void {
  if (problem === undefined) return;
  console.warn(
    `Token Server emulator: the callback of transaction ${transactionId} to ${callbackUri} failed: ${problem}.`,
  );
}
