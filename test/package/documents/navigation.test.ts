import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { groups, type Entry } from "../../../docs/.vitepress/groups.js";
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
    const pages = documents.filter((path) => /^docs\/[^/]+$/.test(path) && path !== "docs/index.md");
    assert.deepEqual(
      pages.filter((path) => !readme.includes(`](${path})`)),
      [],
    );
  });
});
