import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import type { RunResult } from "../../../scripts/test-runner.js";
import { generatedApps, installNpm, npmFor, writtenApps, type Npm } from "./generated-apps.js";
import { pack, temporaryFolder } from "./packed-package.js";

/**
 * Installs the packed package in an empty project, and after the app's own packages in what generators make.
 *
 * @param nodeLines those that bring this npm; an app takes the first that it supports
 */
export async function testInstallInApps(major: string, nodeLines: string[]): Promise<void> {
  const apps = [...(await generatedApps()), ...writtenApps];
  const npms: NpmInUse[] = [];

  describe(`npm ${major}`, () => {
    for (const line of nodeLines)
      test(`installs the package in an empty project with Node ${line}, without a warning`, async (t) => {
        const npm = await installNpm(major, line);
        const folder = join(temporaryFolder, `empty-${line}`);
        mkdirSync(folder);
        writeFileSync(join(folder, "package.json"), '{"private": true}');
        // What it says of this machine's settings is here too.
        const own = await install(npm, folder);
        const empty = await installPackage(npm, folder);
        assert.deepEqual(newWarnings(own, empty), []);
        const { packages } = lockOf(folder);
        assert.ok(Object.values(packages).every(({ hasInstallScript }) => !hasInstallScript));
        npms.push({ ...npm, empty, packages: packagesOf(folder) });
        t.diagnostic(`${nameOf(npm)} in an empty project: ${seconds(empty)}`);
      });

    for (const app of apps)
      test(`installs the package in what ${app.name} makes, without a warning and without other packages`, async (t) => {
        const npm = await npmFor(app, npms);
        const parent = join(temporaryFolder, `${app.name.replaceAll(/\W+/g, "-")}-${major}`);
        const folder = join(parent, "app");
        mkdirSync(parent);
        await app.make(npm, parent);
        const own = await installOwn(npm, folder, t);
        const ownPackages = packagesOf(folder);
        const ours = await installPackage(npm, folder, ...own.flags);
        t.diagnostic(
          `${nameOf(npm)} in ${app.name}: ${seconds(ours)}; in an empty project: ${seconds(npm.empty)}`,
        );
        assert.deepEqual(newWarnings(own, ours), []);
        const added = packagesOf(folder).filter((each) => !ownPackages.includes(each));
        const unknown = added.filter((each) => !npm.packages.includes(each));
        assert.deepEqual(unknown, []);
        assert.ok(added.includes("onegini-otp-login"));
        if (app.addElement) {
          app.addElement(folder);
          const { output, isGood } = await npm.run(["run", "build"], folder);
          assert.ok(isGood, output);
        }
        rmSync(parent, { recursive: true, maxRetries: 5 });
      });
  });
}

interface NpmInUse extends Npm {
  /** The installation in an empty project, and the packages there. */
  empty: RunResult;
  packages: string[];
}

const nameOf = ({ version, node }: Npm): string => `npm ${version} with Node ${node}`;

interface OwnInstallation extends RunResult {
  /** What npm needed for it. */
  flags: string[];
}

/**
 * Installs the app's own packages, also where the generator's newest template cannot be installed as it is: of a package whose
 * version the registry has not yet the newest that it has, and after a conflict with the flag that npm advises.
 */
async function installOwn(
  npm: Npm,
  folder: string,
  t: TestContext,
  flags: string[] = [],
): Promise<OwnInstallation> {
  const result = await npm.run([...installArgs, ...flags], folder);
  if (result.isGood) return { ...result, flags };
  const { output } = result;
  if (/^npm error code ERESOLVE$/m.test(output) && flags.length === 0) {
    t.diagnostic("its own packages conflict, so npm gets --legacy-peer-deps");
    return installOwn(npm, folder, t, ["--legacy-peer-deps"]);
  }
  const [, missing, name] = /No matching version found for ((@?[^@\s]+)@\S+?)\.?\s/.exec(output) ?? [];
  const file = join(folder, "package.json");
  const manifest = readFileSync(file, "utf8");
  const newer = manifest.replaceAll(new RegExp(`("${name}": )"[^"]+"`, "g"), '$1"latest"');
  if (newer === manifest) return { ...assertGood(result, npm, folder), flags };
  t.diagnostic(`${missing} is not in the registry, so the newest takes its place`);
  writeFileSync(file, newer);
  return installOwn(npm, folder, t, flags);
}

const installArgs = ["install", "--no-audit", "--no-fund", "--prefer-offline"];

async function install(npm: Npm, folder: string, ...args: string[]): Promise<RunResult> {
  return assertGood(await npm.run([...installArgs, ...args], folder), npm, folder);
}

function assertGood(result: RunResult, { version }: Npm, folder: string): RunResult {
  assert.ok(result.isGood, `npm ${version} in ${folder}:\n${result.output}`);
  return result;
}

const installPackage = async (npm: Npm, folder: string, ...flags: string[]): Promise<RunResult> =>
  install(npm, folder, ...flags, await pack());

const lockOf = (folder: string): { packages: Record<string, { hasInstallScript?: true }> } =>
  JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8")) as ReturnType<typeof lockOf>;

/** The names in the lock file. */
const packagesOf = (folder: string): string[] =>
  Object.keys(lockOf(folder).packages).map((path) => path.split("node_modules/").at(-1) ?? "");

/**
 * What the second installation warned of, and not the first. Without those about install scripts: npm 11 names the app's at each
 * installation, and none of our packages has one.
 */
const newWarnings = (first: RunResult, second: RunResult): string[] =>
  second.output
    .split("\n")
    .filter((line) => /^npm (warn|error)\b(?! install-scripts)/i.test(line) && !first.output.includes(line));

const seconds = (taken: RunResult): string => `${taken.seconds.toFixed(1)} s`;
