/** Writes docs/deployment/kubernetes/production/prometheus-rule.yaml: the alerts of docs/serve/prometheus/alerts.yaml as an object. */
import { readFileSync, writeFileSync } from "node:fs";

export const ruleFile = "docs/deployment/kubernetes/production/prometheus-rule.yaml";

/** Its text. */
export function prometheusRule(): string {
  const alerts = readFileSync("docs/serve/prometheus/alerts.yaml", "utf8");
  const groups = alerts.slice(alerts.indexOf("groups:"));
  return `# The alerts of docs/serve/prometheus/alerts.yaml, for the Prometheus Operator: change the numbers there, or by a patch.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: onegini-login
  labels: { app.kubernetes.io/name: onegini-login }
spec:
${groups.replace(/^(?=.)/gm, "  ")}`;
}

if (process.argv[1]?.endsWith("prometheus-rule.ts")) writeFileSync(ruleFile, prometheusRule());
