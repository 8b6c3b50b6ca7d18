import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { TestedSite } from "./tested-site.js";

/** The listings of a section of docs/testing.md by their file names, which stand in the first line of each. */
export function listingsOf(heading: string): Map<string, string> {
  const page = readFileSync("docs/testing.md", "utf8");
  const section = page.split(/^## /m).find((each) => each.startsWith(`${heading}\n`)) ?? "";
  const files = [...section.matchAll(/^```\w+\n((?:\/\/|#) (\S+)\n[^]*?)^```$/gm)].map(
    ([, code = "", file = ""]) => [file, code] as const,
  );
  assert.ok(files.length > 0, `no listing below ${heading}`);
  return new Map(files);
}

/** Writes the listings of a section into the site's folder, with its ports. */
export function writeListings({ folder, withPorts }: TestedSite, heading: string): void {
  for (const [file, code] of listingsOf(heading)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), withPorts(code));
  }
}
