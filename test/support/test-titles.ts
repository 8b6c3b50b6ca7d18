import { existsSync, readFileSync } from "node:fs";

/** The titles of a file's tests and suites, with … for each `${…}`. */
export function titlesIn(path: string): Set<string> {
  const file = new URL(`../../${path}`, import.meta.url);
  if (!existsSync(file)) return new Set();
  const calls = readFileSync(file, "utf8").matchAll(
    /^\s*(?:test|it|describe)\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|`((?:[^`\\]|\\.)*)`)/gm,
  );
  return new Set(
    [...calls].map(([, double, single, template]) =>
      (double ?? single ?? filledIn(template ?? "")).replace(/\\(.)/g, "$1"),
    ),
  );
}

/** Replaces each `${…}` by …, also if it contains braces or quotes. */
const filledIn = (template: string): string => template.replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, "…");

/** A test that a document names, and its title as `titlesIn` gives it. */
interface ShownBy {
  path: string;
  title: string;
}

/** The tests that a document names: "- `file`: “title”, “beginning of a title…”", with "Shown by " before the file or not. */
export const shownBy = (documentText: string): ShownBy[] =>
  [...documentText.matchAll(/^- (?:Shown by )?`(test\/[^`]+)`: (“.+”)$/gm)].flatMap(
    ([, path = "", quoted = ""]) =>
      [...quoted.matchAll(/“([^”]+)”/g)].map(([, title = ""]) => ({ path, title: wholeTitle(path, title) })),
  );

/** The one title of the file that begins as a shortened one does. Any other is returned as it is. */
function wholeTitle(path: string, title: string): string {
  const titles = titlesIn(path);
  if (titles.has(title) || !title.endsWith("…")) return title;
  const [found, ...others] = [...titles].filter((each) => each.startsWith(title.slice(0, -1)));
  return found === undefined || others.length > 0 ? title : found;
}
