import type { Attempt } from "../store/attempt.js";
import { limitExceeded, type ApiError } from "../http/api-error.js";
import { addTo, UsageByClient } from "../limits/usage-by-client.js";
import type { Config } from "../core.js";

/** How long a stream above a limit waits before it tries again: `Retry-After`, or `retry:` once the stream has begun. */
export const retryAfterMs = 10_000;

/** Counts the streams and held polls of this server against the limits of browsers, clients and the server. */
export class StreamPlaces {
  readonly #config: Pick<Config<never>, "limits" | "addresses">;
  readonly #perBrowser = new Map<string, number>();
  readonly #usage = new UsageByClient();

  constructor(config: Pick<Config<never>, "limits" | "addresses">) {
    this.#config = config;
  }

  get used(): number {
    return this.#usage.used;
  }

  add({ browser, address }: Attempt, change: number): void {
    addTo(this.#perBrowser, browser, change);
    this.#usage.add(this.#config.addresses.clientAt(address), change);
  }

  /** The error if one more of this attempt exceeds a limit. */
  limitError({ browser, address }: Attempt): ApiError | undefined {
    const { addresses, limits } = this.#config;
    const { streamsPerBrowser, streamsPerNode } = limits;
    if (streamsPerNode !== false && this.#usage.isUsedUp(streamsPerNode, addresses.clientAt(address))) {
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
