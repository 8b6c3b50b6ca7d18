import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { build } from "esbuild";

const manifest = JSON.parse(readFileSync("package.json", "utf8")) as {
  name: string;
  unpkg: string;
  jsdelivr: string;
  exports: Record<string, string | { types: string; default: string }>;
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
};

test("every export is built and has types", () => {
  for (const [name, target] of Object.entries(manifest.exports)) {
    const files = typeof target === "string" ? [target] : Object.values(target);
    for (const file of files) {
      const built = file.includes("*")
        ? readdirSync("src/locales").map((locale) => file.replace("*", locale.replace(/\.ts$/, "")))
        : [file];
      for (const path of built) assert.ok(existsSync(path), `${name}: ${path}`);
    }
  }
});

test("the CDNs serve the bundled file", () => {
  const target = manifest.exports["./onegini-otp-login.js"];
  assert.ok(typeof target === "object");
  assert.equal(manifest.unpkg, target.default);
  assert.equal(manifest.jsdelivr, target.default);
  assert.doesNotMatch(readFileSync(target.default, "utf8"), /^\s*import\s|\bfrom\s*["'][a-z@]/m);
});

test("every entry can be imported in Node, without a DOM and without output", () => {
  const entries = Object.keys(manifest.exports).filter((name) => !/json|\*|\.js/.test(name));
  for (const entry of [...entries, "./locales/nl"]) {
    const specifier = manifest.name + entry.slice(1);
    const output = execFileSync(
      process.execPath,
      ["--input-type=module", "-e", `await import("${specifier}")`],
      {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    assert.equal(output, "", specifier);
  }
});

test("the Redis store needs neither Node's own modules nor the package redis", async () => {
  const { metafile } = await build({
    entryPoints: ["dist/redis.js"],
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    // For this platform the build fails if a module of Node is imported.
    platform: "browser",
  });
  const packages = Object.keys(metafile.inputs).map(
    (path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1],
  );
  assert.deepEqual([...new Set(packages)].sort(), ["rate-limiter-flexible", "valibot", undefined]);
});

test("the widget's entry registers nothing by itself", () => {
  const script = `
    const { OneginiOtpLogin } = await import("${manifest.name}");
    const { customElements, oneginiOtpLoginLocales } = globalThis;
    console.log(typeof OneginiOtpLogin, customElements?.get("onegini-otp-login"), oneginiOtpLoginLocales);`;
  const output = execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  assert.equal(output.trim(), "function undefined undefined");
});

test("dependencies have caret ranges, so that a site can take a fix at once", () => {
  // The site's own Redis client is whatever the site has.
  const { redis, ...peers } = manifest.peerDependencies;
  assert.ok(redis);
  for (const [name, version] of Object.entries({ ...manifest.dependencies, ...peers }))
    assert.match(version, /^\^\d+\.\d+\.\d+$/, name);
});

test("the documents install the packages of the server as its entries ask for them", () => {
  const [, packages = ""] = /npm install ([^"]+)"/.exec(readFileSync("dist/import/load.js", "utf8")) ?? [];
  for (const page of ["README.md", "docs/kit.md"])
    assert.ok(readFileSync(page, "utf8").includes(`npm install onegini-otp-login ${packages}\n`), page);
});
