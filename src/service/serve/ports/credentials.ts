import { createHash, timingSafeEqual } from "node:crypto";
import { credentials, type Credential, type InternalSecrets } from "../../settings/internal-secrets.js";

/** What opens a call, before its body is read. Whatever is not named here is for the site's backend. */
export function credentialsFor(method: string, path: string): readonly Credential[] {
  if (path === "/metrics") return ["metrics-secret"];
  if (path === "/pause" && (method === "PUT" || method === "DELETE")) return ["operator-secret"];
  // Both may look whether logins are paused. Whose browsers are forgotten is in the body.
  if (path === "/pause" || path === "/forget-browsers") return ["internal-secret", "operator-secret"];
  return ["internal-secret"];
}

/** Operators and Prometheus without a secret of their own use that of the site's backend. */
export const inUse = (credential: Credential, secrets: InternalSecrets): Credential =>
  secrets[credential] === undefined ? "internal-secret" : credential;

/**
 * The setting whose secret a call has sent; undefined for any other text. It compares hashes, which all have the same length, in
 * constant time, and with every secret, so that timing reveals nothing about them.
 */
export function credentialOf(
  authorization: string | undefined,
  secrets: InternalSecrets,
): Credential | undefined {
  const [, given = ""] = /^Bearer +(\S+)$/i.exec(authorization ?? "") ?? [];
  const hash = hashOf(given);
  const fits = credentials.filter((credential) =>
    (secrets[credential] ?? []).map((secret) => timingSafeEqual(hash, hashOf(secret))).includes(true),
  );
  return fits[0];
}

const hashOf = (text: string): Buffer => createHash("sha256").update(text).digest();
