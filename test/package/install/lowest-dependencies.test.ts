import assert from "node:assert/strict";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { before, test } from "node:test";
import semver from "semver";
import { runJobs } from "../../../scripts/test-runner.js";
import { install, run, temporaryFolder } from "../support/packed-package.js";

/**
 * The unit tests of the kit and the emulator, with the lowest version of each dependency that package.json allows. All other
 * tests run with those of the lock file.
 */

const { dependencies } = JSON.parse(readFileSync("package.json", "utf8")) as {
  dependencies: Record<string, string>;
};
const onlyInWidget = ["lit"];
const lowest = Object.entries(dependencies)
  .filter(([name]) => !onlyInWidget.includes(name))
  .map(([name, range]) => `${name}@${semver.minVersion(range)?.version}`);

const suites = ["test/unit/server", "test/unit/node", "test/unit/emulator"];
/** What these tests read. */
const copied = [
  "src",
  "test",
  "demo",
  "docs",
  "openapi.yaml",
  "package.json",
  "tsconfig.json",
  "tsconfig.base.json",
];
const folder = join(temporaryFolder, "lowest");
const modules = join(folder, "node_modules");

/** Puts in all packages of the checkout that are not there. */
function linkOthers(under = ""): void {
  for (const name of readdirSync(join("node_modules", under))) {
    const place = join(modules, under, name);
    if (!existsSync(place)) symlinkSync(resolve("node_modules", under, name), place, "junction");
    else if (name.startsWith("@")) linkOthers(name);
  }
}

before(async () => {
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), '{"private": true}');
  await install(folder, ...lowest);
  linkOthers();
  for (const path of copied) cpSync(path, join(folder, path), { recursive: true });
});

test("they pass with the lowest versions that package.json allows", async () => {
  for (const each of lowest) {
    const [, name = "", version] = /^(.+)@(.+)$/.exec(each) ?? [];
    const { version: installed } = JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8")) as {
      version: string;
    };
    assert.equal(installed, version, name);
  }
  const files = suites.flatMap((suite) =>
    readdirSync(suite, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".test.ts"))
      .map((file) => join(suite, file)),
  );
  const runFile = async (file: string): Promise<void> => {
    const output = await run(process.execPath, ["--import", "tsx", "--test-reporter=tap", file], folder);
    assert.match(output, /^# pass [1-9]/m, file);
  };
  await runJobs(
    files.map((file) => () => runFile(file)),
    2,
  );
});
