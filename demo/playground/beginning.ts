/** How the playground's element begins, with the words for it. */
export const beginnings = {
  element: "By itself",
  server: "kit.begin: a code with the page",
  cache: "kit.begin, but from a cache",
} as const;

export type Beginning = keyof typeof beginnings;

/** What the page's server is asked for; undefined for what is none of it. */
export function parseBeginning(value: unknown): Exclude<Beginning, "element"> | undefined {
  const { beginning } = Object(value) as { beginning?: unknown };
  return beginning === "server" || beginning === "cache" ? beginning : undefined;
}
