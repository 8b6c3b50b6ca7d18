import type { StoreGuard } from "../attempt/store-guard.js";
import type { Core } from "../core.js";
import { readableSiteLimiter } from "../limits/site-limiter.js";
import { Pairing } from "./pairing.js";

/** The pairing of a kit; undefined without that option. */
export function createPairing<Context>(core: Core<Context>, guard: StoreGuard): Pairing<Context> | undefined {
  const { limits, pairing } = core.config;
  if (!pairing) return undefined;
  const rate = limits.wrongNumbersPerUser;
  const wrongNumbers = rate
    ? { limiter: readableSiteLimiter("wrongNumbersPerUser", rate, core.config, guard), max: rate.count }
    : undefined;
  return new Pairing(pairing, core, wrongNumbers);
}
