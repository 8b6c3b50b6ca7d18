/** The tables of docs/trust/asvs.md and docs/trust/threats.md: both are made of the claims that `npm run test:claims` tries. */
import { readFileSync } from "node:fs";
import { defences } from "../claims/defences.js";
import { tableOf } from "../styling-tables.js";
import { apart, requirements, type RequirementId } from "./asvs.js";
import type { Requirement } from "./requirement.js";
import { threats, type ThreatName } from "./threats.js";

/** The ids of levels 1 and 2 of ASVS 5.0.0, with their levels. */
export const levels: ReadonlyMap<string, string> = new Map(
  readFileSync(new URL("asvs-5.0.0.txt", import.meta.url), "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split(" ") as [id: string, level: string]),
);

const chapterOf = (id: string): string => `V${id.split(".")[0] ?? ""}`;

/** Lists by their key, in the order in which the keys come. */
function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string): [string, Item[]][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return [...groups];
}

/** Marks names such as `__proto__` as code, which Markdown would take for emphasis. */
export const plain = (claim: string): string =>
  claim.replace(/[^\s,]*(?:__|[{<*])[^\s,]*/g, (word) => `\`${word}\``);

/** A claim is tested by one title of one file. `withTitles`: the title too, without which a requirement's list is short. */
const listOf = (some: typeof defences, withTitles: boolean): string[] =>
  grouped(some, ({ test }) => test).map(
    ([test, claims]) =>
      `\`${test}\`: ${claims
        .map(({ claim, title }) => (withTitles ? `${plain(claim)} (“${title}”)` : plain(claim)))
        .join("; ")}`,
  );

const answers = {
  met: "met",
  fact: "met by a fact",
  site: "the site's",
  notMet: "not met",
  notTested: "not tested",
} as const satisfies Record<Exclude<keyof Requirement, "what">, string>;

const answerOf = (requirement: Requirement): string =>
  Object.entries(answers)
    .flatMap(([kind, name]) => {
      const text = requirement[kind as keyof typeof answers];
      return text === undefined ? [] : [`**${name}**: ${text}`];
    })
    .join(". ");

/** A chapter's requirements with their answers, the tests of those that claims meet, and what does not apply. */
function chapter(wanted: string): string {
  const ids = (Object.keys(requirements) as RequirementId[]).filter((id) => chapterOf(id) === wanted);
  const rows = ids.map((id) => {
    const requirement: Requirement = requirements[id];
    return [id, levels.get(id) ?? "", requirement.what, answerOf(requirement)];
  });
  const shown = ids.flatMap((id) =>
    listOf(
      defences.filter(({ asvs }) => asvs.includes(id)),
      false,
    ).map((tests) => `- ${id}: ${tests}\n`),
  );
  const others = apart
    .filter(({ ids: [first = ""] }) => chapterOf(first) === wanted)
    .flatMap(({ ids: some, why }) =>
      grouped(some, chapterOf).map(([, of]) => `- Does not apply: ${of.join(", ")}: ${why}\n`),
    );
  return [
    rows.length > 0 ? tableOf([["id", "level", "requirement", "answer"], ...rows]) : "",
    shown.join(""),
    others.join(""),
  ]
    .filter((part) => part !== "")
    .join("\n");
}

/** The threats of a kind, and then the claims that answer each. */
function threatsOf(stride: string): string {
  const names = (Object.keys(threats) as ThreatName[]).filter((name) => threats[name].stride === stride);
  const claimsOf = (name: ThreatName) => defences.filter(({ threat }) => threat === name);
  const rows = names.map((name) => {
    const { threat, section, likelihood, impact, owner, residual } = threats[name];
    const defence = claimsOf(name).length === 0 ? "none" : `${claimsOf(name).length} tests`;
    return [`[${threat}](../security.md#${section})`, likelihood, impact, defence, owner, residual];
  });
  const head = ["threat", "likelihood", "impact", "defence", "owner", "residual risk"];
  const lists = names
    .filter((name) => claimsOf(name).length > 0)
    .map(
      (name) =>
        `- **${threats[name].threat}**\n${listOf(claimsOf(name), true)
          .map((tests) => `  - ${tests}\n`)
          .join("")}`,
    );
  return `${tableOf([head, ...rows])}\n${lists.join("")}`;
}

/** Claims that meet no requirement of ASVS: they are in docs/trust/asvs.md all the same. */
const withoutRequirement = (): string =>
  listOf(
    defences.filter(({ asvs }) => asvs.length === 0),
    false,
  )
    .map((tests) => `- ${tests}\n`)
    .join("");

/** How many requirements have which answer. One can have several. */
function counts(): string {
  const all: Requirement[] = Object.values(requirements);
  const rows = Object.entries(answers).map(([kind, name]) => [
    name,
    String(all.filter((each) => each[kind as keyof typeof answers] !== undefined).length),
  ]);
  const none = apart.reduce((sum, { ids }) => sum + ids.length, 0);
  return tableOf([["answer", "requirements"], ...rows, ["does not apply", String(none)]]);
}

/** A generated part of a page, by the name in its comment: a chapter of ASVS, a kind of threat. */
export function trustPart(name = ""): string {
  if (name === "counts") return counts();
  if (name === "without-requirement") return withoutRequirement();
  const part = /^V\d+$/.test(name) ? chapter(name) : threatsOf(name);
  if (part.split("\n").length < 3 && !part.startsWith("- ")) throw new Error(`There is no part "${name}"`);
  return part;
}
