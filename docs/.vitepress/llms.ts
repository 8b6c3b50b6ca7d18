/**
 * `llms.txt`, a list of the pages for language models (https://llmstxt.org), and `llms-full.txt`, their whole text. The site has
 * them, and so has the package: `npm run build` runs this file.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { groups, type Entry } from "./groups.js";

const read = (path: string): string => readFileSync(path, "utf8");

/** A project's own pages, which a model that writes a site's code does not need. */
const isOfProject = (path: string): boolean =>
  /^(CONTRIBUTING|CHANGELOG|SECURITY|test\/|docs\/decisions\/|docs\/gallery|docs\/studio)/.test(path);

const withPages = ({ path, pages = [] }: Entry): string[] => [path, ...pages.flatMap(withPages)];

/** The heading of a page, and the first sentence below it. */
function summaryOf(path: string): string {
  const [, heading = path, text = ""] = /^# (.*)\n+([^]*?)(?:\n\n|$)/m.exec(read(path)) ?? [];
  const [sentence = ""] = /^.*?[.:](?=\s|$)/.exec(text.replaceAll("\n", " ")) ?? [];
  const plain = sentence.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/:$/, ".");
  return `[${heading}](${path})${plain && `: ${plain}`}`;
}

const { description } = JSON.parse(read("package.json")) as { description: string };

/** The two files. Links are paths of the project, which the package has, too. */
export function llmsFiles(): Record<string, string> {
  const chosen = groups.map(({ text, pages }) => ({
    text,
    paths: pages.flatMap(withPages).filter((path) => !isOfProject(path)),
  }));
  const list = chosen.map(
    ({ text, paths }) => `## ${text}\n\n${paths.map((path) => `- ${summaryOf(path)}\n`).join("")}`,
  );
  const texts = chosen.flatMap(({ paths }) => paths).map((path) => `<!-- ${path} -->\n\n${read(path)}`);
  return {
    "llms.txt": `# onegini-otp-login\n\n> ${description}\n\n${list.join("\n")}`,
    "llms-full.txt": texts.join("\n"),
  };
}

if (resolve(process.argv[1] ?? "") === fileURLToPath(import.meta.url))
  for (const [file, text] of Object.entries(llmsFiles())) writeFileSync(file, text);
