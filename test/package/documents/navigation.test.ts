import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import GithubSlugger from "github-slugger";
import { groups, type Entry } from "../../../docs/.vitepress/groups.js";
import { answers } from "../../../docs/.vitepress/search.js";
import { documents } from "../../../docs/files/[file].paths.js";

const withPages = ({ path, pages = [] }: Entry): string[] => [path, ...pages.flatMap(withPages)];

describe("The navigation of the site", () => {
  test("has each page once", () => {
    const inGroups = groups.flatMap(({ pages }) => pages.flatMap(withPages));
    const pages = documents.filter((path) => path !== "docs/index.md");
    assert.deepEqual(inGroups.toSorted(), pages.toSorted());
  });

  test("has no page of docs/ that README.md does not name", () => {
    const readme = readFileSync("README.md", "utf8");
    // The package has not the pictures of the gallery, and the README is the package's too.
    const ofTheSite = ["docs/index.md", "docs/gallery.md", "docs/studio.md"];
    const pages = documents.filter((path) => /^docs\/[^/]+$/.test(path) && !ofTheSite.includes(path));
    const missing = pages.filter((path) => !readme.includes(`](${path})`));
    assert.deepEqual(missing, []);
  });
});

describe("The search of the site", () => {
  for (const [word, answer] of Object.entries(answers))
    test(`leads with “${word}” to a heading that exists`, () => {
      const [page = "", id] = answer.split("#");
      const slugger = new GithubSlugger();
      const headings = [...readFileSync(page, "utf8").matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
        slugger.slug(heading),
      );
      assert.ok(id !== undefined && headings.includes(id), answer);
    });
});
