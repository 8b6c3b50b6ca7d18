import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { containerFiles } from "../../../scripts/package/container-lock.js";
import { freePort } from "../../support/services/free-port.js";
import { until } from "../../support/until.js";
import { pack, temporaryFolder } from "../support/packed-package.js";

/** docs/serve/container: its lock, and its commands without a container. */

const folder = join(temporaryFolder, "container");
const dockerfile = readFileSync("docs/serve/container/Dockerfile", "utf8");
const name = "onegini-otp-login";

/** The words of an instruction in the form of a JSON array. */
const wordsOf = (instruction: RegExp): string[] => {
  const [, words] = instruction.exec(dockerfile) ?? assert.fail(`The Dockerfile has no ${instruction}`);
  return (JSON.parse(words ?? "") as string[]).map((word) => word.replace(/^\/service\//, `${folder}/`));
};
const entrypoint = wordsOf(/^ENTRYPOINT (\[.*\])$/m);
const health = wordsOf(/^HEALTHCHECK [^\n]*\\\n *CMD (\[.*\])$/m);

test("the lock has the versions that this checkout is tested with", async () => {
  for (const [file, text] of Object.entries(await containerFiles()))
    assert.equal(
      readFileSync(`docs/serve/container/${file}`, "utf8"),
      text,
      `${file} is old. This writes it: npx tsx scripts/package/container-lock.ts`,
    );
});

test("the image has no npm: the stage that installs is not the last one", () => {
  const [, ...stages] = dockerfile.split(/^FROM /m);
  const [installs = "", last = ""] = stages;
  assert.equal(stages.length, 2);
  assert.match(installs, /^RUN npm ci --ignore-scripts --omit=dev$/m);
  assert.doesNotMatch(last, /^RUN .*\bnpm (?:ci|i|install)\b/m);
  // In Docker's own images of Node: npm and corepack in lib, with links in bin, and yarn in opt.
  for (const path of ["/usr/local/lib/node_modules", "/usr/local/bin/npm", "/usr/local/bin/npx"])
    assert.match(last, new RegExp(`^RUN rm -rf .*${path}`, "m"));
});

describe("What the Dockerfile installs", () => {
  before(async () => {
    mkdirSync(folder);
    const tarball = `file:${await pack()}`;
    // The packed package in place of the registry's; all else as it is locked.
    for (const file of ["package.json", "package-lock.json"]) {
      cpSync(join("docs/serve/container", file), join(folder, file));
      const json = JSON.parse(readFileSync(join(folder, file), "utf8")) as {
        dependencies?: Record<string, string>;
        packages?: Record<string, { dependencies?: Record<string, string>; resolved?: string }>;
      };
      for (const dependencies of [json.dependencies, json.packages?.[""]?.dependencies])
        if (dependencies) dependencies[name] = tarball;
      const locked = json.packages?.[`node_modules/${name}`];
      if (locked) locked.resolved = tarball;
      writeFileSync(join(folder, file), JSON.stringify(json));
    }
    const shell = process.platform === "win32";
    execFileSync("npm", ["ci", "--ignore-scripts", "--omit=dev"], { cwd: folder, shell, timeout: 300_000 });
    mkdirSync(join(folder, "secrets"));
    for (const secret of ["client-secret", "internal-secret"])
      writeFileSync(join(folder, "secrets", secret), "a-secret-of-at-least-32-characters-0123\n");
  });

  test("runs by its entry point, is healthy on the configured port, and stops in the documented time", async (t) => {
    const [port, internalPort] = [await freePort(), await freePort()];
    const [, image = ""] = /^ENV ((?:.*\\\n)*.*)$/m.exec(dockerfile) ?? [];
    const env: Record<string, string> = {
      PATH: process.env["PATH"] ?? "",
      ...Object.fromEntries(image.split(/[\s\\]+/).map((each) => each.split("=", 2) as [string, string])),
      ONEGINI_LOGIN_ORIGIN: "https://www.example.com",
      ONEGINI_LOGIN_TOKEN_SERVER_URL: "https://ts.example.com",
      ONEGINI_LOGIN_CLIENT_ID: "website",
      ONEGINI_LOGIN_TYPE: "qr-code",
      ONEGINI_LOGIN_PORT: String(port),
      ONEGINI_LOGIN_INTERNAL_PORT: String(internalPort),
    };
    for (const [variable, value] of Object.entries(env))
      if (value.startsWith("/run/secrets/")) env[variable] = join(folder, value.replace("/run", ""));
    const isHealthy = (): { status: number | null; stderr: string } => {
      const [command = "", ...args] = health;
      return spawnSync(command, args, { env, encoding: "utf8", timeout: 60_000 });
    };
    assert.deepEqual(
      [isHealthy().status, /^No service answers on port \d+ at 127\.0\.0\.1/.test(isHealthy().stderr)],
      [1, true],
    );

    const [command = "", ...args] = entrypoint;
    const service = spawn(command, args, { env, stdio: ["ignore", "ignore", "pipe"] });
    t.after(() => service.kill("SIGKILL"));
    let stderr = "";
    service.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    await until(() => stderr.includes("ready: ") || service.exitCode !== null, "the service", 60_000);
    assert.match(stderr, new RegExp(`^ready: http://0\\.0\\.0\\.0:${port}$`, "m"));
    const found = [isHealthy().status, (await fetch(`http://127.0.0.1:${internalPort}/health`)).status];
    assert.deepEqual(found, [0, 200]);

    const [, seconds] = /--stop-timeout (\d+) /.exec(dockerfile) ?? [];
    const ended = once(service, "exit");
    const began = performance.now();
    service.kill("SIGTERM");
    await ended;
    assert.equal(service.exitCode, 0);
    assert.ok(performance.now() - began < Number(seconds) * 1_000);
  });
});
