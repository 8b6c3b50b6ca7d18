import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { parse, parseAllDocuments } from "yaml";
import { stopWarnings } from "../../../src/service/serve/service.js";
import { readSettings } from "../../../src/service/settings/read-settings.js";

/** The base of docs/deployment/kubernetes, as kustomize builds it: what must agree in it, and with the service. */

const folder = "docs/deployment/kubernetes";

interface Port {
  name: string;
  port?: number;
  containerPort?: number;
  targetPort?: string;
}

interface Probe {
  httpGet: { path: string; port: string };
}

/** The members that are looked at. */
interface KubernetesObject {
  kind: string;
  metadata: { name: string; labels?: Record<string, string> };
  data: Record<string, string>;
  spec: {
    replicas: number;
    maxUnavailable: number;
    jobLabel: string;
    selector: { matchLabels: Record<string, string> };
    podSelector: { matchLabels: Record<string, string> };
    ports: Port[];
    ingress: { from: object[]; ports: { port: string }[] }[];
    endpoints: {
      port: string;
      path: string;
      authorization: { type: string; credentials: { name: string; key: string } };
    }[];
    template: {
      metadata: { labels: Record<string, string> };
      spec: {
        terminationGracePeriodSeconds: number;
        containers: {
          image: string;
          args: string[];
          ports: Port[];
          startupProbe: Probe;
          readinessProbe: Probe;
          livenessProbe: Probe;
          volumeMounts: { name: string; mountPath: string }[];
        }[];
        volumes: { name: string; configMap?: { name: string }; secret?: { secretName: string } }[];
      };
    };
  };
}

function build(): KubernetesObject[] {
  const { stdout, stderr, error, status } = spawnSync("kustomize", ["build", folder], { encoding: "utf8" });
  assert.equal(error, undefined, "kustomize is missing. On Debian: apt-get install kustomize");
  assert.equal(status, 0, stderr);
  return parseAllDocuments(stdout).map((document) => document.toJS() as KubernetesObject);
}

