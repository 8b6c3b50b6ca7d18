/**
 * What the playground can do to the calls between its element and the kit. Each is a choice of one, so that no two
 * contradict each other; the first is the usual. Page, script and service share it.
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
    broken: "signIn throws: 500",
    lost: "Logs in, the answer is lost",
    silent: "Never answers",
  },
  cookies: {
    works: "Allowed",
    blocked: "Blocked",
  },
  life: {
    usual: "As the demo’s",
    brief: "4 seconds",
    short: "20 seconds",
    hour: "1 hour",
  },
} as const;

export type NetworkName = keyof typeof networkChoices;

/** One choice of each. */
export type Network = { [Name in NetworkName]: keyof (typeof networkChoices)[Name] };

export const networkNames = Object.keys(networkChoices) as NetworkName[];

/** All as usual: the first choice of each. */
export const usualNetwork = Object.fromEntries(
  networkNames.map((name) => [name, Object.keys(networkChoices[name])[0]]),
) as Network;

/** How long the codes live that are not as the demo's, in seconds. */
export const lifeSeconds = { brief: 4, short: 20, hour: 3_600 } as const;

/** Reads a network out of what came; what is not named is as usual. Undefined where a choice is none. */
export function parseNetwork(value: unknown): Network | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const network: Record<string, string> = { ...usualNetwork };
  for (const [name, choice] of Object.entries(value)) {
    if (!isNetworkName(name) || typeof choice !== "string") return undefined;
    if (!Object.hasOwn(networkChoices[name], choice)) return undefined;
    network[name] = choice;
  }
  return network as Network;
}

export const isNetworkName = (name: string): name is NetworkName => Object.hasOwn(networkChoices, name);
