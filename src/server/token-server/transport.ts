/** A call to another server. */
export interface OutgoingCall {
  url: string;
  method: "GET" | "POST";
  headers: Readonly<Record<string, string>>;
  body?: string;
  /** The largest answer that is read. */
  maxBytes: number;
}

/** What was answered. A redirect is an answer like any other: where the kit connects is the site's to say. */
export interface IncomingAnswer {
  status: number;
  /** The body; undefined if it is larger than what is read. */
  text: string | undefined;
}

/** A call under way. */
export interface Exchange {
  /** Rejects if there is no whole answer. */
  readonly answer: Promise<IncomingAnswer>;
  /** Breaks it off: the answer rejects. */
  cancel(): void;
}

/** What makes calls. Never throws. */
export type Transport = (call: OutgoingCall) => Exchange;

/** The transport of every platform. */
export const overFetch: Transport = (call) => {
  const controller = new AbortController();
  return { answer: fetchAnswer(call, controller.signal), cancel: () => controller.abort() };
};

async function fetchAnswer(
  { url, method, headers, body, maxBytes }: OutgoingCall,
  signal: AbortSignal,
): Promise<IncomingAnswer> {
  const init = { method, headers, redirect: "manual", signal } as const;
  const response = await fetch(url, body === undefined ? init : { ...init, body });
  return { status: response.status, text: await readText(response, maxBytes) };
}

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
