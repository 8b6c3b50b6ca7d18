import { limitExceeded, type ApiError } from "../http/api-error.js";
import { randomShare, type Randomness } from "../runtime.js";
import type { WaitingLimit } from "../defaults/limits.js";
import type { Client } from "../limits/networks.js";
import { addTo } from "../limits/usage-by-client.js";

/** When to try again; up to twice as long, so that not all come back at once. */
const retryAfterMs = 10_000;

/** Above `total`, there is room for this share of it more, for those that have few. */
const reserve = 1.25;

/** The second half of the reserve is for addresses with fewer: the others may have filled the first half. */
const lastReserve = 1.125;
const fewPlaces = 3;

/** A place that an unscanned attempt takes: the customer that began it. Clients that cannot be told apart have one name. */
export type Place = string;

/** Counts the unscanned attempts that this process began, in all and of each address, against `limits.waiting`. */
export class WaitingPlaces {
  readonly #limit: WaitingLimit | false;
  readonly #randomness: Randomness;
  readonly #perAddress = new Map<Place, number>();
  #used = 0;

  constructor(limit: WaitingLimit | false, randomness: Randomness) {
    this.#limit = limit;
    this.#randomness = randomness;
  }

  get used(): number {
    return this.#used;
  }

  /**
   * Takes a place for one more attempt.
   *
   * @param client undefined where clients cannot be told apart
   * @throws ApiError 429 or 503
   */
  take(client: Client | undefined): Place {
    const place = client?.[0] ?? "";
    if (this.#limit) this.#check(this.#limit, place, client !== undefined);
    this.#add(place, 1);
    return place;
  }

  /** Gives it back: the attempt did not begin, or waits no more. */
  free(place: Place): void {
    this.#add(place, -1);
  }

  #check({ perAddress, total }: WaitingLimit, place: Place, isAddress: boolean): void {
    const own = this.#perAddress.get(place) ?? 0;
    if (isAddress && own >= perAddress)
      throw this.#error("too_many_requests", "Too many logins from this address wait for a scan.");
    if (this.#used < total) return;
    // Addresses that have started many leave what is left to those with few. With this one it would be above the mean.
    const isAboveMean = (own + 1) * this.#perAddress.size > this.#used;
    const isForFew = this.#used >= lastReserve * total && own >= fewPlaces;
    if (isAboveMean || isForFew || this.#used >= reserve * total)
      throw this.#error("temporarily_unavailable", "Too many logins wait for a scan.");
  }

  #error(code: "too_many_requests" | "temporarily_unavailable", description: string): ApiError {
    const waitMs = retryAfterMs * (1 + randomShare(this.#randomness));
    return limitExceeded("waiting", code, description, waitMs);
  }

  #add(place: Place, change: number): void {
    this.#used += change;
    addTo(this.#perAddress, place, change);
  }
}
