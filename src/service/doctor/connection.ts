import { createHash, X509Certificate } from "node:crypto";
import { lookup } from "node:dns/promises";
import { request } from "node:http";
import { globalAgent } from "node:https";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import {
  checkServerIdentity,
  connect as connectTls,
  type ConnectionOptions,
  type DetailedPeerCertificate,
  type TLSSocket,
} from "node:tls";
import { proxyFor, type ProxyUse } from "../../node/env-proxy.js";
import { codeOrText } from "../process/error-code.js";

/** What a connection to a server shows, from the outside in. Steps after a failure are undefined. */
export interface Connection {
  host: string;
  port: number;
  isTls: boolean;
  proxy: ProxyUse;
  /** Undefined behind a proxy, which looks the name up itself. */
  name?: { addresses: readonly string[] } | { error: string };
  tcp?: { error: string | undefined };
  tls?: TlsFacts | HandshakeTrouble;
  /** What the port uses, if that is seen and does not fit the beginning of the address. */
  speaks?: "TLS" | "plain http";
}

export interface HandshakeTrouble {
  error: string;
  /** The server's version, if it supports only one that is too old. */
  oldVersion: string | undefined;
}

export interface TlsFacts {
  /** For example `TLSv1.3`. */
  version: string;
  /** OpenSSL's error code for the chain or its dates. */
  verifyError: string | undefined;
  /** The names in the certificate, if the server's is not among them. */
  otherNames: string | undefined;
  /** Who signed the server's certificate. */
  issuer: string;
  /** The SHA-256 of the server's key, as DER, in base64. */
  keyHash: string;
  /** For the server's certificate and each one that it sent with it. */
  dates: readonly { from: Date; to: Date }[];
}

/** Connects to a server as the kit would, and once more with fewer demands where that fails. Never rejects. */
export async function lookAtConnection(address: string, timeoutMs: number): Promise<Connection> {
  const { protocol, hostname, port } = new URL(address);
  const host = hostname.replace(/^\[|\]$/g, "");
  const isTls = protocol === "https:";
  const proxy = proxyFor(address);
  const seen = { host, port: Number(port) || (isTls ? 443 : 80), isTls, proxy };
  if (proxy.kind === "used") return seen;
  const name = await resolveName(host);
  if ("error" in name) return { ...seen, name };
  const tcp = await attempt((done) => connectTcp({ host, port: seen.port }, done), timeoutMs);
  if ("error" in tcp) return { ...seen, name, tcp };
  tcp.socket.destroy();
  const open = { ...seen, name, tcp: { error: undefined } };
  if (isTls) {
    const tls = await lookAtTls(host, seen.port, timeoutMs);
    const isHttp = "error" in tls && !isTlsAlert(tls.error) && (await speaksHttp(host, seen.port, timeoutMs));
    return { ...open, tls, ...(isHttp && { speaks: "plain http" }) };
  }
  // Only loopback may use http, and it answers at once.
  const tls = await lookAtTls(host, seen.port, Math.min(timeoutMs, 1000), "default");
  return { ...open, ...(("version" in tls || isTlsAlert(tls.error)) && { speaks: "TLS" }) };
}

/** Whether a handshake was refused by a server that speaks TLS. */
const isTlsAlert = (error: string): boolean => /^ERR_SSL_(?:SSLV3|TLSV1|TLSV13)_/.test(error);

/** Whether a port answers a call of plain http. One of TLS may do so too, with 400. */
function speaksHttp(host: string, port: number, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const call = request({ host, port, method: "HEAD", agent: false, signal });
    call.once("response", ({ statusCode }) => {
      resolve(statusCode !== 400);
      call.destroy();
    });
    call.on("error", () => resolve(false));
    call.end();
  });
}

/** The addresses of a name, as this machine resolves it. */
export async function resolveName(host: string): Promise<NonNullable<Connection["name"]>> {
  if (isIP(host) !== 0) return { addresses: [host] };
  try {
    const found = await lookup(host, { all: true });
    return { addresses: found.map(({ address }) => address) };
  } catch (error) {
    return { error: codeOrText(error) };
  }
}

