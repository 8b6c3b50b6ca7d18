import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { parseAllDocuments } from "yaml";
import { temporaryFolder } from "../support/packed-package.js";

/** The overlays of docs/deployment/kubernetes against the schemas of Kubernetes and of the Prometheus Operator, from npm. */

const folder = join(temporaryFolder, "kubernetes");

/** The modules with the schemas of each API. */
const modules: Record<string, string> = {
  v1: "kubernetes-models/v1",
  "apps/v1": "kubernetes-models/apps/v1",
  "autoscaling/v2": "kubernetes-models/autoscaling/v2",
  "networking.k8s.io/v1": "kubernetes-models/networking.k8s.io/v1",
  "policy/v1": "kubernetes-models/policy/v1",
  "monitoring.coreos.com/v1": "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1",
};

const packages = ["kubernetes-models@5.1.0", "@kubernetes-models/prometheus-operator@6.0.0"];

interface KubernetesObject {
  apiVersion: string;
  kind: string;
}

/** What is wrong with an object, in a process that has the schemas. */
function problem({ apiVersion, kind, ...rest }: KubernetesObject & Record<string, unknown>): string {
  const module = modules[apiVersion] ?? assert.fail(`There is no schema for ${apiVersion}`);
  const script = `
    import { ${kind} } from "${module}";
    try { new ${kind}(${JSON.stringify(rest)}).validate(); } catch (error) { console.log(error.message); }`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: folder,
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
  return stdout.trim();
}

describe("docs/deployment/kubernetes", () => {
  let objects: (KubernetesObject & { spec?: { replicas?: unknown } })[];
  before(() => {
    mkdirSync(folder);
    writeFileSync(join(folder, "package.json"), "{}");
    const shell = process.platform === "win32";
    execFileSync("npm", ["install", "--ignore-scripts", ...packages], { cwd: folder, shell, stdio: "pipe" });
    objects = ["stage", "production"].flatMap((overlay) => {
      const built = execFileSync("kustomize", ["build", `docs/deployment/kubernetes/${overlay}`], {
        encoding: "utf8",
      });
      return parseAllDocuments(built).map((document) => document.toJS() as KubernetesObject);
    });
  });

  test("fits the schema of each object", () => {
    assert.ok(objects.length > 0);
    for (const object of objects) assert.equal(problem({ ...object }), "", object.kind);
  });

  test("would not, with a number where a text belongs, or without what is required", () => {
    const deployment = objects.find(({ kind }) => kind === "Deployment");
    assert.ok(deployment);
    assert.match(problem({ ...deployment, spec: { ...deployment.spec, replicas: "two" } }), /replicas/);
    const monitor = objects.find(({ kind }) => kind === "ServiceMonitor");
    assert.ok(monitor);
    assert.match(problem({ ...monitor, spec: {} }), /endpoints/);
  });
});
