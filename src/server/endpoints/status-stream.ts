import { statusEvent } from "../../protocol/login-api.js";
import { noStore, type StreamSink } from "../http/response.js";
import type { Attempt } from "../store/attempt.js";
import type { Core } from "../core.js";
import { statusAnswer } from "../attempt/deadlines.js";
import { randomShare } from "../runtime.js";
import type { Watcher } from "../live/live-attempt.js";
import { retryAfterMs } from "../live/stream-places.js";

/** Without the last two, nginx and Express' `compression()` hold every event back until the end. */
export const streamHeaders = {
  "content-type": "text/event-stream",
  "cache-control": `${noStore["cache-control"]}, no-transform`,
  "x-accel-buffering": "no",
} as const;

/** The status of one attempt as server-sent events. It ends after `approved` or a final status. */
export class StatusStream implements Watcher {
  readonly #sink: StreamSink;
  readonly #core: Core;
  /** The attempt of the last event, and whether that was scanned, so that no event is sent twice. */
  #shown: Attempt | undefined;
  #shownScanned = false;
  #ended = false;

  constructor(sink: StreamSink, core: Core) {
    this.#sink = sink;
    this.#core = core;
  }

  show(attempt: Attempt): void {
    if (this.#ended) return;
    const answer = statusAnswer(attempt, this.#core.runtime.now());
    const scanned = answer.scanned === true;
    if (this.#shown && isAlike(this.#shown, attempt) && this.#shownScanned === scanned) return;
    this.#shown = attempt;
    this.#shownScanned = scanned;
    this.#sink.write(`event: ${statusEvent}\ndata: ${JSON.stringify(answer)}\n\n`);
    if (attempt.state.status !== "pending") this.#end();
  }

  keepAlive(): void {
    if (!this.#ended) this.#sink.write(":\n\n");
  }

  dismiss(why: "replaced" | "full" | "closing"): void {
    if (this.#ended) return;
    if (why === "full") this.#sink.write(`retry: ${retryAfterMs}\n\n`);
    if (why === "closing") this.#sink.write(`retry: ${returnMs(this.#core)}\n\n`);
    this.#end();
  }

  #end(): void {
    this.#ended = true;
    this.#sink.end();
  }
}

/** Whether both have the same status and the same newest code. */
function isAlike(one: Attempt, other: Attempt): boolean {
  const [a, b] = [one.transactions.at(-1), other.transactions.at(-1)];
  return one.state.status === other.state.status && a?.id === b?.id && a?.closed === b?.closed;
}

/** A random time after which a client should come back, so that not all come at once. */
const returnMs = ({ config, runtime }: Core): number =>
  Math.floor(randomShare(runtime) * config.timeouts.returnSeconds * 1000);