async function lookAtTls(
  host: string,
  port: number,
  timeoutMs: number,
  versions: "default" | "all" = "all",
): Promise<TlsFacts | HandshakeTrouble> {
  const connect = (more: ConnectionOptions) =>
    attempt(
      (done) =>
        connectTls(
          {
            // A site sets its certificate authorities here, for the kit too.
            ...globalAgent.options,
            host,
            port,
            ...(isIP(host) === 0 && { servername: host }),
            rejectUnauthorized: false,
            ...more,
          },
          done,
        ),
      timeoutMs,
    );
  const first = await connect({});
  if ("socket" in first) return factsOf(first.socket, host);
  if (versions === "default") return { error: first.error, oldVersion: undefined };
  const old = await connect({ minVersion: "TLSv1", ciphers: "DEFAULT:@SECLEVEL=0" });
  if ("error" in old) return { error: first.error, oldVersion: undefined };
  const version = old.socket.getProtocol();
  old.socket.destroy();
  return {
    error: first.error,
    oldVersion: /^TLSv1(\.1)?$/.test(version ?? "") ? (version ?? "") : undefined,
  };
}

function factsOf(socket: TLSSocket, host: string): TlsFacts {
  const certificate = socket.getPeerCertificate(true);
  const error: unknown = socket.authorizationError;
  const code = error instanceof Error ? codeOrText(error) : error;
  const facts = {
    version: socket.getProtocol() ?? "unknown",
    verifyError: typeof code === "string" && code !== "ERR_TLS_CERT_ALTNAME_INVALID" ? code : undefined,
    otherNames: checkServerIdentity(host, certificate) && namesOf(certificate),
    issuer: textOf(certificate.issuer?.O) || textOf(certificate.issuer?.CN) || "an unnamed authority",
    keyHash: hashOf(certificate),
    dates: chainOf(certificate).map(({ valid_from, valid_to }) => ({
      from: new Date(valid_from),
      to: new Date(valid_to),
    })),
  };
  socket.destroy();
  return facts;
}

function hashOf({ raw }: DetailedPeerCertificate): string {
  const key = new X509Certificate(raw).publicKey.export({ type: "spki", format: "der" });
  return createHash("sha256").update(key).digest("base64");
}

function chainOf(certificate: DetailedPeerCertificate): DetailedPeerCertificate[] {
  const chain: DetailedPeerCertificate[] = [];
  // A root names itself as its issuer.
  for (let each = certificate; each && !chain.includes(each); each = each.issuerCertificate) chain.push(each);
  return chain;
}

const namesOf = ({ subjectaltname, subject }: DetailedPeerCertificate): string =>
  subjectaltname?.replaceAll(/(?:DNS|IP Address):/g, "") || textOf(subject?.CN) || "no name";

/** A certificate may have the same kind of name several times. */
const textOf = (value: string | string[] | undefined): string => [value ?? ""].flat().join(", ");

/** Resolves to the connected socket, or to the reason why it did not connect. */
function attempt<Kind extends Socket>(
  open: (done: () => void) => Kind,
  timeoutMs: number,
): Promise<{ socket: Kind } | { error: string }> {
  return new Promise((resolve) => {
    const socket = open(() => {
      clearTimeout(timer);
      resolve({ socket });
    });
    const timer = setTimeout(() => {
      socket.destroy();
      resolve({ error: `no answer in ${timeoutMs / 1000} s` });
    }, timeoutMs);
    socket.on("error", (error) => {
      clearTimeout(timer);
      resolve({ error: tlsCode(error) });
    });
    // The server closed the connection during the handshake.
    socket.once("close", () => {
      clearTimeout(timer);
      resolve({ error: "the connection was closed" });
    });
  });
}

/** The code of an error. If the server answers while Node still writes, the code of OpenSSL is only in the text of an `EPROTO`. */
function tlsCode(error: Error): string {
  const [, reason] = /:SSL routines:[^:]*:([^:]+):/.exec(error.message) ?? [];
  const code = codeOrText(error);
  return code === "EPROTO" && reason ? `ERR_SSL_${reason.toUpperCase().replaceAll(" ", "_")}` : code;
}

/** Whether a call over this connection can work. */
export const isUsable = ({ isTls, proxy, tcp, tls, speaks }: Connection): boolean =>
  proxy.kind === "used" ||
  (tcp !== undefined &&
    tcp.error === undefined &&
    speaks === undefined &&
    (!isTls ||
      (tls !== undefined &&
        "version" in tls &&
        tls.verifyError === undefined &&
        tls.otherNames === undefined)));
