/** A call to the Token Server. */
export interface TransportCall {
  url: string;
  method: "GET" | "POST";
  headers: Readonly<Record<string, string>>;
  body?: string;
  /** The largest answer that is read, in bytes. */
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

/** Makes calls to the Token Server. Rejects if there is no whole answer. */
export type Transport = (call: TransportCall) => Promise<TransportAnswer>;

/** The transport of every platform: `fetch`. */
export const fetchTransport: Transport = async ({ url, method, headers, body, maxBytes, signal }) => {
  const init = { method, headers, redirect: "manual", signal } as const;
  const response = await fetch(url, body === undefined ? init : { ...init, body });
  return { status: response.status, text: await readText(response, maxBytes) };
};

async function readText(response: Response, maxBytes: number): Promise<string | undefined> {
  if (!response.body) return "";
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > maxBytes) {
      await reader.cancel();
      return undefined;
    }
    text += decoder.decode(value, { stream: true });
  }
}
