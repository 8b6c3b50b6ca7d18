import type { Attempts } from "./attempt/attempts.js";
import type { Report } from "./kit-events.js";
import type { Config } from "./parse-options.js";
import type { Runtime } from "./runtime.js";

/** What nearly every part of a kit needs. What only some need, they get beside it. */
export interface Core<Context = never> {
  readonly config: Config<Context>;
  /** The site's attempts in the store. */
  readonly attempts: Attempts;
  readonly runtime: Runtime;
  readonly report: Report;
}
