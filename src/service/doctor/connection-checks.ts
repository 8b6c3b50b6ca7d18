import type { Connection, HandshakeTrouble, TlsFacts } from "./connection.js";
import { ignoredProxy } from "../../node/env-proxy.js";
import { isLoopback } from "../../protocol/loopback.js";
import { failed, fixFirst, notChecked, ok, unknown, type CheckId, type Line } from "./lines.js";

/** The server at the other end, as the lines name it. */
interface Server {
  /** For example `the Token Server`. */
  title: string;
  /** Where its address is set: `token-server-url`, `--site`. */
  setAt: string;
}

const tlsChecks = ["tls-version", "tls-chain", "tls-date", "tls-name"] as const satisfies readonly CheckId[];

/** The lines of name, port and TLS. */
export function connectionLines(connection: Connection, server: Server, now: Date): Line[] {
  const lines = directLines(connection, server, now);
  const { proxy, host } = connection;
  // No proxy leads to this machine.
  if (proxy.kind !== "ignored" || isLoopback(host)) return lines;
  // The failure may only mean that this Node bypasses the proxy.
  const wayOut = ignoredProxy(proxy);
  return lines.map((line) => {
    if (line.result !== "failed") return line;
    return line.check === "name" || line.check === "port"
      ? unknown(line.check, `${line.says}. ${wayOut}`)
      : { ...line, fix: `${wayOut} ${line.fix}` };
  });
}

/** The check that the others wait for, of those of a connection that cannot be used. */
export const firstProblem = (lines: readonly Line[]): CheckId =>
  (lines.find(({ result }) => result === "failed") ?? lines.find(({ result }) => result === "unknown"))
    ?.check ?? "port";

/** In words, if the address begins with http and the port uses TLS, or the other way round. */
export const mismatchIn = ({ port, isTls, speaks }: Connection): string | undefined =>
  speaks && `port ${port} uses ${speaks}, but the address begins with ${isTls ? "https" : "http"}`;

function directLines(connection: Connection, { title, setAt }: Server, now: Date): Line[] {
  const { host, port, isTls, proxy, name, tcp, tls } = connection;
  if (proxy.kind === "used" || name === undefined) {
    const which = proxy.kind === "used" ? `the proxy ${proxy.proxy}` : "a proxy";
    return notChecked(
      ["name", "port", ...tlsChecks],
      `not checked behind ${which} (HTTPS_PROXY): the calls below test the connection`,
    );
  }
  if ("error" in name) {
    return [
      failed("name", `${host} cannot be resolved (${name.error})`, nameFix(name.error, setAt)),
      ...notChecked(["port", ...tlsChecks], fixFirst("name")),
    ];
  }
  const resolved = ok(
    "name",
    name.addresses.includes(host) ? host : `${host} is ${name.addresses.join(", ")}`,
  );
  if (tcp?.error !== undefined) {
    return [
      resolved,
      failed(
        "port",
        `no connection to port ${port} of ${host} (${tcp.error})`,
        `Start ${title}, or correct the port in ${setAt}. If both are right, a firewall blocks the connection from this machine to ${title}.`,
      ),
      ...notChecked(tlsChecks, fixFirst("port")),
    ];
  }
  const open = [resolved, ok("port", `${port} is open`)];
  const mismatch = mismatchIn(connection);
  if (mismatch !== undefined)
    return [
      ...open,
      failed(
        "tls-version",
        mismatch,
        isTls
          ? `Correct the port in ${setAt} (https is usually at 443), or use http if it is on this machine.`
          : `Use https in ${setAt}, or the port for plain http.`,
      ),
      ...notChecked(["tls-chain", "tls-date", "tls-name"], fixFirst("tls-version")),
    ];
  if (!isTls) return [...open, ...notChecked(tlsChecks, "http on this machine, without TLS")];
  if (tls === undefined) return [...open, ...notChecked(tlsChecks, fixFirst("port"))];
  if ("error" in tls) return [...open, ...handshakeLines(tls, title, setAt)];
  return [...open, ...certificateLines(tls, host, { title, setAt }, now)];
}

function certificateLines(tls: TlsFacts, host: string, { title, setAt }: Server, now: Date): Line[] {
  return [
    ok("tls-version", tls.version.replace("TLSv", "TLS ")),
    chainLine(tls, title),
    dateLine(tls, title, now),
    tls.otherNames === undefined
      ? ok("tls-name", host)
      : failed(
          "tls-name",
          `the certificate is for ${tls.otherNames}, not for ${host}`,
          `Give ${title} a certificate for ${host}, or correct the name in ${setAt}.`,
        ),
  ];
}

const nameFix = (error: string, setAt: string): string =>
  error === "EAI_AGAIN"
    ? `Correct the name in ${setAt}. If it is right, this machine's name server (DNS) does not answer.`
    : `Correct the name in ${setAt}, or add it to the DNS that this machine uses.`;

