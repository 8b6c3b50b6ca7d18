/** How an origin is among those whose pages may call: by its own name, or by a pattern only. */
type OriginMatch = "exact" | "pattern" | undefined;

/** A pattern for origins, such as `https://*.preview.example.com`. */
export const isPattern = (text: string): boolean => text.includes("*");

/** The origins whose pages may call the login API, and that of the login API itself. */
export class PageOrigins {
  /** Where browsers reach the login API. The kit's cookie belongs to it. */
  readonly apiOrigin: string;
  /** As the site wrote them: that of the login page first. */
  readonly listed: readonly string[];
  readonly #exact: ReadonlySet<string>;
  readonly #patterns: readonly RegExp[];

  /** @param origins further origins of the same site, and patterns, which are checked */
  constructor(origin: string, origins: readonly string[] = [], apiOrigin = origin) {
    this.apiOrigin = apiOrigin;
    this.listed = [...new Set([origin, ...origins])];
    this.#exact = new Set(this.listed.filter((listed) => !isPattern(listed)));
    this.#patterns = this.listed.filter(isPattern).map(patternOf);
  }

  /** The origin of the login page. */
  get origin(): string {
    return this.listed[0]!;
  }

  /** Whether pages of an origin may call. */
  match(origin: string): OriginMatch {
    if (this.#exact.has(origin)) return "exact";
    return this.#patterns.some((pattern) => pattern.test(origin)) ? "pattern" : undefined;
  }

  /** Whether pages of an origin may call, and need CORS for it. */
  callsCrossOrigin(origin: string): boolean {
    return origin !== this.apiOrigin && this.match(origin) !== undefined;
  }

  /** Whether there is any origin whose pages need CORS. */
  get hasCrossOrigin(): boolean {
    return this.listed.some((listed) => listed !== this.apiOrigin);
  }
}

/** The star is one label of the host's name. An `Origin` is in lower case. */
const patternOf = (pattern: string): RegExp =>
  new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace("*", "[a-z0-9_-]+")}$`);