describe(folder, () => {
  const built = build();
  const isOfRedis = ({ metadata }: KubernetesObject): boolean => metadata.name.endsWith("-redis");
  const objects = built.filter((object) => !isOfRedis(object));
  const all = (kind: string): KubernetesObject[] => objects.filter((object) => object.kind === kind);
  const one = (kind: string): KubernetesObject =>
    all(kind)[0] ?? assert.fail(`There is no ${kind}: ${objects.map((object) => object.kind).join()}`);
  const { template, ...deployment } = one("Deployment").spec;
  const [container] = template.spec.containers;
  assert.ok(container);
  const mounted = (volume: string): string =>
    container.volumeMounts.find(({ name }) => name === volume)?.mountPath ?? assert.fail(volume);
  /** The keys of the Secret, from the command in kustomization.yaml. */
  const secretKeys = [
    ...readFileSync(`${folder}/kustomization.yaml`, "utf8").matchAll(/--from-file=(\S+)/g),
  ].map(([, key = ""]) => key);
  const dockerfile = readFileSync("docs/serve/container/Dockerfile", "utf8");
  const imageVariables = Object.fromEntries(
    [...dockerfile.matchAll(/(ONEGINI_LOGIN_\w+)=(\S+)/g)].map(([, name = "", value = ""]) => [name, value]),
  );

  /** The settings as the service reads them in the pod: the image's variables, the arguments, the mounted files. */
  const result = readSettings(container.args, imageVariables, (path) => {
    const name = path.slice(path.lastIndexOf("/") + 1);
    if (path === `${mounted("settings")}/${name}`) return one("ConfigMap").data[name] ?? assert.fail(path);
    assert.equal(path, `${mounted("secrets")}/${name}`);
    assert.ok(secretKeys.includes(name), `${name} is not in the Secret`);
    return name === "redis-url" ? "redis://redis:6379\n" : "a-secret-of-at-least-32-characters-0123\n";
  });

  test("has settings that the service takes, each secret in a file, and attempts in Redis", () => {
    assert.equal(result.kind, "settings", JSON.stringify(result));
    assert.ok(result.kind === "settings");
    assert.deepEqual(result.warnings, []);
    assert.deepEqual(result.secretFiles.map(({ name }) => name).sort(), [...secretKeys].sort());
    assert.equal(result.settings["redis-url"], "redis://redis:6379");
    assert.ok(deployment.replicas > 1);
  });

  test("has the ports of the service, by one name in the pod, the services, the policy and the monitor", () => {
    assert.ok(result.kind === "settings");
    const { settings } = result;
    assert.deepEqual([settings.host, settings["internal-host"]], ["0.0.0.0", "0.0.0.0"]);
    assert.deepEqual(
      container.ports.map(({ name, containerPort }) => [name, containerPort]),
      [
        ["public", settings.port],
        ["internal", settings["internal-port"]],
      ],
    );
    const services = all("Service").map(({ metadata, spec: { ports } }) => [
      metadata.labels?.["app.kubernetes.io/component"],
      ...ports.map(({ name, port, targetPort }) => [name, port, targetPort]),
    ]);
    assert.deepEqual(services, [
      ["public", ["public", settings.port, "public"]],
      ["internal", ["internal", settings["internal-port"], "internal"]],
    ]);
    const allowed = one("NetworkPolicy").spec.ingress.map(({ ports, from }) => {
      // An empty list, or none, would let everybody in.
      assert.ok(from.length > 0);
      return ports.map(({ port }) => port);
    });
    assert.deepEqual(allowed, [["public"], ["internal"]]);
  });

  test("asks the addresses that the service has", () => {
    const probes = [container.startupProbe, container.readinessProbe, container.livenessProbe];
    assert.deepEqual(
      probes.map(({ httpGet }) => httpGet),
      [
        { path: "/health", port: "public" },
        { path: "/ready", port: "public" },
        { path: "/health", port: "public" },
      ],
    );
    const { endpoints, jobLabel, selector } = one("ServiceMonitor").spec;
    const [{ port, path, authorization } = assert.fail()] = endpoints;
    assert.deepEqual([port, path, authorization.type], ["internal", "/metrics", "Bearer"]);
    assert.deepEqual(authorization.credentials, {
      name: template.spec.volumes.find(({ secret }) => secret)?.secret?.secretName,
      key: "internal-secret",
    });
    const internal = all("Service").find(({ metadata }) => metadata.name.endsWith("-internal"));
    assert.deepEqual(internal?.metadata.labels, selector.matchLabels);
    // The rules name the job.
    const rules = readFileSync("docs/serve/prometheus/alerts.yaml", "utf8");
    assert.ok(rules.includes(`job="${internal?.metadata.labels?.[jobLabel]}"`));
  });

  test("gives a stop its time, and stops one pod at a time", () => {
    assert.ok(result.kind === "settings");
    // It warns from 20 s on.
    assert.deepEqual(stopWarnings(result.settings), []);
    assert.equal(template.spec.terminationGracePeriodSeconds, 20);
    assert.equal(one("PodDisruptionBudget").spec.maxUnavailable, 1);
  });

  test("lets only the pods of the service reach its Redis, at the address in the comment", () => {
    const redis = built.filter(isOfRedis);
    assert.deepEqual(redis.map(({ kind }) => kind).sort(), ["NetworkPolicy", "Service", "StatefulSet"]);
    const of = (kind: string): KubernetesObject =>
      redis.find((object) => object.kind === kind) ?? assert.fail(kind);
    const { labels } = of("StatefulSet").spec.template.metadata;
    assert.deepEqual(of("Service").spec.selector, labels);
    assert.deepEqual(of("NetworkPolicy").spec.podSelector.matchLabels, labels);
    assert.deepEqual(of("NetworkPolicy").spec.ingress, [
      { from: [{ podSelector: { matchLabels: template.metadata.labels } }], ports: [{ port: "redis" }] },
    ]);
    const { name } = of("Service").metadata;
    const text = readFileSync(`${folder}/redis.yaml`, "utf8");
    assert.ok(text.includes(`redis://${name}:${of("Service").spec.ports[0]?.port}`), name);
  });

  test("selects the pods everywhere by their labels", () => {
    const { labels } = template.metadata;
    for (const { kind, spec } of objects) {
      if (kind === "Deployment" || kind === "PodDisruptionBudget")
        assert.deepEqual(spec.selector.matchLabels, labels);
      if (kind === "Service") assert.deepEqual(spec.selector, labels);
      if (kind === "NetworkPolicy") assert.deepEqual(spec.podSelector.matchLabels, labels);
    }
    assert.deepEqual(template.spec.volumes.map(({ configMap }) => configMap?.name).filter(Boolean), [
      one("ConfigMap").metadata.name,
    ]);
  });
});

describe("docs/serve/container/compose.yaml", () => {
  interface Compose {
    services: {
      login: {
        stop_grace_period: string;
        ports: string[];
        secrets: string[];
        environment: Record<string, string>;
      };
    };
  }
  const { services } = parse(readFileSync("docs/serve/container/compose.yaml", "utf8")) as Compose;
  const dockerfile = readFileSync("docs/serve/container/Dockerfile", "utf8");

  test("has settings that the service takes, with the secrets where the image looks for them", () => {
    const image = Object.fromEntries(
      [...dockerfile.matchAll(/(ONEGINI_LOGIN_\w+)=(\S+)/g)].map(([, name = "", value = ""]) => [
        name,
        value,
      ]),
    );
    const result = readSettings([], { ...image, ...services.login.environment }, (path) => {
      assert.ok(services.login.secrets.map((name) => `/run/secrets/${name}`).includes(path), path);
      return "a-secret-of-at-least-32-characters-0123";
    });
    assert.equal(result.kind, "settings", JSON.stringify(result));
    assert.ok(result.kind === "settings");
    assert.deepEqual(result.warnings, []);
    assert.deepEqual(services.login.ports, [`127.0.0.1:${result.settings.port}:${result.settings.port}`]);
    assert.match(dockerfile, new RegExp(`^EXPOSE ${result.settings.port}$`, "m"));
    assert.deepEqual(stopWarnings(result.settings), []);
    assert.equal(services.login.stop_grace_period, "20s");
    assert.match(dockerfile, /docker run .*--stop-timeout 20 /);
  });
});