/** Whether an error says that something else than TLS came. Over a proxy `EPROTO` is all that is known. */
export const isOfPlainHttp = (error: string): boolean =>
  /\bEPROTO\b|\bERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNKNOWN_PROTOCOL)/.test(
    error,
  );

/** Whether an error is a TLS alert about a missing client certificate. With TLS 1.3 it comes after the handshake. */
export const wantsClientCertificate = (error: string): boolean =>
  /ERR_SSL_\w*ALERT_\w*(?:CERTIFICATE_REQUIRED|BAD_CERTIFICATE|HANDSHAKE_FAILURE|CERTIFICATE_UNKNOWN|UNKNOWN_CA)/.test(
    error,
  );

export const clientCertificateFix =
  "Give Node the certificate and key that you get from the Token Server's operator: set cert and key of https.globalAgent.options in a file that NODE_OPTIONS=--import=FILE loads, for the kit and for doctor.";

function handshakeLines({ error, oldVersion }: HandshakeTrouble, title: string, setAt: string): Line[] {
  const [says, fix] =
    oldVersion !== undefined
      ? [
          `it supports only ${oldVersion.replace("TLSv", "TLS ")}, which is too old`,
          `Enable TLS 1.2 or 1.3 at ${title}, or at the proxy in front of it.`,
        ]
      : isOfPlainHttp(error)
        ? [
            `the TLS handshake fails: the port uses plain http or another protocol, not TLS (${error})`,
            `Correct the port in ${setAt}. The port for https is usually 443.`,
          ]
        : wantsClientCertificate(error)
          ? [
              `the TLS handshake fails: ${title} may require a client certificate (${error})`,
              `${clientCertificateFix} Otherwise ${title} has no certificate for this name, or accepts none of Node's ciphers.`,
            ]
          : [
              `the TLS handshake fails (${error})`,
              `If this port is for plain http, correct it in ${setAt}. Otherwise ${title} has no certificate for this name, it requires a client certificate, or a firewall closes the connection.`,
            ];
  return [
    failed("tls-version", says, fix),
    ...notChecked(["tls-chain", "tls-date", "tls-name"], fixFirst("tls-version")),
  ];
}

const dateErrors = ["CERT_HAS_EXPIRED", "CERT_NOT_YET_VALID"];

function chainLine({ verifyError, issuer }: TlsFacts, title: string): Line {
  if (verifyError === undefined) return ok("tls-chain", issuer);
  // OpenSSL reports a single error, so nothing is known about the chain.
  if (dateErrors.includes(verifyError)) return unknown("tls-chain", fixFirst("tls-date"));
  const wrong = (says: string, fix: string): Line => failed("tls-chain", says, fix);
  switch (verifyError) {
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
      return wrong(
        "the certificate is self-signed",
        `Give ${title} a certificate from a certificate authority. To keep this one, name its file in the variable NODE_EXTRA_CA_CERTS, for the kit too.`,
      );
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
    case "UNABLE_TO_GET_ISSUER_CERT":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
      return wrong(
        `the issuer of the certificate, ${issuer}, is not known here (${verifyError})`,
        `Two possible causes: ${title} does not send its intermediate certificate (send the whole chain), or the authority is a private one (name its file in the variable NODE_EXTRA_CA_CERTS, for the kit too).`,
      );
    default:
      return wrong(
        `the certificate is not trusted (${verifyError})`,
        `Give ${title} a certificate from a public authority. For a private authority, name its file in the variable NODE_EXTRA_CA_CERTS, for the kit too.`,
      );
  }
}

function dateLine({ dates, verifyError }: TlsFacts, title: string, now: Date): Line {
  const wrong = (says: string, fix: string): Line => failed("tls-date", says, fix);
  const over = dates.find(({ to }) => to < now);
  if (over)
    return wrong(
      `a certificate was valid until ${dayOf(over.to)}`,
      `Renew the certificate of ${title}, or correct this machine's clock.`,
    );
  const early = dates.find(({ from }) => from > now);
  if (early)
    return wrong(
      `a certificate is not valid before ${dayOf(early.from)}`,
      `Correct this machine's clock, or give ${title} a certificate that is valid today.`,
    );
  if (dateErrors.includes(verifyError ?? ""))
    return wrong(
      `a certificate of the chain is out of date (${verifyError})`,
      `Renew the certificate of ${title}, with its chain.`,
    );
  const [first] = dates.map(({ to }) => to).sort((one, other) => Number(one) - Number(other));
  return ok("tls-date", `valid until ${first ? dayOf(first) : "an unknown day"}`);
}

const dayOf = (date: Date): string => date.toISOString().slice(0, 10);
