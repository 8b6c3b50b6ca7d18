import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { parse, parseAllDocuments } from "yaml";
import { prometheusRule, ruleFile } from "../../../scripts/package/prometheus-rule.js";
import { Metrics } from "../../../src/service/serve/telemetry/metrics.js";
import { stopWarnings } from "../../../src/service/serve/service.js";
import { readSettings } from "../../../src/service/settings/read-settings.js";

/** The overlays of docs/deployment/kubernetes, as kustomize builds them: what must agree in them, and with the service. */

const base = "docs/deployment/kubernetes/base";

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
    minReplicas: number;
    unhealthyPodEvictionPolicy: string;
    publishNotReadyAddresses?: boolean;
    policyTypes: string[];
    egress: { to: object[]; ports: { port: string | number }[] }[];
    metrics: { pods?: { metric: { name: string } } }[];
    scaleTargetRef: { name: string };
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
        topologySpreadConstraints: { topologyKey: string }[];
        containers: {
          image: string;
          resources: { requests: { memory: string } };
          args: string[];
          ports: Port[];
          startupProbe: Probe;
          readinessProbe: Probe;
          livenessProbe: Probe;
          volumeMounts: { name: string; mountPath: string }[];
        }[];
        volumes: {
          name: string;
          configMap?: { name: string; optional?: boolean };
          secret?: { secretName: string };
        }[];
      };
    };
  };
}

function build(folder: string): KubernetesObject[] {
  const { stdout, stderr, error, status } = spawnSync("kustomize", ["build", folder], { encoding: "utf8" });
  assert.equal(error, undefined, "kustomize is missing. On Debian: apt-get install kustomize");
  assert.equal(status, 0, stderr);
  return parseAllDocuments(stdout).map((document) => document.toJS() as KubernetesObject);
}

