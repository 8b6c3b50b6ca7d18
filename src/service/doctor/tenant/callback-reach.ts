import { randomUUID } from "node:crypto";
import ipaddr from "ipaddr.js";
import { nodeTransport } from "onegini-otp-login/node";
import type { DoctorSettings } from "../doctor-settings.js";
import { codeOrText } from "../../process/error-code.js";
import { ignoredProxy, proxyFor } from "../../../node/env-proxy.js";
import { isLoopback } from "../../../protocol/loopback.js";
import { mismatchIn } from "../connection-checks.js";
import { lookAtConnection, resolveName } from "../connection.js";
import { failed, ok, unknown, type Line } from "../lines.js";
import { wordingOf } from "../wording.js";
import { callbackAuthorizations, ownPrefix, type Listening } from "./callback-listener.js";

/** Whether the callback's address can be reached from this machine. */
interface CallbackReach {
  /** The addresses that its name resolves to here, or why it does not resolve. */
  addresses: readonly string[] | { error: string };
  /** The answer to doctor's own test callback. Undefined: none was sent. */
  posted?: { status: number } | { error: string };
  /** In words, if its port uses TLS and it begins with http, or the other way round. */
  mismatch?: string | undefined;
  /** Whether doctor's listener received it. */
  isReceived: boolean;
  /** Why doctor does not listen: `EADDRINUSE`, for example. */
  listenError: string | undefined;
}

/** Posts a callback to the callback's address, as the Token Server would, and listens for it. Never rejects. */
export async function tryCallback(
  callbackUri: string,
  settings: DoctorSettings,
  listening: Listening,
  timeoutMs: number,
): Promise<CallbackReach> {
  const host = new URL(callbackUri).hostname.replace(/^\[|\]$/g, "");
  const listenError = "error" in listening ? listening.error : undefined;
  const seen = { isReceived: false, listenError };
  const isByProxy = proxyFor(callbackUri).kind === "used";
  // A proxy resolves the name itself.
  const name = isByProxy ? { addresses: [] } : await resolveName(host);
  if ("error" in name) return { ...seen, addresses: name };
  const { addresses } = name;
  const id = `${ownPrefix}${randomUUID()}`;
  const [authorization] = callbackAuthorizations(settings);
  const signal = AbortSignal.timeout(timeoutMs);
  const posted = await nodeTransport({
    url: callbackUri,
    method: "POST",
    headers: { "content-type": "application/json", ...(authorization && { authorization }) },
    body: JSON.stringify({ callback_uri: callbackUri, transaction_id: id }),
    maxBytes: 65_536,
    signal,
  }).then(
    ({ status }) => ({ status }),
    // The Token Server may reach an address that this proxy does not.
    (error: unknown) => ({ error: signal.aborted || isByProxy ? "no answer" : codeOrText(error) }),
  );
  const isReceived = "received" in listening && listening.received(id) !== undefined;
  // If a server of TLS answers plain http at all, it is with 400.
  const isOdd = "error" in posted || posted.status === 400;
  const mismatch = isOdd ? mismatchIn(await lookAtConnection(callbackUri, timeoutMs)) : undefined;
  return { ...seen, addresses, posted, isReceived, mismatch };
}

/** `tokenServer`: the Token Server's addresses. */
interface Places {
  callbackUri: string;
  tokenServer: readonly string[];
  settings: Pick<DoctorSettings, "host" | "port" | "backend">;
}

/** Where the vendor's console has the callbacks. */
export const callbackConfig = "Configuration → Mobile authentication → Callback config";

/**
 * Whether the Token Server reaches the callback's address, as far as this machine can tell.
 *
 * @param reach undefined if no callback is used
 */
