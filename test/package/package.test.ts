import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { build } from "esbuild";
import semver from "semver";
import { nodeLines } from "../../scripts/node/node-lines.js";

const manifest = JSON.parse(readFileSync("package.json", "utf8")) as {
  name: string;
  unpkg: string;
  jsdelivr: string;
  exports: Record<string, string | { types: string; default: string }>;
  dependencies: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta: object;
  engines: { node: string };
  allowScripts: Record<string, boolean>;
};

test("every export is built and has types", () => {
  for (const [name, target] of Object.entries(manifest.exports)) {
    const files = typeof target === "string" ? [target] : Object.values(target);
    for (const file of files) {
      const sources = name.includes("themes") ? "src/public/themes" : "src/locales";
      const built = file.includes("*")
        ? readdirSync(sources).map((source) => file.replace("*", source.replace(/\.\w+$/, "")))
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
  const entries = Object.keys(manifest.exports).filter((name) => !/json|\*|\.(?:js|css)$/.test(name));
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
  assert.deepEqual([...new Set(packages)].sort(), ["valibot", undefined]);
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
  for (const [name, version] of Object.entries(manifest.dependencies))
    assert.match(version, /^\^\d+\.\d+\.\d+$/, name);
});

test("the site's own redis and framework may have any version, or be missing, and npm looks for none of them", () => {
  const { peerDependencies, peerDependenciesMeta } = manifest;
  assert.deepEqual(
    { peerDependencies, peerDependenciesMeta },
    {
      peerDependencies: undefined,
      peerDependenciesMeta: {
        "@opentelemetry/auto-instrumentations-node": { optional: true },
        "better-auth": { optional: true },
        fastify: { optional: true },
        next: { optional: true },
        redis: { optional: true },
      },
    },
  );
});

describe("npm ci prints no warning", () => {
  const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8")) as {
    packages: Record<string, { engines?: { node?: string }; hasInstallScript?: boolean }>;
  };
  const locked = Object.entries(packages).filter(([path]) => path !== "");

  test("about a package that does not support the oldest Node", () => {
    const oldest = semver.minVersion(manifest.engines.node);
    for (const [path, { engines }] of locked)
      assert.ok(semver.satisfies(oldest ?? "", engines?.node ?? "*"), `${path} needs ${engines?.node}`);
  });

  test("about an install script that is not decided on", () => {
    const withScript = locked.filter(([, { hasInstallScript }]) => hasInstallScript);
    assert.ok(withScript.length > 0);
    for (const [path] of withScript)
      assert.equal(manifest.allowScripts[path.replace(/^.*node_modules\//, "")], false, path);
  });
});

test("the README names the lines of Node that npm run test:node tests, and the oldest version", () => {
  const named = `The kit runs on Node ${nodeLines.slice(0, -1).join(", ")} and ${nodeLines.at(-1)};`;
  assert.ok(readFileSync("README.md", "utf8").includes(named), named);
  const [, oldest = ""] = /^>=((\d+)\.\d+)\.0$/.exec(manifest.engines.node) ?? [];
  assert.equal(oldest.split(".")[0], nodeLines[0]);
  assert.ok(readFileSync("README.md", "utf8").includes(`With Node ${oldest} or later:`));
});
