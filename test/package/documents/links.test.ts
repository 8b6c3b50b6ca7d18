import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";

/** The pages for people who use the package. */
const pages = [
  "README.md",
  "examples/README.md",
  ...readdirSync("docs", { recursive: true, encoding: "utf8" })
    .map((file) => `docs/${file.replaceAll("\\", "/")}`)
    .filter((file) => file.endsWith(".md") && !/docs\/(\.vitepress|files|decisions)\//.test(file)),
];

const read = (page: string): string => readFileSync(page, "utf8");

describe("The links of the documents", () => {
  test("say by themselves where they lead: their texts are no file names and no “see below”", () => {
    const mute = pages.flatMap((page) =>
      [...read(page).matchAll(/\[([^\]]+)\]\([^)]+\)/g)]
        .map(([, text = ""]) => text)
        .filter((text) => /^`?[\w/-]+\.md`?$|^(see )?(above|below|here|details|this|link)$/i.test(text))
        .map((text) => `${page}: ${text}`),
    );
    assert.ok(pages.length > 20);
    assert.deepEqual(mute, []);
  });

  test("give a reason for each line of docs/checklist.md", () => {
    const lines = read("docs/checklist.md").split(/^- /m).slice(1);
    assert.ok(lines.length >= 30, `${lines.length} lines`);
    const unlinked = lines.filter((line) => !line.includes("]("));
    assert.deepEqual(unlinked, []);
  });
});
