import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { parse } from "yaml";
import { nodeLines } from "../../scripts/node/node-lines.js";

type Permissions = string | Record<string, string>;

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
}

interface Job {
  needs?: string;
  environment?: unknown;
  container?: string;
  permissions?: Permissions;
  strategy?: { matrix: { node?: string[]; part?: string[] } };
  steps: Step[];
}

interface Workflow {
  on: unknown;
  permissions?: Permissions;
  jobs: Record<string, Job>;
}

const folder = ".github/workflows";
const read = (name: string): string => readFileSync(`${folder}/${name}`, "utf8");
const names = readdirSync(folder);
const workflow = (name: string): Workflow => parse(read(name)) as Workflow;

describe("the workflows", () => {
  test("are those for pull requests and for releases", () => {
    assert.deepEqual(names.sort(), ["ci.yml", "release.yml"]);
  });

  for (const name of names) {
    test(`${name} pins each action by a commit, with its version beside it`, () => {
      const uses = read(name).match(/^.*\buses:.*$/gm) ?? [];
      assert.notEqual(uses.length, 0);
      for (const line of uses) assert.match(line, /uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    });

    test(`${name} may only read, except in the job that publishes`, () => {
      const { permissions, jobs } = workflow(name);
      assert.deepEqual(permissions, { contents: "read" });
      const withRights = Object.entries(jobs).filter(([, job]) => job.permissions !== undefined);
      const jobsWithRights = withRights.map(([job]) => job);
      assert.deepEqual(jobsWithRights, name === "release.yml" ? ["publish"] : []);
    });

    test(`${name} keeps no token on the disk of a job without rights`, () => {
      for (const { permissions, steps } of Object.values(workflow(name).jobs)) {
        if (permissions !== undefined) continue;
        for (const step of steps.filter(({ uses }) => uses?.startsWith("actions/checkout@")))
          assert.equal(step.with?.["persist-credentials"], false);
      }
    });
  }

  test("give each action the same commit everywhere", () => {
    const pins = names.flatMap((each) =>
      [...read(each).matchAll(/uses: (\S+)@(\S+)/g)].map(([, action = "", commit = ""]) => ({
        action,
        commit,
      })),
    );
    for (const { action, commit } of pins)
      assert.equal(pins.find((pin) => pin.action === action)?.commit, commit, action);
  });

  test("run .ci/run for pull requests and for main, on each supported line of Node", () => {
    const { on, jobs } = workflow("ci.yml");
    assert.deepEqual(on, { pull_request: null, push: { branches: ["main"] } });
    assert.deepEqual(jobs["test"]?.strategy?.matrix.node, nodeLines);
    assert.equal(
      jobs["test"]?.steps.some(({ run }) => run === ".ci/run"),
      true,
    );
  });

  test("run all parts of the examples' tests", () => {
    const { strategy, steps = [] } = workflow("ci.yml").jobs["examples"] ?? {};
    const parts = strategy?.matrix.part ?? [];
    assert.deepEqual(
      parts,
      parts.map((_part, index) => `${index + 1}/${parts.length}`),
    );
    assert.equal(steps.at(-1)?.run, "npm test -- --part ${{ matrix.part }} test/package/examples");
  });

  test("run the backends' tests where Debian's packages are", () => {
    const { container, steps = [] } = workflow("ci.yml").jobs["backends"] ?? {};
    assert.equal(container, "debian:13");
    assert.equal(steps.at(-1)?.run, "npm test test/package/backends");
  });

  test("publish the tarball of the job that tested, from a job that installs and builds nothing", () => {
    const { build, publish } = workflow("release.yml").jobs;
    assert.equal(publish?.needs, "build");
    assert.deepEqual(publish?.permissions, { contents: "write", "id-token": "write" });
    const commands = (publish?.steps ?? []).map(({ run = "" }) => run).join("\n");
    assert.match(commands, /^npm publish --provenance .*\.tgz$/m);
    assert.doesNotMatch(commands, /npm (ci|i|install|run|test|x)\b|npx/);
    assert.equal(
      build?.steps.some(({ run }) => run === "npm run release -- --pack"),
      true,
    );
  });

  test("publish from the environment that the workflow says to restrict and to name at npm, and build without it", () => {
    const { build, publish } = workflow("release.yml").jobs;
    assert.equal(publish?.environment, "release");
    assert.equal(build?.environment, undefined);
    const text = read("release.yml");
    assert.match(text, /environment `release`\. Deployment branches: only `main`\. Required reviewers/);
    assert.match(text, /Trusted publisher: .*`release\.yml`.*environment `release`/);
  });

  test("tag as somebody, and fail if the tag has not arrived", () => {
    const commands = workflow("release.yml").jobs["publish"]?.steps.at(-2)?.run ?? "";
    assert.match(
      commands,
      /git config user\.name .*\n.*git config user\.email .*\n.*git tag --annotate .*\n.*git push .*\n.*git ls-remote --exit-code /,
    );
  });

  test("attach the tarball, its bills of materials and the VEX file to the tag's release", () => {
    const { build, publish } = workflow("release.yml").jobs;
    const uploaded = build?.steps.find(({ uses }) => uses?.startsWith("actions/upload-artifact@"))?.with;
    const paths = String(uploaded?.["path"]).trim().split("\n");
    assert.deepEqual(paths, ["*.tgz", "dist/sbom", "docs/trust/vex.cdx.json"]);
    for (const path of paths.slice(1)) assert.ok(existsSync(path), path);
    const command = publish?.steps.at(-1)?.run ?? "";
    assert.match(
      command,
      /^gh release create "v.* --verify-tag .*\\\n +tarball\/\*\.tgz tarball\/dist\/sbom\/\*\.json tarball\/docs\/trust\/vex\.cdx\.json$/m,
    );
  });
});

describe("the other files for GitHub", () => {
  for (const file of [
    "dependabot.yml",
    ...readdirSync(".github/ISSUE_TEMPLATE").map((name) => `ISSUE_TEMPLATE/${name}`),
  ])
    test(`${file} is YAML`, () => {
      assert.equal(typeof parse(readFileSync(`.github/${file}`, "utf8")), "object");
    });

  test("send people with a vulnerability to SECURITY.md", () => {
    assert.match(readFileSync(".github/ISSUE_TEMPLATE/bug.yml", "utf8"), /SECURITY\.md/);
  });
});
