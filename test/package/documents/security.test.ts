import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";

const root = new URL("../../../", import.meta.url);
const documentText = readFileSync(new URL("docs/security.md", root), "utf8");

/** A test that the document names. */
interface Quoted {
  path: string;
  name: string;
}

const quoted: Quoted[] = [...documentText.matchAll(/^- Shown by `([^`]+)`: “(.+)”$/gm)].map(
  ([, path = "", name = ""]) => ({ path, name }),
);

/** The titles of a file's tests and suites, with … for each `${…}`. */
function titlesIn(path: string): Set<string> {
  const file = new URL(path, root);
  if (!existsSync(file)) return new Set();
  const calls = readFileSync(file, "utf8").matchAll(
    /^\s*(?:test|it|describe)\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|`((?:[^`\\]|\\.)*)`)/gm,
  );
  return new Set(
    [...calls].map(([, double, single, template]) =>
      (double ?? single ?? filledIn(template ?? "")).replace(/\\(.)/g, "$1"),
    ),
  );
}

/** Replaces each `${…}` by …, also if it contains braces or quotes. */
const filledIn = (template: string): string => template.replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, "…");

describe("docs/security.md", () => {
  test("names tests in one format only", () => {
    const mentions = documentText.match(/Shown by/g)?.length ?? 0;
    assert.equal(quoted.length, mentions);
    assert.equal(quoted.length > 40, true, `${quoted.length} tests are named.`);
  });

  for (const { path, name } of quoted) {
    test(`${path} has “${name}”`, () => {
      const titles = titlesIn(path);
      assert.equal(titles.has(name), true, `It has:\n${[...titles].join("\n")}`);
    });
  }

  test("names a test for every threat", () => {
    const threats = documentText.slice(documentText.indexOf("## Threats, answers, tests"));
    const sections = threats.split(/^### /m).slice(1);
    assert.equal(sections.length >= 17, true, `${sections.length} threats`);
    for (const section of sections) {
      assert.match(section, /^- Shown by /m, section.split("\n", 1)[0]);
    }
  });

  test("links to headings that it has", () => {
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
