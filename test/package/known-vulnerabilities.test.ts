import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "../support/temporary-folder.js";
import { assertFitsSchema } from "./support/cyclonedx.js";

const script = fileURLToPath(new URL("../../scripts/package/known-vulnerabilities.ts", import.meta.url));

/** What a registry answers to `npm audit`. */
const advisoryOf = (name: string, vulnerable_versions: string) => ({
  [name]: [
    {
      id: 1,
      url: "https://github.com/advisories/GHSA-aaaa-bbbb-cccc",
      title: "Reads too much",
      severity: "high",
      vulnerable_versions,
    },
  ],
});

/** Runs the check, with npm as it is, in a project that bundles `inside` 1.0.0 and builds with `tool` 1.0.0. */
async function check(t: TestContext, answer: object | undefined, stated: string[] = []) {
  const registry = createServer((request, response) => {
    const isAudit = request.url?.endsWith("/advisories/bulk") && answer !== undefined;
    response.writeHead(isAudit ? 200 : 404, { "content-type": "application/json" });
    response.end(JSON.stringify(isAudit ? answer : { error: "not found" }));
  }).listen(0, "127.0.0.1");
  await once(registry, "listening");
  t.after(() => registry.close());

  const folder = temporaryFolder(t);
  for (const each of ["dist/sbom", "docs/trust"]) mkdirSync(join(folder, each), { recursive: true });
  const write = (file: string, json: object): void => writeFileSync(join(folder, file), JSON.stringify(json));
  const devDependencies = { inside: "1.0.0", tool: "1.0.0" };
  write("package.json", { name: "project", version: "1.0.0", devDependencies });
  write("package-lock.json", {
    name: "project",
    version: "1.0.0",
    lockfileVersion: 3,
    packages: {
      "": { name: "project", version: "1.0.0", devDependencies },
      "node_modules/inside": { version: "1.0.0", dev: true },
      "node_modules/tool": { version: "1.0.0", dev: true },
    },
  });
  write("dist/sbom/package.cdx.json", { components: [{ name: "inside", version: "1.0.0" }] });
  write("docs/trust/vex.cdx.json", { vulnerabilities: stated.map((id) => ({ id })) });
  const child = spawn(process.execPath, ["--import", import.meta.resolve("tsx"), script], {
    cwd: folder,
    env: {
      ...process.env,
      npm_config_registry: `http://127.0.0.1:${(registry.address() as AddressInfo).port}`,
      npm_config_cache: join(folder, "cache"),
      npm_config_fetch_retries: "0",
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const [status] = (await once(child, "close")) as [number];
  return { status, stderr };
}

test("a known vulnerability of what is bundled stops a release", async (t) => {
  const { status, stderr } = await check(t, advisoryOf("inside", "<1.0.1"));
  assert.match(stderr, /^GHSA-aaaa-bbbb-cccc, high, inside <1\.0\.1: Reads too much\./);
  assert.equal(status, 1);
});

test("one that the VEX file speaks of does not", async (t) => {
  assert.deepEqual(await check(t, advisoryOf("inside", "<1.0.1"), ["GHSA-aaaa-bbbb-cccc"]), {
    status: 0,
    stderr: "",
  });
});

test("neither does one of a tool, or of another version", async (t) => {
  for (const answer of [advisoryOf("tool", "*"), advisoryOf("inside", ">=2.0.0"), {}])
    assert.deepEqual(await check(t, answer), { status: 0, stderr: "" });
});

test("a registry that does not tell stops a release", async (t) => {
  const { status, stderr } = await check(t, undefined);
  assert.match(stderr, /^npm could not tell which vulnerabilities are known: 404/);
  assert.equal(status, 1);
});

test("the VEX file fits CycloneDX's schema", async () => {
  await assertFitsSchema(readFileSync("docs/trust/vex.cdx.json", "utf8"));
});
