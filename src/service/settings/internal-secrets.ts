import type { Secrets } from "./secret-files.js";

/** The settings whose secrets open the internal port: for the site's backend, for its operators, for Prometheus. */
export const credentials = ["internal-secret", "operator-secret", "metrics-secret"] as const;

export type Credential = (typeof credentials)[number];

export type InternalSecrets = Pick<Secrets, Credential>;

/** The problem with a secret that two of the settings have, in one sentence; undefined if each has its own. */
export function sharedSecretProblem(secrets: InternalSecrets): string | undefined {
  for (const [index, name] of credentials.entries()) {
    const others = credentials.slice(index + 1);
    const other = others.find((each) => secrets[each]?.some((secret) => secrets[name]?.includes(secret)));
    if (other !== undefined)
      return `${name} and ${other} have the same secret. Give each its own: openssl rand -base64 32.`;
  }
  return undefined;
}
