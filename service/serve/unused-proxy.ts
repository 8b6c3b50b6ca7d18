import { ignoredProxy, proxyFor } from "../doctor/proxy.js";
import type { Settings } from "../settings/setting-list.js";

/** One sentence, if the environment names a proxy for the Token Server and this Node goes around it. */
export function unusedProxyWarnings(
  { "token-server-url": url }: Pick<Settings, "token-server-url">,
  ...where: [environment?: Record<string, string | undefined>, agents?: { http: object; https: object }]
): string[] {
  const proxy = proxyFor(url, ...where);
  return proxy.kind === "ignored" ? [ignoredProxy(proxy)] : [];
}