export function reachLine(
  reach: CallbackReach | undefined,
  { callbackUri, tokenServer, settings }: Places,
): Line {
  const check = "callback-reachable";
  const { setting, server } = wordingOf[settings.backend];
  if (reach === undefined) return unknown(check, `not needed: ${setting("result-polling")} is set`);
  const { addresses, posted, isReceived, listenError, mismatch } = reach;
  const address = `${setting("callback-uri")}, and the same in ${callbackConfig}`;
  const use = proxyFor(callbackUri);
  const trouble = [addresses, posted].flatMap((each) => (each && "error" in each ? each.error : []))[0];
  if (mismatch !== undefined)
    return failed(check, `its ${mismatch}`, `Correct its port or its beginning in ${address}.`);
  const isPastProxy = use.kind === "ignored" && !isLoopback(new URL(callbackUri).hostname);
  if (trouble !== undefined && !isOfCertificate(trouble) && isPastProxy)
    return unknown(check, `no answer from this machine (${trouble}). ${ignoredProxy(use)}`);
  if ("error" in addresses)
    return failed(
      check,
      `its name cannot be resolved (${addresses.error})`,
      `Correct the name in ${address}, or add it to the DNS that the Token Server uses.`,
    );
  const isHere = (each: string) => rangeOf(each) === "loopback";
  if (addresses.length > 0 && addresses.every(isHere) && !tokenServer.every(isHere))
    return failed(
      check,
      `${callbackUri} is this machine itself, which the Token Server cannot reach`,
      `Set an address that the Token Server can reach: ${address}. If this machine has none, set ${setting("result-polling")}.`,
    );
  if (posted === undefined) return unknown(check, "nothing was sent");
  if ("error" in posted) return noAnswerLine(posted.error, callbackUri, address, settings);
  const { status } = posted;
  if (status === 401)
    return failed(
      check,
      "the server there refuses the user name and password of these settings (401)",
      `Two possible causes: ${server} there has a different ${setting("callback-username")} or ${setting("callback-password")}, or a proxy asks for its own login. The proxy must let the callback through.`,
    );
  if (status !== 204)
    return failed(
      check,
      `something else answers there (${status})`,
      `A redirect, a login page, a firewall or a rule for another path is in front. Let ${callbackUri} through to ${server}, or correct ${address}.`,
    );
  if (!isReceived) {
    if (settings.backend === "kit")
      return ok(check, "the site's server answers there, seen from this machine");
    return listenError === undefined
      ? unknown(check, `another service answers there, not doctor at ${settings.host}, port ${settings.port}`)
      : ok(check, "a running service answers there, seen from this machine");
  }
  const isPublic = addresses.length === 0 || addresses.some((each) => rangeOf(each) === "unicast");
  return isPublic || tokenServer.every(isHere)
    ? ok(check, "from this machine; a scan shows whether the Token Server reaches it too")
    : unknown(
        check,
        `from this machine, but ${addresses.join(", ")} is an address of a private network: only a Token Server in that network reaches it`,
      );
}

/** Why doctor cannot receive the real callback; undefined if it can. */
export function whyNotReceived(
  { posted, isReceived, listenError }: CallbackReach,
  { backend, host, port }: Places["settings"],
): string | undefined {
  const isTakenElsewhere = posted !== undefined && "status" in posted && posted.status === 204 && !isReceived;
  if (isTakenElsewhere && backend === "kit") return "the site's server receives it, not doctor";
  if (listenError === "no-port")
    return "the port at which the site's server receives it is not given (--port)";
  if (listenError !== undefined) return `doctor could not listen (${listenError}) at ${host}, port ${port}`;
  return isTakenElsewhere ? "another service receives it, not doctor" : undefined;
}

const isOfCertificate = (error: string): boolean => /CERT|SIGNED|ISSUER|SIGNATURE/.test(error);

function noAnswerLine(
  error: string,
  callbackUri: string,
  address: string,
  { backend, host, port }: Places["settings"],
): Line {
  const check = "callback-reachable";
  // In many networks a machine cannot reach its own public address.
  if (error === "no answer" || error === "ETIMEDOUT")
    return unknown(check, "no answer from this machine; a scan shows whether the Token Server reaches it");
  if (isOfCertificate(error))
    return failed(
      check,
      `its certificate is not trusted (${error})`,
      `Give ${new URL(callbackUri).host} a certificate from a public authority, with the whole chain and this name.`,
    );
  const at = new URL(callbackUri).host;
  return failed(
    check,
    `nothing answers there (${error})`,
    port === undefined
      ? `Start ${wordingOf[backend].server}, or give the port that it has behind its proxy (--port): doctor then listens in its place. Otherwise start the proxy at ${at}, or correct ${address}.`
      : `Start the proxy at ${at} and let it forward the path to ${host}, port ${port}; or correct ${address}.`,
  );
}

const rangeOf = (text: string): string => (ipaddr.isValid(text) ? ipaddr.process(text).range() : "unknown");
