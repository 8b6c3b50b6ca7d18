import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import { dirname, join } from "node:path/posix";
import { describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import GithubSlugger from "github-slugger";
import { build } from "vite";
import { packedFiles } from "./support/packed-files.js";

const packed = packedFiles();
const isPacked = new Set(packed);

const readMap = (file: string) => JSON.parse(readFileSync(file, "utf8")) as SourceMapPayload;

/** The line of the source that a map gives for the first place of a text in a built file. */
function sourceOf(file: string, text: string): { source: string; line: string } {
  const built = readFileSync(file, "utf8");
  const before = built.slice(0, built.indexOf(text)).split("\n");
  const payload = readMap(`${file}.map`);
  const found = new SourceMap(payload).findEntry(before.length - 1, before.at(-1)?.length ?? 0);
  assert.ok(built.includes(text) && "originalSource" in found, text);
  const index = payload.sources.indexOf(found.originalSource);
  const source = join(dirname(file), found.originalSource);
  const content = payload.sourcesContent?.[index] ?? readFileSync(source, "utf8");
  return { source, line: content.split("\n")[found.originalLine] ?? "" };
}

describe("the source maps", () => {
  const maps = packed.filter((file) => file.endsWith(".map"));

  test("are there for each script with code of ours, and for each declaration", () => {
    // The command's own files are no library: nobody debugs a site in them. development/define.js only imports.
    const built = packed.filter((file) => /^dist\/(?!command\/).*(\.js|\.d\.ts)$/.test(file));
    const withoutMap = built.filter((file) => !isPacked.has(`${file}.map`));
    const expected = ["dist/_virtual/_rolldown/runtime.js", "dist/development/define.js", "dist/early.js"];
    assert.deepEqual(withoutMap.sort(), expected);
  });

  test("name only sources that are in the package or in the map", () => {
    for (const map of maps) {
      const { sources, sourcesContent } = readMap(map);
      for (const [index, source] of sources.entries()) {
        const isThere = isPacked.has(join(dirname(map), source)) || sourcesContent?.[index] !== undefined;
        assert.ok(isThere, `${map}: ${source}`);
      }
    }
  });

  test("lead from a declaration to the line that declares it", () => {
    const { source, line } = sourceOf("dist/server.d.ts", "createLoginKit: ");
    assert.equal(source, "src/server.ts");
    assert.match(line, /^export const createLoginKit = /);
  });

  test("lead from the one file to the line of the source", () => {
    const { source, line } = sourceOf("dist/onegini-otp-login.js", "text/event-stream");
    assert.match(source, /^src\/element\/api\//);
    assert.match(line, /"text\/event-stream"/);
  });

  test("make Node's stack traces name lines of the source", () => {
    const script = 'import { createLoginKit } from "onegini-otp-login/server"; createLoginKit({});';
    const stack = (() => {
      try {
        const args = ["--enable-source-maps", "--input-type=module", "-e", script];
        return execFileSync(process.execPath, args, { encoding: "utf8", stdio: "pipe" });
      } catch (error) {
        return String((error as { stderr: string }).stderr);
      }
    })();
    const [, file = "", line] = /at .*?\/(src\/server\/\S+?):(\d+):\d+/.exec(stack) ?? assert.fail(stack);
    assert.match(readFileSync(file, "utf8").split("\n")[Number(line) - 1] ?? "", /TypeError/);
  });
});

describe("the documents", () => {
  /** Linked from the package's pages, but left out of it: npmjs.com shows them from the repository. */
  const onlyInRepository = ["docs/index.md", "test/README.md"];

  const pages = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "test/README.md"].concat(
    ["docs", "examples"].flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".md") && !/node_modules|\.vitepress/.test(file))
        .map((file) => `${folder}/${file.replaceAll("\\", "/")}`),
    ),
  );

  /** A page without its listings. */
  const proseOf = (page: string): string => readFileSync(page, "utf8").replace(/^ *```[^]*?^ *```$/gm, "");

  const anchorsOf = (page: string): string[] => {
    const slugger = new GithubSlugger();
    const headings = [...proseOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => heading);
    return headings.map((heading) => slugger.slug(heading.replace(/`|\*\*|\]\([^)]*\)|\[/g, "")));
  };

  const links = pages.flatMap((page) =>
    [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, link = ""]) => link)
      .filter((link) => !/^[a-z]+:/.test(link))
      .map((link) => {
        const [path = "", anchor] = link.split("#");
        return { page, link, anchor, target: path ? join(dirname(page), path) : page };
      }),
  );

  test("link only to files and headings that exist", () => {
    assert.ok(links.length > 200);
    for (const { page, link, target, anchor } of links) {
      assert.ok(existsSync(target), `${page}: ${link}`);
      if (anchor !== undefined) assert.ok(anchorsOf(target).includes(anchor), `${page}: ${link}`);
    }
  });

  test("are listed for language models in a file of the package, and whole in another one", () => {
    assert.ok(isPacked.has("llms.txt") && isPacked.has("llms-full.txt"));
    const listed = [...readFileSync("llms.txt", "utf8").matchAll(/^- \[.+?\]\(([^)]+)\)/gm)];
    assert.ok(listed.length > 30);
    for (const [, path = ""] of listed) assert.ok(isPacked.has(path), path);
  });

  test("are in the package, with what they link to", () => {
    const shipped = links.filter(({ page }) => isPacked.has(page) && page !== "CONTRIBUTING.md");
    assert.ok(shipped.some(({ page }) => page === "docs/kit.md"));
    for (const { page, link, target } of shipped) {
      const file = statSync(target).isDirectory() ? join(target, "README.md") : target;
      assert.ok(isPacked.has(file) || onlyInRepository.includes(file), `${page}: ${link}`);
    }
  });
});

describe("the libraries in the build", () => {
  test("have their licences beside the one file, which names them", () => {
    const { sources } = readMap("dist/onegini-otp-login.js.map");
    const libraries = [...sources, ...packed].map(
      (file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1],
    );
    const expected = [...new Set(libraries)].filter((name) => name !== undefined);
    assert.ok(expected.includes("lit-html") && expected.includes("qrcode"));
    const licenses = readFileSync("dist/THIRD-PARTY-LICENSES.txt", "utf8");
    for (const name of expected) assert.ok(licenses.includes(`\n## ${name} - `), name);
    assert.ok(isPacked.has("dist/THIRD-PARTY-LICENSES.txt"));
    assert.match(
      readFileSync("dist/onegini-otp-login.js", "utf8"),
      /^\/\*! .*THIRD-PARTY-LICENSES\.txt \*\/$/m,
    );
  });

  test("make a bundled ./define no larger than the one file", async () => {
    const result = await build({
      configFile: false,
      logLevel: "error",
      build: {
        write: false,
        // As the one file is minified.
        rolldownOptions: {
          input: "dist/define.js",
          output: { minify: true, comments: false, topLevelVar: false },
        },
      },
    });
    const [bundle] = Array.isArray(result) ? result : [result];
    assert.ok(bundle && "output" in bundle && bundle.output.length === 1);
    const size = gzipSync(bundle.output[0].code).length;
    const limit = gzipSync(readFileSync("dist/onegini-otp-login.js")).length;
    assert.ok(size <= limit, `${size} bytes, the one file has ${limit}`);
  });
});
