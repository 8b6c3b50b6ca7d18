import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { shownBy, titlesIn } from "../../support/test-titles.js";

const root = new URL("../../../", import.meta.url);
const documentText = readFileSync(new URL("docs/security.md", root), "utf8");

const bothPages = documentText + readFileSync(new URL("docs/cross-device.md", root), "utf8");

const quoted = shownBy(bothPages);

describe("docs/security.md and docs/cross-device.md", () => {
  test("name tests in one format only", () => {
    for (const line of bothPages.split("\n").filter((each) => /`test\/|Shown by/.test(each))) {
      const titles = line.split("“").length - 1;
      assert.equal(titles > 0 && shownBy(line).length === titles, true, line);
    }
    assert.equal(quoted.length > 40, true, `${quoted.length} tests are named.`);
  });

  for (const { path, title } of quoted) {
    test(`${path} has “${title}”`, () => {
      const titles = titlesIn(path);
      assert.equal(titles.has(title), true, `It has:\n${[...titles].join("\n")}`);
    });
  }

  test("name a test for every threat of docs/security.md", () => {
    const threats = documentText.slice(documentText.indexOf("## Threats, answers, tests"));
    const sections = threats.split(/^### /m).slice(1);
    assert.equal(sections.length >= 17, true, `${sections.length} threats`);
    for (const section of sections) {
      assert.match(section, /^Tests:\n\n- `test\//m, section.split("\n", 1)[0]);
    }
  });

  test("link from docs/security.md only to headings that it has", () => {
    const anchors = [...documentText.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} -]/gu, "")
        .replaceAll(" ", "-"),
    );
    for (const [, anchor = ""] of documentText.matchAll(/\]\(#([^)]+)\)/g)) {
      assert.equal(anchors.includes(anchor), true, anchor);
    }
  });
});
