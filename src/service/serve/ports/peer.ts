import type { X509Certificate } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";

type Connected = Pick<IncomingMessage, "socket">;

/**
 * The client certificate of a call, if an authority of `internal-client-ca` has signed it. Not `authorized` alone: that is also true
 * for a resumed session without any certificate.
 */
export function certificateOf({ socket }: Connected): X509Certificate | undefined {
  const tls = socket as Partial<TLSSocket>;
  return tls.authorized === true ? tls.getPeerX509Certificate?.() : undefined;
}

/** Who calls the internal port: the subject of the client certificate, such as `O=Example, CN=backend`, else the address. */
export const peerOf = (request: Connected): string =>
  // Node writes a line for each part of the subject, and escapes control characters in it.
  certificateOf(request)?.subject.replaceAll("\n", ", ") ?? request.socket.remoteAddress ?? "unknown";
