import type { IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";

/**
 * Who calls the internal port: the subject of a client certificate by `internal-client-ca`, such as `CN=backend, O=Example`, else
 * the address of the connection. A certificate of nobody's authority says nothing.
 */
export function peerOf({ socket }: Pick<IncomingMessage, "socket">): string {
  const { authorized, remoteAddress } = socket as Partial<TLSSocket>;
  const subject = authorized === true ? (socket as TLSSocket).getPeerX509Certificate()?.subject : undefined;
  // Node writes one line for each part, and escapes control characters in it.
  return subject?.replaceAll("\n", ", ") ?? remoteAddress ?? "unknown";
}
