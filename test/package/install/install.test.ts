import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { build } from "esbuild";
import { install, pack, temporaryFolder } from "../support/packed-package.js";

/** What a site gets that installs the packed package: first for the widget alone, then for its server. */

const folder = temporaryFolder;

before(async () => {
  writeFileSync(join(folder, "package.json"), '{"private": true}');
  await install(folder, await pack());
});

const node = (script: string, ...flags: string[]) =>
  spawnSync(process.execPath, [...flags, "-e", script], { cwd: folder, encoding: "utf8" });

const installed = (): string[] =>
  readdirSync(join(folder, "node_modules"))
    .filter((name) => !name.startsWith("."))
    .flatMap((name) =>
      name.startsWith("@")
        ? readdirSync(join(folder, "node_modules", name)).map((each) => `${name}/${each}`)
        : name,
    );

const serverEntries = ["server", "node", "redis", "emulator"];

describe("the package alone", () => {
  test("brings the parser of the status stream, and Lit with its own packages", () => {
    assert.deepEqual(installed().sort(), [
      "@lit-labs/ssr-dom-shim",
      "@lit/reactive-element",
      "@types/trusted-types",
      "eventsource-parser",
      "lit",
      "lit-element",
      "lit-html",
      "onegini-otp-login",
    ]);
  });

  test("has all that the widget imports", () => {
    const { stderr, status } = node('await import("onegini-otp-login/define")', "--input-type=module");
    assert.equal(status, 0, stderr);
  });
});

describe("a server", () => {
  const importEntry = (entry: string) =>
    node(`await import("onegini-otp-login/${entry}")`, "--input-type=module");

  test("is told by each entry how to install the packages that are missing, and runs then", async () => {
    const commands = serverEntries.map((entry) => {
      const { stderr } = importEntry(entry);
      return /Error: The server part of .* Run: npm install (.+)$/m.exec(stderr)?.[1] ?? assert.fail(stderr);
    });
    assert.equal(new Set(commands).size, 1);
    await install(folder, ...(commands[0] ?? "").split(" "));
    for (const entry of serverEntries) assert.equal(importEntry(entry).stderr, "", entry);
  });

  test("in CommonJS can require each entry", () => {
    for (const entry of serverEntries) {
      const { stderr, status } = node(`require("onegini-otp-login/${entry}")`, "--no-warnings");
      assert.equal(status, 0, stderr);
    }
  });

  test("can be bundled to CommonJS", async () => {
    const imports = serverEntries.map((entry) => `export * from "onegini-otp-login/${entry}";`);
    const stdin = { contents: imports.join("\n"), resolveDir: folder };
    const outfile = join(folder, "server.cjs");
    await build({ stdin, outfile, bundle: true, platform: "node", format: "cjs", logLevel: "silent" });
    const { stdout, stderr } = node('console.log(typeof require("./server.cjs").createLoginKit)');
    assert.equal(stdout, "function\n", stderr);
  });
});
