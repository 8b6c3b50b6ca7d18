/**
 * Part of `npm run generated:write`: writes the listings that come from an example into the pages, below a comment that names the
 * file, or a region of it: `<!-- listing: examples/nuxt/server/utils/login-kit.ts#kit -->`. `--check` fails where a page has
 * another text. Of `scripts/rooms.js` the listing is its picture, of `custom-elements.json` a table of `scripts/styling-tables.ts`,
 * of a program of `bench/` its output, and of `scripts/trust/pages.ts` tables and lists, up to the next heading or comment.
 *
 * A region begins with `// #region kit`, in a comment of its language, and ends with `// #endregion kit`. A listing joins all
 * regions of its name. A region named `…` holds options that a page leaves out: the listing, of a whole file too, has `…,` there.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { guessing } from "../bench/server/guessing.js";
import { picture } from "./rooms.js";
import { stylingTable } from "./styling-tables.js";
import { trustPart } from "./trust/pages.js";

const marker = /^( *)(?:\/\/|#|<!--|\{\/\*) #(end)?region\b ?(.*?)(?: (?:-->|\*\/\}))?$/;

/** The lines of a file, or of its regions of a name, without markers and without the indentation of the region's marker. */
function linesOf(file: string, wanted: string | undefined, text: string): string[] {
  const lines: string[] = [];
  const open: string[] = [];
  let indentation = 0;
  for (const line of text.trimEnd().split("\n")) {
    const isShown = (wanted === undefined || open.includes(wanted)) && !open.includes("…");
    const [found, indent = "", end, name = ""] = marker.exec(line) ?? [];
    if (found === undefined) {
      if (isShown) lines.push(line.slice(indentation));
    } else if (end) {
      if (open.pop() !== name) throw new Error(`${file}: "${line.trim()}" ends another region`);
    } else {
      if (name === "…" && isShown) lines.push(`${indent}…,`.slice(indentation));
      if (name === wanted) indentation = indent.length;
      if (name === wanted && lines.length > 0) lines.push("");
      open.push(name);
    }
  }
  if (open.length > 0) throw new Error(`${file}: region "${open.join()}" does not end`);
  if (lines.length === 0) throw new Error(`${file} has no region "${wanted}"`);
  return lines;
}

/** A file of an example, or a region of it, as a listing. It begins with the file's path in the example. */
function listingOf(file: string, region: string | undefined, text: string): string {
  if (file === "custom-elements.json") return stylingTable(region, text);
  if (file === "scripts/rooms.js") return `\`\`\`text\n${picture}\`\`\`\n`;
  if (file === "bench/server/guessing.ts")
    return `\`\`\`text\n$ node --import tsx ${file}\n${guessing()}\`\`\`\n`;
  const [, path = file] = /^examples\/(?:backends\/)?[^/]+\/(.*)$/.exec(file) ?? [];
  const language = extname(file).slice(1);
  const comment = /^(html|vue|svelte)$/.test(language)
    ? `<!-- ${path} -->`
    : `${language === "py" ? "#" : "//"} ${path}`;
  return `\`\`\`${language}\n${comment}\n${linesOf(file, region, text).join("\n")}\n\`\`\`\n`;
}

/**
 * A page with its listings as the examples have them.
 *
 * @throws Error for a comment whose file, region or listing is not there
 */
export function withListings(page: string, read: (file: string) => string): string {
  const odd = /^(?!<!-- listing: .* -->$).*<!--\s*listing:.*/m.exec(page);
  if (odd)
    throw new Error(
      `A comment of a listing stands alone in its line, as <!-- listing: FILE -->, not as ${odd[0]}`,
    );
  const withParts = page.replaceAll(
    /^(<!-- listing: scripts\/trust\/pages\.ts#(.*) -->)\n[^]*?(?=^#|^<!--)/gm,
    (_all, comment: string, part: string) => `${comment}\n\n${trustPart(part)}\n`,
  );
  return withParts.replaceAll(
    /^(<!-- listing: (?!scripts\/trust\/)(.*?)(?:#(.*))? -->)\n(\n(?:```\w+\n[^]*?^```\n|(?:\|.*\n)+))?/gm,
    (_all, comment: string, file: string, region?: string, listing?: string) => {
      if (listing === undefined) throw new Error(`No listing below ${comment}`);
      return `${comment}\n\n${listingOf(file, region, read(file))}`;
    },
  );
}

if (resolve(process.argv[1] ?? "") === fileURLToPath(import.meta.url)) {
  const { check } = parseArgs({ options: { check: { type: "boolean", default: false } } }).values;
  const pages = [
    "CONTRIBUTING.md",
    ...["docs", "docs/trust"].flatMap((folder) =>
      readdirSync(folder)
        .filter((file) => file.endsWith(".md"))
        .map((file) => `${folder}/${file}`),
    ),
  ];
  const stale = pages.filter((page) => {
    const text = readFileSync(page, "utf8");
    const wanted = withListings(text, (file) => readFileSync(file, "utf8"));
    if (wanted === text) return false;
    if (!check) writeFileSync(page, wanted);
    return true;
  });
  if (check && stale.length > 0)
    throw new Error(`${stale.join(", ")}: listings differ from their sources. npm run fix writes them.`);
}