for (const overlay of ["stage", "production"] as const) {
  const folder = `docs/deployment/kubernetes/${overlay}`;
  describe(folder, () => {
    const built = build(folder);
    const isOfRedis = ({ metadata }: KubernetesObject): boolean => metadata.name === "onegini-login-redis";
    const objects = built.filter((object) => !isOfRedis(object));
    const all = (kind: string): KubernetesObject[] => objects.filter((object) => object.kind === kind);
    const named = (kind: string, name: string): KubernetesObject =>
      objects.find((object) => object.kind === kind && object.metadata.name === name) ??
      assert.fail(`${kind} ${name}`);
    const one = (kind: string): KubernetesObject =>
      all(kind)[0] ?? assert.fail(`There is no ${kind}: ${objects.map((object) => object.kind).join()}`);
    const { template, ...deployment } = one("Deployment").spec;
    const [container] = template.spec.containers;
    assert.ok(container);
    const mounted = (volume: string): string =>
      container.volumeMounts.find(({ name }) => name === volume)?.mountPath ?? assert.fail(volume);
    /** The keys of the Secret, from the command in kustomization.yaml. */
    const secretKeys = [
      ...readFileSync(`${base}/kustomization.yaml`, "utf8").matchAll(/--from-file=(\S+)/g),
    ].map(([, key = ""]) => key);
    const dockerfile = readFileSync("docs/serve/container/Dockerfile", "utf8");
    const imageVariables = Object.fromEntries(
      [...dockerfile.matchAll(/(ONEGINI_LOGIN_\w+)=(\S+)/g)].map(([, name = "", value = ""]) => [
        name,
        value,
      ]),
    );

    /** The settings as the service reads them in the pod: the image's variables, the arguments, the mounted files. */
    const result = readSettings(container.args, imageVariables, (path) => {
      const name = path.slice(path.lastIndexOf("/") + 1);
      if (path === `${mounted("settings")}/${name}`) return one("ConfigMap").data[name] ?? assert.fail(path);
      assert.equal(path, `${mounted("secrets")}/${name}`);
      assert.ok(secretKeys.includes(name), `${name} is not in the Secret`);
      return name === "redis-url" ? "redis://redis:6379\n" : `a-secret-of-at-least-32-characters-${name}\n`;
    });

    test("has settings that the service takes, each secret in a file, and attempts in Redis", () => {
      assert.equal(result.kind, "settings", JSON.stringify(result));
      assert.ok(result.kind === "settings");
      assert.deepEqual(result.warnings, []);
      assert.deepEqual(result.secretFiles.map(({ name }) => name).sort(), [...secretKeys].sort());
      assert.equal(result.settings["redis-url"], "redis://redis:6379");
      // In production the autoscaler decides.
      if (overlay === "stage") assert.ok(deployment.replicas > 1);
      else
        assert.ok(deployment.replicas === undefined && one("HorizontalPodAutoscaler").spec.minReplicas > 1);
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
      const services = all("Service")
        .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
        .map(({ metadata, spec: { ports } }) => [
          metadata.labels?.["app.kubernetes.io/component"],
          ...ports.map(({ name, port, targetPort }) => [name, port, targetPort]),
        ]);
      assert.deepEqual(services, [
        ["public", ["public", settings.port, "public"]],
        ["assets", ["public", settings.port, "public"]],
        ["internal", ["internal", settings["internal-port"], "internal"]],
      ]);
      const allowed = named("NetworkPolicy", "onegini-login").spec.ingress.map(({ ports, from }) => {
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
      if (overlay === "stage") return;
      const { endpoints, jobLabel, selector } = one("ServiceMonitor").spec;
      const [{ port, path, authorization } = assert.fail()] = endpoints;
      assert.deepEqual([port, path, authorization.type], ["internal", "/metrics", "Bearer"]);
      assert.deepEqual(authorization.credentials, {
        name: template.spec.volumes.find(({ secret }) => secret)?.secret?.secretName,
        key: "metrics-secret",
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

    test("lets the service reach names, the Token Server and Redis, and nothing else", () => {
      const policies = all("NetworkPolicy").filter(({ spec }) => spec.policyTypes.includes("Egress"));
      assert.deepEqual(policies.map(({ metadata }) => metadata.name).sort(), [
        "onegini-login",
        "onegini-login-to-redis",
      ]);
      const ports = policies.flatMap(({ spec }) =>
        spec.egress.flatMap(({ to, ports }) => {
          // An empty list, or none, would let it call everybody.
          assert.ok(to.length > 0);
          return ports.map(({ port }) => port);
        }),
      );
      assert.deepEqual(ports.sort(), [53, 53, 443, overlay === "stage" ? "redis" : 6379].sort());
    });

    test("spreads its pods over zones, lets drains pass, and asks for more than it takes when idle", () => {
      const { topologySpreadConstraints: spread } = template.spec;
      assert.ok(spread.some(({ topologyKey }) => topologyKey === "topology.kubernetes.io/zone"));
      assert.equal(one("PodDisruptionBudget").spec.unhealthyPodEvictionPolicy, "AlwaysAllow");
      // 120 MB idle, measured.
      assert.ok(Number(/^(\d+)Mi$/.exec(container.resources.requests.memory)?.[1]) > 150);
    });

    test("gets new secrets and a pause without exec: the folders are mounted whole, and it looks there", () => {
      assert.ok(result.kind === "settings");
      assert.ok(container.volumeMounts.every((mount) => !("subPath" in mount)));
      assert.equal(result.settings["pause-file"], `${mounted("pause")}/reason`);
      const command = /^#   kubectl create configmap (\S+) --from-literal=reason=/m.exec(
        readFileSync(`${base}/kustomization.yaml`, "utf8"),
      );
      const volume = template.spec.volumes.find(({ name }) => name === "pause");
      assert.deepEqual(volume?.configMap, { name: command?.[1], optional: true });
    });

    test("serves the widget's files also from pods that are not ready", () => {
      const [assets] = all("Service").filter(({ spec }) => spec.publishNotReadyAddresses === true);
      assert.equal(assets?.metadata.labels?.["app.kubernetes.io/component"], "assets");
    });

    if (overlay === "production")
      test("grows by a metric that the service has, and alerts by the rules of the documents", async () => {
        const { metrics, scaleTargetRef } = one("HorizontalPodAutoscaler").spec;
        const names = metrics.flatMap(({ pods }) => (pods ? [pods.metric.name] : []));
        assert.deepEqual(names, ["onegini_otp_login_watchers"]);
        assert.match(await new Metrics().text(), new RegExp(`^${names[0]} 0$`, "m"));
        assert.equal(scaleTargetRef.name, one("Deployment").metadata.name);
        assert.equal(
          readFileSync(ruleFile, "utf8"),
          prometheusRule(),
          "It is old. This writes it: npm run fix",
        );
        const alerts = parse(readFileSync("docs/serve/prometheus/alerts.yaml", "utf8")) as {
          groups: unknown;
        };
        assert.deepEqual(
          (one("PrometheusRule").spec as unknown as { groups: unknown }).groups,
          alerts.groups,
        );
        assert.match(container.image, /@sha256:[0-9a-f]{64}$/);
      });

    if (overlay === "stage")
      test("lets only the pods of the service reach its Redis, at the address in the comment", () => {
        const redis = built.filter(isOfRedis);
        assert.deepEqual(redis.map(({ kind }) => kind).sort(), ["NetworkPolicy", "Service", "StatefulSet"]);
        const of = (kind: string): KubernetesObject =>
          redis.find((object) => object.kind === kind) ?? assert.fail(kind);
        const { labels } = of("StatefulSet").spec.template.metadata;
        assert.deepEqual(of("Service").spec.selector, labels);
        assert.deepEqual(of("NetworkPolicy").spec.podSelector.matchLabels, labels);
        assert.deepEqual(of("NetworkPolicy").spec.egress ?? [], []);
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
        "onegini-login-pause",
      ]);
    });
  });
}

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
      return `a-secret-of-at-least-32-characters-${path}`;
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
