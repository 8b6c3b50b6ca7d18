/** Where a stream's text goes. */
export interface StreamSink {
  write(text: string): void;
  end(): void;
}

/** Begins to write to a sink. Returns the function to call when the client is gone, or the stream has ended. */
export type OpenStream = (sink: StreamSink) => () => void;

const openers = new WeakMap<Response, OpenStream>();

/**
 * A response whose body is a stream of text. It is opened when the body is first read. An adapter that can write to the
 * connection itself takes the stream instead, and saves the memory of a web stream for each client.
 */
export function streamResponse(open: OpenStream, headers: Readonly<Record<string, string>>): Response {
  const encoder = new TextEncoder();
  let leave: (() => void) | undefined;
  const body = new ReadableStream<Uint8Array>(
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
  const response = new Response(body, { headers });
  openers.set(response, open);
  return response;
}

/** The stream of a response, to be written elsewhere than to its body; undefined if it is no stream. */
export function takeStream(response: Response): OpenStream | undefined {
  const open = openers.get(response);
  openers.delete(response);
  return open;
}
