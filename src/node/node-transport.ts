import http, { type ClientRequest, type IncomingMessage } from "node:http";
import https from "node:https";
import type { LoginKitEvent } from "../server/kit-events.js";
import type {
  Transport,
  TransportAnswer,
  TransportCall,
  TransportWithNotice,
} from "../server/token-server/transport.js";
import { unusedProxy } from "./env-proxy.js";

/** The server may close a kept connection just before its next use. The call is repeated then, the last time on a new one. */
const maxTries = 3;

/** @param onResponse called with each response when its headers arrive */
export const createNodeTransport = (onResponse?: (response: IncomingMessage) => void): Transport =>
  async function transport(call) {
    for (let tries = 1; ; tries++) {
      const request = open(call);
      if (onResponse) request.once("response", onResponse);
      try {
        return await answerOf(request, call.maxBytes);
      } catch (error) {
        const isStale = request.reusedSocket && isReset(error) && !call.signal.aborted;
        if (!isStale || tries === maxTries) throw error;
        if (tries === maxTries - 1) closeIdleConnections(call.url);
      }
    }
  };

/**
 * Calls the Token Server with Node's `http` and `https`, which cost far less than `fetch`. It uses Node's global agents,
 * where client certificates, certificate authorities and proxies are set.
 */
export const nodeTransport: Transport = Object.assign(createNodeTransport(), {
  notice: (tokenServerUrl: string): LoginKitEvent | undefined => {
    const unused = unusedProxy(tokenServerUrl);
    return unused && { type: "proxy_unused", level: "warn", ...unused };
  },
} satisfies Pick<TransportWithNotice, "notice">);

function open({ url, method, headers, body, signal }: TransportCall): ClientRequest {
  const { request } = url.startsWith("https:") ? https : http;
  const sent = request(url, { method, headers: { ...headers, "accept-encoding": "identity" } });
  // Node's own option `signal` costs several times as much.
  const abort = (): void => void sent.destroy(signal.reason as Error);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort);
  sent.once("close", () => signal.removeEventListener("abort", abort));
  sent.end(body);
  return sent;
}

/** Closes the kept connections to a server. If a load balancer in front of it has restarted, all of them are dead. */
function closeIdleConnections(url: string): void {
  const { protocol, hostname, port } = new URL(url);
  const [{ globalAgent }, defaultPort] = protocol === "https:" ? [https, "443"] : [http, "80"];
  // The agent's names begin like this. An IPv6 address has no brackets there.
  const server = `${hostname.replaceAll(/[[\]]/g, "")}:${port || defaultPort}:`;
  for (const [name, sockets = []] of Object.entries(globalAgent.freeSockets))
    if (name.startsWith(server)) for (const socket of sockets) socket.destroy();
}

function answerOf(request: ClientRequest, maxBytes: number): Promise<TransportAnswer> {
  return new Promise((resolve, reject) => {
    request.on("error", reject);
    // Node reports no error if the server switches protocols (101).
    const rejectUnanswered = () => reject(new Error("The connection was closed without an answer."));
    request.once("close", rejectUnanswered);
    request.once("response", (response: IncomingMessage) => {
      request.off("close", rejectUnanswered);
      const rejectBroken = (cause: Error) => reject(new Error("The answer broke off.", { cause }));
      // From Node 24 on, a reset is first reported to the request. It must not look like a stale connection.
      request.off("error", reject).on("error", rejectBroken);
      response.on("error", rejectBroken);
      const { statusCode: status = 0 } = response;
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes <= maxBytes) return;
        resolve({ status, text: undefined });
        response.destroy();
      });
      response.once("end", () => resolve({ status, text: new TextDecoder().decode(Buffer.concat(chunks)) }));
    });
  });
}

const isReset = (error: unknown): boolean =>
  /^(ECONNRESET|EPIPE)$/.test(String((error as NodeJS.ErrnoException).code));
