import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";

/**
 * What keeps another origin from logging people out: a look at the header that browsers send, Hono's `csrf()`, or a server action
 * of Next.js. The checks of SvelteKit 2 and others look at forms only, and a script's POST without a body is none.
 */
const looksAtTheOrigin = /sec-fetch-site"?\)?\]? !== "same-origin"|\bcsrf\(\)|^ *"use server";$/m;
/** Ends the kit's cookie in an answer. */
const endsTheCookie = /\.forget\(\)/;

const read = (file: string): string => readFileSync(file, "utf8");
const tracked = (folder: string): string[] =>
  execFileSync("git", ["ls-files", folder], { encoding: "utf8" }).trim().split("\n");

describe("a log-out takes no POST of another origin, with or without a body", () => {
  const listings = [...tracked("docs/sessions"), "docs/frameworks.md"].flatMap((page) =>
    [...read(page).matchAll(/^```\w+\n([^]*?)^```$/gm)]
      .map(([, code = ""]) => ({ page, code }))
      .filter(({ code }) => endsTheCookie.test(code)),
  );
  const examples = tracked("examples").filter(
    (file) => /\.[jt]sx?$/.test(file) && endsTheCookie.test(read(file)),
  );

  for (const { page, code } of listings)
    test(`in ${page}: ${code.split("\n").find((line) => /log-?out/i.test(line))}`, () => {
      assert.match(code, looksAtTheOrigin);
    });

  for (const file of examples)
    test(`in ${file}`, () => {
      assert.match(read(file), looksAtTheOrigin);
    });
});
