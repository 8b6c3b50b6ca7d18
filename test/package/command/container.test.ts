import assert from "node:assert/strict";
import { execFile, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { before, describe, test } from "node:test";
import { promisify } from "node:util";
import { containerFiles } from "../../../scripts/package/container-lock.js";
import { freePort } from "../../support/services/free-port.js";
import { redisFor } from "../../support/services/redis.js";
import { until } from "../../support/until.js";
import { emulator } from "../../unit/server/support/site.js";
import { assertFitsSchema, type Bill } from "../support/cyclonedx.js";
import { pack, temporaryFolder } from "../support/packed-package.js";

/** docs/serve/container: its lock, and its commands without a container. */

/** The stage that installs, and the image's /service. */
const folder = join(temporaryFolder, "container");
const image = join(temporaryFolder, "image");
const dockerfile = readFileSync("docs/serve/container/Dockerfile", "utf8");
const name = "onegini-otp-login";

/** The words of an instruction in the form of a JSON array. */
const wordsOf = (instruction: RegExp): string[] => {
  const [, words] = instruction.exec(dockerfile) ?? assert.fail(`The Dockerfile has no ${instruction}`);
  return (JSON.parse(words ?? "") as string[]).map((word) => word.replace(/^\/service\//, `${image}/`));
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

/** Runs steps of the stage that installs, one after the other, until one fails. */
function runSteps(which: RegExp, env: Record<string, string> = {}) {
  const [, stage = ""] = dockerfile.split(/^FROM /m);
  const steps = [...stage.matchAll(/^RUN (.*)$/gm)]
    .map(([, step = ""]) => step)
    .filter((step) => which.test(step));
  const script = steps.join(" && ").replace("assemble.mjs", resolve("docs/serve/container/assemble.mjs"));
  const here = script.replace(" /service", ` ${folder}`).replace(" /image", ` ${image}`);
  return spawnSync("sh", ["-c", here], {
    cwd: folder,
    encoding: "utf8",
    timeout: 300_000,
    env: { ...process.env, ...env },
  });
}
const installs = (integrity: string) => runSteps(/^(?:sed|npm) /, { PACKAGE_INTEGRITY: integrity });
const assemble = () => runSteps(/^node /);

const allFiles = (): string[] =>
  readdirSync(image, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(image, join(parentPath, name)));

describe("The files of the image", () => {
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
      writeFileSync(join(folder, file), JSON.stringify(json, undefined, 2));
    }
    const integrity = `sha512-${createHash("sha512")
      .update(readFileSync(await pack()))
      .digest("base64")}`;
    const lock = readFileSync(join(folder, "package-lock.json"), "utf8");
    assert.match(installs("").stderr, /PACKAGE_INTEGRITY/);
    const another = `sha512-${createHash("sha512").update("another package").digest("base64")}`;
    assert.match(installs(another).stderr, /EINTEGRITY/);
    writeFileSync(join(folder, "package-lock.json"), lock);
    const installed = installs(integrity);
    assert.equal(installed.status, 0, installed.stderr);
    const { status, stderr } = assemble();
    assert.equal(status, 0, stderr);
    mkdirSync(join(folder, "secrets"));
    writeFileSync(join(folder, "secrets/client-secret"), "site-secret\n");
    writeFileSync(join(folder, "secrets/internal-secret"), "a-secret-of-at-least-32-characters-0123\n");
  });

  test("are those that serve and doctor load, with the licence of each package", (t) => {
    const files = allFiles();
    const size = files.reduce((sum, file) => sum + statSync(join(image, file)).size, 0);
    t.diagnostic(`${files.length} files, ${(size / 1e6).toFixed(1)} MB`);
    const strangers = files.filter(
      (file) =>
        (/\.(?:map|ts|md|yaml|(?<!\/dist\/(?:reserve|themes\/[\w-]+)\.)css|png|svg)$/.test(file) &&
          !/licen[cs]e/i.test(file)) ||
        /onegini-otp-login\/(?:src|docs|examples|dist\/(?:emulator|element|command\/(?:cli|assets)))/.test(
          file,
        ) ||
        /node_modules\/@?lit/.test(file),
    );
    assert.deepEqual(strangers, []);
    for (const file of files.filter((each) => /node_modules\/(?:@[^/]+\/)?[^/]+\/package\.json$/.test(each)))
      assert.ok(
        files.some((each) => each.startsWith(dirname(file)) && /licen[cs]e/i.test(each)) ||
          // These have none in their packages.
          /^node_modules\/@?redis/.test(file),
        file,
      );
  });

  test("have a bill of materials of each package and each bundled library, that fits CycloneDX's schema", async () => {
    const text = readFileSync(join(image, "sbom.cdx.json"), "utf8");
    const bill = JSON.parse(text) as Bill;
    const names = bill.components.map((component) => component.name);
    for (const expected of [
      name,
      "hono",
      "redis",
      "@redis/client",
      "pino",
      "prom-client",
      "lit",
      "qrcode",
      "valibot",
    ])
      assert.ok(names.includes(expected), expected);
    for (const { name, licenses } of bill.components) assert.ok(licenses, name);
    assert.ok(!names.includes("zxing-wasm"), "The demo's pages are not in the image.");
    await assertFitsSchema(text);
  });

  test("run by the entry point, are healthy on the configured port, and stop in the documented time", async (t) => {
    const [port, internalPort] = [await freePort(), await freePort()];
    const [tokenServer, redis] = [await emulator(t), await redisFor(t)];
    const [, variables = ""] = /^ENV ((?:.*\\\n)*.*)$/m.exec(dockerfile) ?? [];
    const env: Record<string, string> = {
      PATH: process.env["PATH"] ?? "",
      ...Object.fromEntries(variables.split(/[\s\\]+/).map((each) => each.split("=", 2) as [string, string])),
      ONEGINI_LOGIN_ORIGIN: "https://www.example.com",
      ONEGINI_LOGIN_TOKEN_SERVER_URL: tokenServer.url,
      ONEGINI_LOGIN_CLIENT_ID: "site",
      ONEGINI_LOGIN_TYPE: "qr-code",
      ONEGINI_LOGIN_MESSAGE: "Log in",
      ONEGINI_LOGIN_CALLBACK_URI: `http://127.0.0.1:${port}/otp-login/callback`,
      ONEGINI_LOGIN_REDIS_URL: redis.url,
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
    const service = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    t.after(() => service.kill("SIGKILL"));
    let [stdout, stderr] = ["", ""];
    service.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    service.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    await until(
      () => /^(?:ready|waiting): /m.test(stderr) || service.exitCode !== null,
      "the service",
      60_000,
    );
    assert.match(stderr, new RegExp(`^ready: http://0\\.0\\.0\\.0:${port}$`, "m"));
    const found = [isHealthy().status, (await fetch(`http://127.0.0.1:${internalPort}/health`)).status];
    assert.deepEqual(found, [0, 200]);

    const publicUrl = `http://127.0.0.1:${port}/otp-login`;
    const headers = { origin: "https://www.example.com" };
    assert.equal((await fetch(publicUrl, { method: "POST", headers })).status, 201, stdout);
    for (const file of [
      "onegini-otp-login.js",
      "early.js",
      "reserve.css",
      "themes/bank.css",
      "locales/nl.js",
    ])
      assert.equal((await fetch(`${publicUrl}/assets/${file}`)).status, 200, file);
    // Rejects unless the exit code is 0. The emulator is in this process.
    const { stdout: report } = await promisify(execFile)(command, [...args, "doctor", "--no-scan"], { env });
    assert.match(report, /\d+ passed \(✓\)/);

    const [, seconds] = /--stop-timeout (\d+) /.exec(dockerfile) ?? [];
    const ended = once(service, "exit");
    const began = performance.now();
    service.kill("SIGTERM");
    await ended;
    assert.equal(service.exitCode, 0);
    assert.ok(performance.now() - began < Number(seconds) * 1_000);
  });
});
