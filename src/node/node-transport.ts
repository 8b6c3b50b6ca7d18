import http, { type ClientRequest, type IncomingMessage } from "node:http";
import https from "node:https";
import type { Exchange, IncomingAnswer, OutgoingCall, Transport } from "../server/token-server/transport.js";

/** A connection that was kept may have been closed by the server in the moment in which it was used again. */
const maxTries = 3;

/**
 * Calls over Node's `http` and `https`: a call over `fetch` leaves so much behind that it outweighs the login that it is
 * for. The connections are the global agents', so that a site can say there what holds for all of its calls: client
 * certificates, a proxy, authorities.
 */
export const overNodeHttp: Transport = (call) => new NodeExchange(call);

class NodeExchange implements Exchange {
  readonly answer: Promise<IncomingAnswer>;
  readonly #call: OutgoingCall;
  readonly #resolve: (answer: IncomingAnswer) => void;
  readonly #reject: (error: Error) => void;
  #request: ClientRequest | undefined;
  #answered = false;
  #cancelled = false;
  #tries = 0;

  constructor(call: OutgoingCall) {
    this.#call = call;
    let resolve!: (answer: IncomingAnswer) => void;
    let reject!: (error: Error) => void;
    this.answer = new Promise((...settle) => ([resolve, reject] = settle));
    this.#resolve = resolve;
    this.#reject = reject;
    this.#try();
  }

  cancel(): void {
    this.#cancelled = true;
    this.#request?.destroy(new Error("The call was broken off."));
  }

  #try(): void {
    this.#tries += 1;
    const { url, method, headers, body } = this.#call;
    try {
      const { request } = url.startsWith("https:") ? https : http;
      this.#request = request(url, { method, headers: { ...headers, "accept-encoding": "identity" } });
      this.#request.once("response", (response) => this.#read(response));
      this.#request.on("error", (error) => this.#failed(error));
      this.#request.end(body);
    } catch (error) {
      this.#reject(error as Error);
    }
  }

  #failed(error: NodeJS.ErrnoException): void {
    const wasStale = this.#request?.reusedSocket === true && !this.#answered && isReset(error);
    if (wasStale && !this.#cancelled && this.#tries < maxTries) this.#try();
    else this.#reject(error);
  }

  #read(response: IncomingMessage): void {
    this.#answered = true;
    const { maxBytes } = this.#call;
    const chunks: Buffer[] = [];
    let bytes = 0;
    response.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes <= maxBytes) return;
      this.#resolve({ status: response.statusCode ?? 0, text: undefined });
      response.destroy();
    });
    response.once("end", () =>
      this.#resolve({
        status: response.statusCode ?? 0,
        text: new TextDecoder().decode(Buffer.concat(chunks)),
      }),
    );
    // What breaks off in the middle.
    response.on("error", (error) => this.#reject(error));
  }
}

const isReset = ({ code }: NodeJS.ErrnoException): boolean => code === "ECONNRESET" || code === "EPIPE";
