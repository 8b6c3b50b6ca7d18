import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path/posix";
import { describe, test } from "node:test";
import { packedFiles } from "../support/packed-files.js";

/**
 * What the package's documents name is there for somebody who has only the package: each file, and each script of npm. Only where
 * a page says that it speaks of a clone of the repository, in its introduction, in its folder's, or in the same section, may
 * it name others.
 */

const files = packedFiles();
const isPacked = new Set(files);
const foldersOf = (file: string): string[] => {
  const folder = dirname(file);
  return folder === "." ? [] : [folder, ...foldersOf(folder)];
};
const folders = new Set(files.flatMap(foldersOf));

const read = (file: string): string => readFileSync(file, "utf8");
const manifest = JSON.parse(read("package.json")) as {
  exports: Record<string, unknown>;
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
};

const saysClone = (text: string): boolean =>
  /\bin a clone\b|\bclone of (?:the|this) repository\b/i.test(text);
const introductionOf = (page: string): string => read(page).split(/^## /m)[0] ?? "";

/** The parts of the page, by its headings, that say nothing of a clone. */
function sectionsForAll(page: string): string[] {
  const overview = join(dirname(page), "README.md");
  if (saysClone(introductionOf(page)) || (isPacked.has(overview) && saysClone(introductionOf(overview))))
    return [];
  return read(page)
    .split(/^(?=#+ )/m)
    .filter((section) => !saysClone(section));
}

const pages = files.filter((file) => /\.(?:md|yaml)$/.test(file));
const sections = pages.flatMap((page) => sectionsForAll(page).map((text) => ({ page, text })));

/** Files of other projects: the reader's own, and those that the login service makes. */
const others = new Set([
  "astro.config.mjs",
  "middleware.ts",
  "onegini-otp-login.1a2b3c4d5e6f.js",
  "integrity.json",
  "proxy.conf.json",
  "public/login.html",
  "server.mjs",
  "server/routes/otp-login/[...path].ts",
  "src/main/resources/static",
]);

const fileName = /\.(?:[cm]?[jt]sx?|md|json|ya?ml|css|html|txt|svg|png|vue|svelte|py|cfg|conf|service)$/;
/** Folders of the repository, and so of the package if it has them. */
const ours = /^(?:api|bench|build|demo|dist|docs|examples|frameworks|scripts|service|src|test)\//;

/** What is named in a text: the targets of its links, and what looks like a file in its inline code. */
function namedIn(text: string): string[] {
  const prose = text.replace(/^ *```[^]*?^ *```$/gm, "");
  const links = [...prose.matchAll(/\]\(([^)\s#]+)[^)]*\)/g)].map(([, link = ""]) => link);
  const code = [...prose.matchAll(/`([^`\n]+)`/g)]
    .flatMap(([, code = ""]) => code.split(/\s+/))
    .filter((word) => /^[\w.@[\]()][\w.@[\]()/-]*$/.test(word) && (fileName.test(word) || ours.test(word)));
  return [...links.filter((link) => !/^[a-z]+:/.test(link)), ...code];
}

function isThere(name: string, page: string): boolean {
  const path = name.replace(/^node_modules\/onegini-otp-login\//, "").replace(/\/$/, "");
  if (path.startsWith("node_modules/")) return true;
  const places = [path, join(dirname(page), path)];
  return (
    places.some((place) => isPacked.has(place) || folders.has(place)) ||
    files.some((file) => file.endsWith(`/${path}`)) ||
    others.has(path) ||
    // The page itself tells to write it.
    new RegExp(`^(?:// |# |<!-- )${path.replace(/[.[\]()]/g, "\\$&")}\\b`, "m").test(read(page))
  );
}

describe("The package's documents", () => {
  test("name only files that the package has, but where they speak of a clone", () => {
    const missing = sections.flatMap((section) =>
      namedIn(section.text)
        .filter((name) => !isThere(name, section.page))
        .map((name) => `${section.page}: ${name}`),
    );
    assert.ok(pages.includes("README.md") && pages.includes("docs/kit.md"));
    assert.deepEqual(missing, []);
  });

  test("name only entries that the package has", () => {
    const names = pages.flatMap((page) =>
      [...read(page).matchAll(/(?<=["`])onegini-otp-login(\/[\w./-]+)(?=["`])/g)].map(
        ([, entry = ""]) => entry,
      ),
    );
    assert.ok(names.includes("/node"));
    const isEntry = (entry: string): boolean =>
      `.${entry}` in manifest.exports || isPacked.has(`dist${entry}.js`) || isPacked.has(`dist${entry}`);
    const gone = names.filter((entry) => !isEntry(entry));
    assert.deepEqual(gone, []);
  });

  test("tell to run a script of the repository only where they speak of a clone", () => {
    const wrong = sections.flatMap(({ page, text }) =>
      [...text.matchAll(/\bnpm (?:run (?:--silent )?)?(start|test|ci|[\w:]+)/g)]
        .filter(([command, script = ""]) =>
          command.includes(" run ") ? script in manifest.scripts : /^(start|test|ci)$/.test(script),
        )
        .filter(([, script = ""]) => !scriptsNear(page).includes(script))
        .map(([command]) => `${page}: ${command}`),
    );
    assert.deepEqual(wrong, []);
  });
});

describe("The documents for a clone", () => {
  const repository = execFileSync("git", ["ls-files"], { encoding: "utf8" }).trim().split("\n");
  const ownPages = repository.filter((file) =>
    /^(CONTRIBUTING\.md|test\/README\.md|docs\/decisions\/.*)$/.test(file),
  );

  test("name only files and folders that it has, or that the build makes", () => {
    const isInRepository = (name: string): boolean => {
      const path = name.replace(/^(?:\.\.?\/)+|\/$/g, "");
      const isFile = [...repository, ...files].some((file) => `/${file}/`.includes(`/${path}/`));
      return isFile || path in manifest.dependencies;
    };
    const missing = ownPages.flatMap((page) => {
      // What follows is held by structure.test.ts.
      const [text = ""] = read(page).split("## Tests elsewhere");
      const listed = page.startsWith("docs/") ? [] : (text.match(/(?<![\w@.-])[\w.-]+\/[\w./-]*\w/g) ?? []);
      return [...namedIn(text), ...listed]
        .filter((name) => !isInRepository(name))
        .map((name) => `${page}: ${name}`);
    });
    assert.ok(ownPages.length > 20);
    assert.deepEqual(missing, []);
  });

  test("tell to run only scripts that there are", () => {
    const wrong = ownPages.flatMap((page) =>
      [...read(page).matchAll(/\bnpm run ([\w:]+)/g)]
        .filter(([, script = ""]) => !(script in manifest.scripts))
        .map(([command]) => `${page}: ${command}`),
    );
    assert.deepEqual(wrong, []);
  });
});

/** The scripts of the example that a page is in. */
function scriptsNear(page: string): string[] {
  const folder = foldersOf(page).find((each) => isPacked.has(join(each, "package.json")));
  if (folder === undefined) return [];
  const { scripts = {} } = JSON.parse(read(join(folder, "package.json"))) as { scripts?: object };
  return Object.keys(scripts);
}
