import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import GithubSlugger from "github-slugger";
import { guessing } from "../../../bench/server/guessing.js";
import { defences } from "../../../scripts/claims/defences.js";
import { withListings } from "../../../scripts/listings.js";
import { apart, requirements, type RequirementId } from "../../../scripts/trust/asvs.js";
import { levels, plain } from "../../../scripts/trust/pages.js";
import type { Requirement } from "../../../scripts/trust/requirement.js";
import { threats } from "../../../scripts/trust/threats.js";

const read = (page: string): string => readFileSync(page, "utf8");
const pages = { threats: read("docs/trust/threats.md"), asvs: read("docs/trust/asvs.md") };
const regulation = read("docs/trust/regulation.md");

/** Whether a line of the page has the test's file and the claim. */
const has = (page: string, test: string, claim: string): boolean =>
  page.split("\n").some((line) => line.includes(`\`${test}\`: `) && line.includes(plain(claim)));

const answers: readonly (readonly [id: string, Requirement])[] = Object.entries(requirements);
const metBy = new Set<string>(defences.flatMap(({ asvs }) => asvs));

describe("docs/trust/threats.md and docs/trust/asvs.md", () => {
  for (const [name, page] of Object.entries(pages))
    test(`have every claim and the file of its test: ${name}`, () => {
      const missing = defences.filter(({ claim, test }) => !has(page, test, claim));
      assert.ok(defences.length > 300);
      assert.deepEqual(
        missing.map(({ claim }) => claim),
        [],
      );
    });

  test("have the title of each claim's test: threats", () => {
    const missing = defences.filter(({ title }) => !pages.threats.includes(`(“${title}”)`));
    assert.deepEqual(
      missing.map(({ title }) => title),
      [],
    );
  });

  test("have no claim that was taken out of the table", () => {
    const one = "The star is one label";
    assert.equal(has(pages.threats, "test/unit/server/http/csrf-and-cors.test.ts", one), true);
    for (const page of Object.values(pages)) {
      const stale = page.replaceAll(one, "A claim that is gone");
      assert.equal(withListings(stale, read), page);
    }
  });

  test("have every threat, and lead to its part of docs/security.md", () => {
    const slugger = new GithubSlugger();
    const headings = [...read("docs/security.md").matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
      slugger.slug(heading),
    );
    for (const { threat, section } of Object.values(threats)) {
      assert.ok(pages.threats.includes(`[${threat}](../security.md#${section})`), threat);
      assert.ok(headings.includes(section), section);
    }
  });
});

describe("The answers to OWASP ASVS 5.0.0", () => {
  test("are one for each requirement of levels 1 and 2, or a reason why it does not apply", () => {
    const answered = [...answers.map(([id]) => id), ...apart.flatMap(({ ids }) => ids)];
    assert.deepEqual(answered.toSorted(), [...levels.keys()].toSorted());
    assert.equal(levels.size, 253);
  });

  test("are all on the page", () => {
    const missing = answers.filter(
      ([id, { what }]) =>
        !pages.asvs.split("\n").some((line) => line.startsWith(`| ${id} `) && line.includes(what)),
    );
    assert.deepEqual(missing, []);
    for (const { why } of apart) assert.ok(pages.asvs.includes(why), why);
  });

  test("say “met” only where a claim meets it, and name a fact by a link, a file or an option", () => {
    const bare = answers.filter(([id, { met }]) => met !== undefined && !metBy.has(id));
    assert.deepEqual(bare, []);
    const vague = answers.filter(([, { fact }]) => fact !== undefined && !/[`[]|SHA-256/.test(fact));
    assert.deepEqual(vague, []);
  });

  test("have a claim only where they say that it is met, or that the demo shows it", () => {
    const unsaid = [...metBy].filter((id) => {
      const { met, site = "" }: Requirement = requirements[id as RequirementId];
      return met === undefined && !site.includes("Shown for the demo");
    });
    assert.deepEqual(unsaid, []);
  });
});

describe("The sum of a year of guesses", () => {
  test("is what its program prints", () => {
    const args = ["--import", "tsx", "bench/server/guessing.ts"];
    assert.equal(execFileSync(process.execPath, args, { encoding: "utf8" }), guessing());
    assert.ok(pages.threats.includes(`$ node ${args.join(" ")}\n${guessing()}`));
  });

  test("is the chance that docs/security.md names", () => {
    assert.match(guessing(), /^ *1 +0\.03 % +0\.0003 % +100 %$/m);
    assert.ok(read("docs/security.md").includes("a chance of 0.03 % for each acceptance"));
  });
});

describe("docs/trust/regulation.md", () => {
  test("answers the articles 4 to 9 and 22 to 24, one by one", () => {
    const articles = [...regulation.matchAll(/^\| (\d+)[^|]*\|/gm)].map(([, article = ""]) =>
      Number(article),
    );
    assert.deepEqual([...new Set(articles)], [4, 5, 6, 7, 8, 9, 22, 23, 24]);
  });

  test("quotes only claims that there are", () => {
    const names = new Set(defences.map(({ claim }) => claim));
    const quoted = [...regulation.matchAll(/“([^”]+)”/g)].map(([, claim = ""]) => claim);
    assert.ok(quoted.length > 10);
    assert.deepEqual(
      quoted.filter((claim) => !names.has(claim)),
      [],
    );
  });

  test("says “met” of an article only with a claim", () => {
    const rows = regulation.match(/^\| \d+.*$/gm) ?? [];
    const bare = rows.filter((row) => row.includes("**met**") && !row.includes("“"));
    assert.deepEqual(bare, []);
  });
});
