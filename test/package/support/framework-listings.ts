import { readFileSync } from "node:fs";

interface Listing {
  /** Its language in Markdown, such as `tsx`. */
  language: string;
  /** The file that its first line names, or "". */
  file: string;
  code: string;
}

const page = readFileSync("docs/frameworks.md", "utf8");

/** The listings below a heading of docs/frameworks.md. */
export function frameworkListings(heading: string): Listing[] {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? "";
  const listings = [...section.matchAll(/^```(\w+)\n((?:\/\/ (\S+\.tsx?)\n)?[^]*?)^```$/gm)].map(
    ([, language = "", code = "", file = ""]) => ({ language, file, code }),
  );
  if (listings.length === 0) throw new Error(`docs/frameworks.md has no listing below "${heading}".`);
  return listings;
}
