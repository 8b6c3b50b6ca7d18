/** No answer of the login API may be cached. */
export const noStore = { "cache-control": "no-store" } as const;

/** The headers of an answer with a JSON body. */
export const jsonHeaders = { "content-type": "application/json", ...noStore } as const;

/** An answer with a JSON body. */
export const jsonResponse = (
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Response => rawResponse(JSON.stringify(body), { status, headers: { ...jsonHeaders, ...headers } });

/** 204. */
export const emptyResponse = (headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(null, { status: 204, headers: { ...noStore, ...headers } });

/** Where a stream writes its text. */
export interface StreamSink {
  write(text: string): void;
  end(): void;
}

/** Starts to write to a sink. Returns the function to call when the client is gone or the stream has ended. */
export type OpenStream = (sink: StreamSink) => () => void;

/** The body of an answer: a text, or a stream of text. */
type RawBody = string | OpenStream;

const rawBodies = new WeakMap<Response, RawBody>();

/**
 * A response whose body is kept apart, so that the Node adapter can write it to the socket. A web stream costs a tenth
 * of a start's CPU time, and its buffers for each browser that waits.
 */
export function rawResponse(body: RawBody, init: ResponseInit): Response {
  const response = new Response(null, init);
  rawBodies.set(response, body);
  return response;
}

/** The body that was kept apart; undefined if it is the response's own. */
export const rawBodyOf = (response: Response): RawBody | undefined => rawBodies.get(response);

/** The response with its body in it, for every server but Node's. */
export function toWebResponse(response: Response): Response {
  const body = rawBodyOf(response);
  if (body === undefined) return response;
  const { status, headers } = response;
  return new Response(typeof body === "string" ? body : webStream(body), { status, headers });
}

/** Opens the stream when it is first read. */
function webStream(open: OpenStream): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let leave: (() => void) | undefined;
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (leave) return;
        leave = open({
          write: (text) => controller.enqueue(encoder.encode(text)),
          end: () => {
            controller.close();
            leave?.();
          },
        });
      },
      cancel() {
        leave?.();
      },
    },
    { highWaterMark: 0 },
  );
}
