import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { build } from "esbuild";
import { install, pack, temporaryFolder } from "../support/packed-package.js";

/** What a site gets by `npm install onegini-otp-login`, from the packed package. */

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

const serverEntries = ["server", "node", "fastify", "next", "redis", "emulator"];

test("the package brings the libraries of the widget and of the kit, and nothing else", () => {
  assert.deepEqual(installed().sort(), [
    "@hono/node-server",
    "@lit-labs/ssr-dom-shim",
    "@lit/reactive-element",
    "@types/trusted-types",
    "hono",
    "ipaddr.js",
    "lit",
    "lit-element",
    "lit-html",
    "onegini-otp-login",
    "rate-limiter-flexible",
    "valibot",
  ]);
});

test("npm ci takes the lock file with the npm of the oldest Node, without a warning", async () => {
  const args = ["exec", "--yes", "--", "npm@10.8.2", "ci", "--dry-run", "--ignore-scripts"];
  const { status, stderr } = spawnSync("npm", args, {
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  assert.equal(status, 0, stderr);
  // The lines about the command itself, which a newer npm writes.
  assert.doesNotMatch(stderr, /EBADENGINE|EUSAGE/);
});

describe("a server", () => {
  test("can import each entry, also where Node looks at file names and package.json alone", () => {
    const flags = ["--input-type=module", "--no-experimental-detect-module"];
    for (const entry of serverEntries)
      assert.equal(node(`await import("onegini-otp-login/${entry}")`, ...flags).stderr, "", entry);
  });

  test("in CommonJS can require each entry", () => {
    for (const entry of serverEntries) {
      const { stderr, status } = node(`require("onegini-otp-login/${entry}")`, "--no-warnings");
      assert.equal(status, 0, stderr);
    }
  });

  test("can be bundled to CommonJS", async () => {
    const imports = serverEntries.map((entry) => `export * as ${entry} from "onegini-otp-login/${entry}";`);
    const stdin = { contents: imports.join("\n"), resolveDir: folder };
    const outfile = join(folder, "server.cjs");
    await build({
      stdin,
      outfile,
      bundle: true,
      platform: "node",
      format: "cjs",
      logLevel: "silent",
      // It is in every app that uses the entry, and not here.
      external: ["next"],
    });
    const { stdout, stderr } = node(
      'const { server, node } = require("./server.cjs"); console.log(typeof server.createLoginKit, typeof node.createLoginKit)',
    );
    assert.equal(stdout, "function function\n", stderr);
  });
});
