import type { Attempt } from "../attempt/attempt.js";
import { limitExceeded, type ApiError } from "../http/api-error.js";
import type { Limits } from "../limits/limits.js";
import type { ClientOf } from "../limits/networks.js";
import { addTo, UsageByClient } from "../limits/usage-by-client.js";

/** The time of the next try for a stream above a limit: `Retry-After`, and `retry:` if the stream has begun. */
export const retryAfterMs = 10_000;

/** Counts the streams and held polls of this server against the limits of browsers, clients and the server. */
export class StreamPlaces {
  readonly #limits: Pick<Limits, "streamsPerBrowser" | "streamsPerNode">;
  readonly #clientOf: ClientOf;
  readonly #perBrowser = new Map<string, number>();
  readonly #usage = new UsageByClient();

  constructor(limits: Pick<Limits, "streamsPerBrowser" | "streamsPerNode">, clientOf: ClientOf) {
    this.#limits = limits;
    this.#clientOf = clientOf;
  }

  get used(): number {
    return this.#usage.used;
  }

  add({ browser, address }: Attempt, change: number): void {
    addTo(this.#perBrowser, browser, change);
    this.#usage.add(this.#clientOf(address), change);
  }

  /** The error if one more of this attempt exceeds a limit. */
  limitError({ browser, address }: Attempt): ApiError | undefined {
    const { streamsPerBrowser, streamsPerNode } = this.#limits;
    if (streamsPerNode !== false && this.#usage.isUsedUp(streamsPerNode, this.#clientOf(address))) {
      const text = "This server has no room left.";
      return limitExceeded("streamsPerNode", "temporarily_unavailable", text, retryAfterMs);
    }
    if (streamsPerBrowser !== false && (this.#perBrowser.get(browser) ?? 0) >= streamsPerBrowser) {
      const text = "This browser has too many streams.";
      return limitExceeded("streamsPerBrowser", "too_many_requests", text, retryAfterMs);
    }
    return undefined;
  }
}
