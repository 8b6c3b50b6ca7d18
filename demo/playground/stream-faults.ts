import type { PlaygroundSession } from "./playground-sessions.js";

const cutAfterMs = 3_000;

/** An event with the right name and an unknown status. */
const nonsense = new TextEncoder().encode('event: status\ndata: {"status":"perhaps"}\n\n');

/**
 * The kit's status stream through the session's network. A change of the network takes effect at once. A stream that is
 * silent or held back loses nothing: its events are sent when it works again.
 */
export function throughNetwork(
  body: ReadableStream<Uint8Array>,
  session: PlaygroundSession,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  const kept: Uint8Array[] = [];
  let hasEnded = false;
  let cut: ReturnType<typeof setTimeout> | undefined;
  let stop = (): void => undefined;

  const end = (): void => {
    stop();
    clearTimeout(cut);
  };
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const flush = (): void => {
        for (const chunk of kept.splice(0)) controller.enqueue(chunk);
        if (!hasEnded) return;
        end();
        controller.close();
      };
      // An error in the body makes the adapter destroy the connection.
      const breakOff = (): void => {
        end();
        void reader.cancel();
        controller.error(new Error("Cut by the playground."));
      };
      const follow = (): void => {
        clearTimeout(cut);
        switch (session.network.stream) {
          case "works":
          case "garbage":
            return flush();
          case "cut":
            flush();
            if (!hasEnded) cut = setTimeout(breakOff, cutAfterMs);
            return;
          case "refused":
            return breakOff();
          case "buffered":
            return hasEnded ? flush() : undefined;
          case "silent":
            return;
          default:
            return session.network.stream satisfies never;
        }
      };
      const pump = async (): Promise<void> => {
        for (let next = await reader.read(); !next.done; next = await reader.read()) {
          kept.push(session.network.stream === "garbage" ? nonsense : next.value);
          if (!isHeldBack(session)) flush();
        }
        hasEnded = true;
        if (session.network.stream !== "silent") flush();
      };
      stop = session.watch(follow);
      if (session.network.stream === "cut") cut = setTimeout(breakOff, cutAfterMs);
      pump().catch(breakOff);
    },
    async cancel(reason) {
      end();
      await reader.cancel(reason);
    },
  });
}

const isHeldBack = ({ network: { stream } }: PlaygroundSession): boolean =>
  stream === "silent" || stream === "buffered";
