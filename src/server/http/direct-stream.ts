/** Where a stream's text goes. */
export interface StreamSink {
  write(text: string): void;
  end(): void;
}

/** Begins to write to a sink. Returns the function to call when the client is gone, or the stream has ended. */
export type OpenStream = (sink: StreamSink) => () => void;

/** The stream as a body. It is opened when it is first read. */
export function webStream(open: OpenStream): ReadableStream<Uint8Array> {
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
