import type { StatusAnswer } from "../../protocol/login-api.js";
import { tokenServerCallsExceeded, unknownAttempt } from "../http/api-error.js";
import { jsonResponse, rawResponse } from "../http/response.js";
import type { Attempt } from "../store/attempt.js";
import type { Core } from "../core.js";
import { scannedUntil, statusAnswer } from "../attempt/deadlines.js";
import { preferredWaitSeconds, wantsStream } from "../http/content-negotiation.js";
import { withTimeout } from "../runtime.js";
import type { Watcher } from "../live/live-attempt.js";
import type { LiveAttempts } from "../live/live-attempts.js";
import type { ResultCalls } from "../live/result-calls.js";
import { StatusStream, streamHeaders } from "./status-stream.js";

/** Seconds to the next poll of a client whose poll was not held. */
const pollIntervalSeconds = 2;

/** How long a poll that is not held waits for the Token Server, at most. */
const maxCallMs = 1000;

/** The end of a held poll. `granted`: there is news or the time is over; otherwise it was ended early. */
interface PollEnd {
  attempt: Attempt;
  granted: boolean;
}

/** `GET /{attempt}`: the status, as a stream, at once, or when it is no longer `pending`. */
export class StatusEndpoint {
  readonly #core: Core;
  readonly #live: LiveAttempts;
  readonly #calls: ResultCalls;

  constructor(core: Core, live: LiveAttempts, calls: ResultCalls) {
    this.#core = core;
    this.#live = live;
    this.#calls = calls;
  }

  async answer({ headers, method, signal }: Request, attempt: Attempt): Promise<Response> {
    if (wantsStream(headers.get("accept"))) {
      if (method === "HEAD") return new Response(null, { headers: streamHeaders });
      const limit = this.#live.limitError(attempt);
      if (limit) throw limit;
      return this.#openStream(attempt);
    }
    const waitSeconds = preferredWaitSeconds(headers.get("prefer"));
    if (method === "HEAD") return this.#answerPoll(attempt);
    // Above a limit a poll is answered at once instead of rejected, so that the login goes on.
    return waitSeconds === undefined || this.#live.limitError(attempt)
      ? this.#answerPoll(await this.polled(attempt))
      : this.#answerHeld(attempt, waitSeconds, signal);
  }

  /**
   * The attempt after the result calls that a browser's call leads to while it is `pending`. It waits for them, but not if they
   * are slow.
   *
   * @throws ApiError 404 or 503
   */
  async polled(attempt: Attempt): Promise<Attempt> {
    if (attempt.state.status !== "pending") return attempt;
    const retryAfterMs = this.#calls.pollRetryAfterMs(attempt);
    if (retryAfterMs > 0) throw tokenServerCallsExceeded(retryAfterMs);
    await withTimeout(this.#live.poll(attempt), maxCallMs, this.#core.runtime);
    const now = await this.#core.attempts.get(attempt.id, attempt.browser);
    if (!now) throw unknownAttempt();
    return now;
  }

  #openStream(attempt: Attempt): Response {
    return rawResponse((sink) => this.#live.join(attempt, new StatusStream(sink, this.#core)), {
      headers: streamHeaders,
    });
  }

  async #answerHeld(attempt: Attempt, wishSeconds: number, signal: AbortSignal): Promise<Response> {
    const { config, runtime } = this.#core;
    // The client may not know of the scan yet, so its poll is not held for long.
    const isKept = !isScanned(attempt, runtime.now());
    const maxSeconds = isKept ? config.timeouts.pollSeconds : pollIntervalSeconds;
    const waitSeconds = Math.min(wishSeconds, maxSeconds);
    const end = await this.#holdPoll(attempt, waitSeconds * 1000, signal);
    return end.granted ? this.#answerPoll(end.attempt, waitSeconds) : this.#answerPoll(end.attempt);
  }

  /**
   * Waits until an attempt is no longer `pending` or a scan of its code starts or stops counting, for `waitMs` at most. It ends
   * when the client goes away.
   */
  #holdPoll(attempt: Attempt, waitMs: number, signal: AbortSignal): Promise<PollEnd> {
    const { runtime } = this.#core;
    return new Promise((resolve) => {
      let latest = attempt;
      const wasScanned = isScanned(attempt, runtime.now());
      const cleanUps: (() => void)[] = [];
      let ended = false;
      const end = (granted: boolean): void => {
        if (ended) return;
        ended = true;
        for (const cleanUp of cleanUps) cleanUp();
        resolve({ attempt: latest, granted });
      };
      const giveUp = (): void => end(false);
      const watcher: Watcher = {
        show(now) {
          latest = now;
          if (now.state.status !== "pending" || isScanned(now, runtime.now()) !== wasScanned) end(true);
        },
        keepAlive: () => undefined,
        dismiss: giveUp,
      };
      // Before joining, because a watcher may be dismissed at once.
      cleanUps.push(runtime.after(waitMs, () => end(true)));
      signal.addEventListener("abort", giveUp, { once: true });
      cleanUps.push(() => signal.removeEventListener("abort", giveUp));
      const leave = this.#live.join(attempt, watcher);
      cleanUps.push(leave);
      if (ended) leave();
      else if (signal.aborted) giveUp();
    });
  }

  /** @param grantedSeconds how long the poll might have been held; undefined if it was not */
  #answerPoll(attempt: Attempt, grantedSeconds?: number): Response {
    const interval = grantedSeconds === undefined ? pollIntervalSeconds : 0;
    const answer: StatusAnswer = { ...statusAnswer(attempt, this.#core.runtime.now()), interval };
    return jsonResponse(
      200,
      answer,
      grantedSeconds === undefined ? {} : { "preference-applied": `wait=${grantedSeconds}` },
    );
  }
}

const isScanned = (attempt: Attempt, now: number): boolean => scannedUntil(attempt, now) > 0;
