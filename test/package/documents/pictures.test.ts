import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path/posix";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { drawnPictures } from "../../../scripts/pictures/drawn-from.js";

/** The pictures that are committed. The gallery's are not: `npm run docs` takes them for the site that it builds. */

const pages = ["README.md", "CONTRIBUTING.md"].concat(
  readdirSync("docs", { recursive: true, encoding: "utf8" })
    .map((file) => `docs/${file.replaceAll("\\", "/")}`)
    .filter((file) => file.endsWith(".md") && !/^docs\/(\.vitepress|files)\//.test(file)),
);
const shown = pages.flatMap((page) =>
  [...readFileSync(page, "utf8").matchAll(/!\[[^\]]*\]\((?!https?:)([^)]+)\)/g)].map(([, path = ""]) =>
    join(dirname(page), path),
  ),
);

describe("The pictures of the documents", () => {
  test("are those of a page, and each page has them", () => {
    const committed = readdirSync("docs/images", { recursive: true, encoding: "utf8" })
      .map((file) => `docs/images/${file.replaceAll("\\", "/")}`)
      .filter((file) => /\.\w+$/.test(file));
    assert.deepEqual([...new Set(shown)].toSorted(), committed.toSorted());
  });

  test("of the element and of the demo are known with what they were drawn from", () => {
    assert.deepEqual(
      drawnPictures().toSorted(),
      [...new Set(shown)].filter((path) => path.endsWith(".png")).toSorted(),
    );
  });

  // A part that a picture points at and that cannot be seen is an error, too.
  for (const command of ["callouts-pictures", "screenshots"])
    test(`are not older than what they show: ${command}`, async () => {
      const args = ["--import", "tsx", `scripts/pictures/${command}.ts`, "--check"];
      await promisify(execFile)(process.execPath, args);
    });
});
