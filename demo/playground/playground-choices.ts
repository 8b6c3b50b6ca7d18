/** The path of the playground's login API. */
export const playgroundPath = "/playground/otp-login";

/** Where the Token Server posts the callbacks of the playground's kits, which run in the process of this port. */
export const playgroundCallback = (port: number): string =>
  `http://127.0.0.1:${port}${playgroundPath}/callback`;

/**
 * The faults of the network between the playground's element and the kit, with labels. One choice for each kind of call,
 * so that no two contradict each other; the first is the default. Page, script and server share them.
 */
export const networkChoices = {
  delay: {
    none: "Answers at once",
    short: "0.3 s late",
    medium: "1.5 s late",
    long: "6 s late",
  },
  codes: {
    works: "Works",
    busy: "Refused: 429, wait 10 s",
    down: "Refused: 503",
    paused: "Paused for 10 min: 503",
    forbidden: "Refused: 403",
    garbage: "Answers HTML",
    silent: "Never answers",
    reset: "Connection is reset",
  },
  stream: {
    works: "Works",
    refused: "Refused: 503",
    cut: "Cut every 3 s",
    silent: "Open, but silent",
    buffered: "Held back by a proxy",
    garbage: "Says nonsense",
  },
  polls: {
    works: "Works",
    busy: "Refused: 429, wait 10 s",
    down: "Refused: 503",
    garbage: "Answers HTML",
    silent: "Never answers",
    reset: "Connection is reset",
  },
  login: {
    works: "Works",
    refused: "Refused by signIn: 403",
    wrong: "Any number is wrong: 403",
    failed: "Three numbers were wrong: 403",
    broken: "signIn throws: 500",
    lost: "Logs in, the answer is lost",
    silent: "Never answers",
  },
  cookies: {
    works: "Allowed",
    blocked: "Blocked",
  },
  number: {
    demo: "As in the demo",
    off: "Not asked for",
    unknown: "Asked for in new browsers",
    always: "Always asked for",
  },
  life: {
    demo: "As in the demo",
    brief: "4 seconds",
    short: "20 seconds",
    hour: "1 hour",
  },
} as const;

export type NetworkName = keyof typeof networkChoices;

/** One choice for each kind. */
export type Network = { [Name in NetworkName]: keyof (typeof networkChoices)[Name] };

export const networkNames = Object.keys(networkChoices) as NetworkName[];

/** The default: the first choice of each. */
export const defaultNetwork = Object.fromEntries(
  networkNames.map((name) => [name, Object.keys(networkChoices[name])[0]]),
) as Network;

/** The lives of codes other than the demo's own, in seconds. */
export const lifeSeconds = { brief: 4, short: 20, hour: 3_600 } as const;

/** Parses a network; a kind that is absent gets its default. Undefined if a choice is unknown. */
export function parseNetwork(value: unknown): Network | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const network: Record<string, string> = { ...defaultNetwork };
  for (const [name, choice] of Object.entries(value)) {
    if (!isNetworkName(name) || typeof choice !== "string") return undefined;
    if (!Object.hasOwn(networkChoices[name], choice)) return undefined;
    network[name] = choice;
  }
  return network as Network;
}

const isNetworkName = (name: string): name is NetworkName => Object.hasOwn(networkChoices, name);

/** How a new element begins, with labels. */
export const beginnings = {
  element: "By itself",
  server: "kit.begin: a code with the page",
  cache: "kit.begin, but from a cache",
} as const;

export type Beginning = keyof typeof beginnings;

/** Parses the body of `POST /playground/begin`; undefined if it is invalid. */
export function parseBeginning(value: unknown): Exclude<Beginning, "element"> | undefined {
  const { beginning } = Object(value) as { beginning?: unknown };
  return beginning === "server" || beginning === "cache" ? beginning : undefined;
}
