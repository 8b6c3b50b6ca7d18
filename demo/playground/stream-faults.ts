import type { PlaygroundSession } from "./playground-sessions.js";

const cutAfterMs = 3_000;

/** An event with the right name and an unknown status. */
const nonsense = new TextEncoder().encode('event: status\ndata: {"status":"perhaps"}\n\n');

/**
 * The kit's status stream through the session's network. A change of the network takes effect at once. A stream that is
 * silent or held back loses nothing: its events are sent when it works again.
 */
export const throughNetwork = (
  body: ReadableStream<Uint8Array>,
  session: PlaygroundSession,
): ReadableStream<Uint8Array> => new ReadableStream(new FaultySource(body, session));

type Controller = ReadableStreamDefaultController<Uint8Array>;

class FaultySource implements UnderlyingDefaultSource<Uint8Array> {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #session: PlaygroundSession;
  readonly #kept: Uint8Array[] = [];
  #hasEnded = false;
  #cut: ReturnType<typeof setTimeout> | undefined;
  #stop = (): void => undefined;

  constructor(body: ReadableStream<Uint8Array>, session: PlaygroundSession) {
    this.#reader = body.getReader();
    this.#session = session;
  }

  start(controller: Controller): void {
    this.#stop = this.#session.watch(() => this.#follow(controller));
    if (this.#session.network.stream === "cut") this.#cutLater(controller);
    this.#pump(controller).catch(() => this.#breakOff(controller));
  }

  async cancel(reason: unknown): Promise<void> {
    this.#end();
    await this.#reader.cancel(reason);
  }

  #follow(controller: Controller): void {
    clearTimeout(this.#cut);
    const { stream } = this.#session.network;
    switch (stream) {
      case "works":
      case "garbage":
        return this.#flush(controller);
      case "cut":
        this.#flush(controller);
        if (!this.#hasEnded) this.#cutLater(controller);
        return;
      case "refused":
        return this.#breakOff(controller);
      case "buffered":
        if (this.#hasEnded) this.#flush(controller);
        return;
      case "silent":
        return;
      default:
        return stream satisfies never;
    }
  }

  async #pump(controller: Controller): Promise<void> {
    for (let next = await this.#reader.read(); !next.done; next = await this.#reader.read()) {
      this.#kept.push(this.#session.network.stream === "garbage" ? nonsense : next.value);
      if (!isHeldBack(this.#session)) this.#flush(controller);
    }
    this.#hasEnded = true;
    if (this.#session.network.stream !== "silent") this.#flush(controller);
  }

  #flush(controller: Controller): void {
    for (const chunk of this.#kept.splice(0)) controller.enqueue(chunk);
    if (!this.#hasEnded) return;
    this.#end();
    controller.close();
  }

  #cutLater(controller: Controller): void {
    this.#cut = setTimeout(() => this.#breakOff(controller), cutAfterMs);
  }

  /** An error in the body makes the adapter destroy the connection. */
  #breakOff(controller: Controller): void {
    this.#end();
    void this.#reader.cancel();
    controller.error(new Error("Cut by the playground."));
  }

  #end(): void {
    this.#stop();
    clearTimeout(this.#cut);
  }
}

const isHeldBack = ({ network: { stream } }: PlaygroundSession): boolean =>
  stream === "silent" || stream === "buffered";
