/**
 * `npm run listings`: writes the listings that are files of an example into the pages, below a comment that names the file:
 * `<!-- listing: examples/nuxt/server/routes/logout.post.ts -->`. `--check` fails where a page has another text.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname } from "node:path";
import { parseArgs } from "node:util";

const { check } = parseArgs({ options: { check: { type: "boolean", default: false } } }).values;

const pages = readdirSync("docs")
  .filter((file) => file.endsWith(".md"))
  .map((file) => `docs/${file}`);

/** A file of an example as a listing, which begins with its path in the example. */
function listingOf(file: string): string {
  const [, path = file] = /^examples\/[^/]+\/(.*)$/.exec(file) ?? [];
  return `\`\`\`${extname(file).slice(1)}\n// ${path}\n${readFileSync(file, "utf8")}\`\`\`\n`;
}

const stale = pages.filter((page) => {
  const text = readFileSync(page, "utf8");
  const wanted = text.replaceAll(
    /^(<!-- listing: (\S+) -->\n\n)```\w+\n[^]*?^```\n/gm,
    (_all, comment: string, file: string) => comment + listingOf(file),
  );
  if (wanted === text) return false;
  if (!check) writeFileSync(page, wanted);
  return true;
});
if (check && stale.length > 0)
  throw new Error(`${stale.join(", ")}: listings differ from their examples. npm run listings writes them.`);
