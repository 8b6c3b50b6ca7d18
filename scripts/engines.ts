/** The browser engines in which the element has to work. */
export const engineNames = ["chromium", "firefox", "webkit"] as const;
export type EngineName = (typeof engineNames)[number];

export const engineTitles: Record<EngineName, string> = {
  chromium: "Chromium",
  firefox: "Firefox",
  webkit: "WebKit",
};

/**
 * The engines that a run uses: all of them, or those that `ENGINES` names, such as `ENGINES=chromium,firefox`.
 * @throws Error if it names another, or none
 */
export function wantedEngines(named = process.env["ENGINES"]): EngineName[] {
  if (named === undefined) return [...engineNames];
  const wanted = named.split(",").map((name) => name.trim());
  const unknown = wanted.filter((name) => !engineNames.some((each) => each === name));
  if (unknown.length > 0)
    throw new Error(`ENGINES names "${unknown.join()}". It takes ${engineNames.join(", ")}, with commas.`);
  return engineNames.filter((name) => wanted.includes(name));
}

/** The engines that a run does without. */
export const unwantedEngines = (): EngineName[] =>
  engineNames.filter((name) => !wantedEngines().includes(name));
