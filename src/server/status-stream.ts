import { statusEvent } from "../protocol/login-api.js";
import { noStore } from "./answers.js";
import type { Attempt } from "./attempt.js";
import { statusAnswer } from "./deadlines.js";
import type { StreamSink } from "./direct-stream.js";
import type { Runtime } from "./runtime.js";
import type { Watcher } from "./watching.js";

/** Without the last two, nginx and Express' `compression()` hold every event back until the end. */
export const streamHeaders = {
  "content-type": "text/event-stream",
  "cache-control": `${noStore["cache-control"]}, no-transform`,
  "x-accel-buffering": "no",
} as const;

/** The status of one attempt as server-sent events. It ends after `approved` or a final status. */
export class StatusStream implements Watcher {
  readonly #sink: StreamSink;
  readonly #runtime: Runtime;
  readonly #returnMs: () => number;
  /** What the last event was about, so that each is sent once. */
  #shown = "";
  #ended = false;

  /** @param returnMs when the client should come back, if the server sends it away */
  constructor(sink: StreamSink, runtime: Runtime, returnMs: () => number) {
    this.#sink = sink;
    this.#runtime = runtime;
    this.#returnMs = returnMs;
  }

  show(attempt: Attempt): void {
    if (this.#ended) return;
    const newest = attempt.transactions.at(-1);
    const about = `${attempt.state.status} ${newest?.id} ${newest?.closed}`;
    if (about === this.#shown) return;
    this.#shown = about;
    const data = JSON.stringify(statusAnswer(attempt, this.#runtime.now()));
    this.#sink.write(`event: ${statusEvent}\ndata: ${data}\n\n`);
    if (attempt.state.status !== "pending") this.#end();
  }

  keepAlive(): void {
    if (!this.#ended) this.#sink.write(":\n\n");
  }

  dismiss(why: "replaced" | "closing"): void {
    if (this.#ended) return;
    if (why === "closing") this.#sink.write(`retry: ${this.#returnMs()}\n\n`);
    this.#end();
  }

  #end(): void {
    this.#ended = true;
    this.#sink.end();
  }
}
