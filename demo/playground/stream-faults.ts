import type { Room } from "./playground-sessions.js";

const cutAfterMs = 3_000;

/** An event of the right name with a status that is none. */
const nonsense = new TextEncoder().encode('event: status\ndata: {"status":"perhaps"}\n\n');

/**
 * The kit's status stream, as the room's network lets it through; what is switched while it runs takes effect at once.
 * A stream that is silent or held back loses nothing: what was kept goes out once it works again.
 */
export function throughNetwork(body: ReadableStream<Uint8Array>, room: Room): ReadableStream<Uint8Array> {
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
      // An error in the body makes the adapter destroy the connection: to the browser, a network that broke.
      const tear = (): void => {
        end();
        void reader.cancel();
        controller.error(new Error("Cut by the playground."));
      };
      const follow = (): void => {
        clearTimeout(cut);
        switch (room.network.stream) {
          case "works":
          case "garbage":
            return flush();
          case "cut":
            flush();
            if (!hasEnded) cut = setTimeout(tear, cutAfterMs);
            return;
          case "refused":
            return tear();
          case "buffered":
            return hasEnded ? flush() : undefined;
          case "silent":
            return;
          default:
            return room.network.stream satisfies never;
        }
      };
      const pump = async (): Promise<void> => {
        for (let next = await reader.read(); !next.done; next = await reader.read()) {
          kept.push(room.network.stream === "garbage" ? nonsense : next.value);
          if (!isHeldBack(room)) flush();
        }
        hasEnded = true;
        if (room.network.stream !== "silent") flush();
      };
      stop = room.watch(follow);
      if (room.network.stream === "cut") cut = setTimeout(tear, cutAfterMs);
      pump().catch(tear);
    },
    async cancel(reason) {
      end();
      await reader.cancel(reason);
    },
  });
}

const isHeldBack = ({ network: { stream } }: Room): boolean => stream === "silent" || stream === "buffered";
