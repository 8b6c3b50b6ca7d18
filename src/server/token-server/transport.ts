import { readUpTo } from "../text/bytes.js";
import type { LoginKitEvent } from "../kit-events.js";

/** A call to the Token Server. */
export interface TransportCall {
  url: string;
  method: "GET" | "POST";
  headers: Readonly<Record<string, string>>;
  body?: string;
  /** There is a second secret, so that a 401 is no refusal yet: the call is made once more with the other one. */
  hasOtherSecret?: true;
  /** The most bytes of the answer's body that are read. */
  maxBytes: number;
  /** Aborts the call: the promise rejects. */
  signal: AbortSignal;
}

/** An answer. A redirect is an answer like any other and is not followed. */
export interface TransportAnswer {
  status: number;
  /** The body; undefined if it is larger than `maxBytes`. */
  text: string | undefined;
}

/** Makes calls to the Token Server. Rejects if there is no complete answer. */
export type Transport = (call: TransportCall) => Promise<TransportAnswer>;

/** A transport that can say, when a kit is created, what keeps its calls from going as the operator means. */
export interface TransportWithNotice extends Transport {
  readonly notice?: (tokenServerUrl: string) => LoginKitEvent | undefined;
}

/** The default transport: `fetch`. */
export const fetchTransport: Transport = async ({ url, method, headers, body, maxBytes, signal }) => {
  const init = { method, headers, redirect: "manual", signal } as const;
  const response = await fetch(url, body === undefined ? init : { ...init, body });
  const bytes = response.body ? await readUpTo(response.body, maxBytes) : new Uint8Array();
  return { status: response.status, text: bytes && new TextDecoder().decode(bytes) };
};
