import http from "node:http";
import https from "node:https";
import { isIPv4 } from "node:net";

type Environment = Record<string, string | undefined>;

/** Whether Node's global agents, which the kit uses, reach a server through a proxy from the environment. */
export type ProxyUse =
  | { kind: "none" }
  /** `proxy`: its host and port. */
  | { kind: "used"; proxy: string }
  /** A variable names a proxy, and this Node does not use it. */
  | { kind: "ignored"; variable: string };

type Found = { kind: "none" } | { kind: "used"; url: URL } | { kind: "ignored"; variable: string };

/** Without the proxy's user and password, which are secret. */
export function proxyFor(address: string, ...where: Where): ProxyUse {
  const found = proxyIn(address, ...where);
  return found.kind === "used" ? { kind: "used", proxy: found.url.host } : found;
}

/** The proxy's address with its user and password, where there is one and Node's agents use it. */
export function usedProxy(address: string, ...where: Where): URL | undefined {
  const found = proxyIn(address, ...where);
  return found.kind === "used" ? found.url : undefined;
}

type Where = [environment?: Environment, agents?: { http: object; https: object }];

/**
 * Node 22.21 and 24.5 are the first whose agents can do it, and only with `NODE_USE_ENV_PROXY=1` or `--use-env-proxy`: then the
 * agents have the environment as their option `proxyEnv`.
 */
function proxyIn(
  address: string,
  environment: Environment = process.env,
  agents: { http: object; https: object } = { http: http.globalAgent, https: https.globalAgent },
): Found {
  const { protocol, hostname, port } = new URL(address);
  const isTls = protocol === "https:";
  const { options } = agents[isTls ? "https" : "http"] as { options?: { proxyEnv?: Environment } };
  const proxyEnv = options?.proxyEnv;
  const names = isTls ? ["https_proxy", "HTTPS_PROXY"] : ["http_proxy", "HTTP_PROXY"];
  const from = proxyEnv ?? environment;
  const variable = names.find((name) => from[name]);
  const proxy = variable === undefined ? undefined : from[variable];
  if (variable === undefined || proxy === undefined || !/^https?:/.test(proxy) || !URL.canParse(proxy))
    return { kind: "none" };
  const host = hostname.replace(/^\[|\]$/g, "").toLowerCase();
  if (isBypassed(host, port || (isTls ? "443" : "80"), from["no_proxy"] || from["NO_PROXY"] || ""))
    return { kind: "none" };
  return proxyEnv ? { kind: "used", url: new URL(proxy) } : { kind: "ignored", variable };
}

/** Follows Node's rules for NO_PROXY: names, `.name` and `*.name`, with or without a port, `*`, and ranges of IPv4 addresses. */
const isBypassed = (host: string, port: string, list: string): boolean =>
  list
    .toLowerCase()
    .split(",")
    .map((each) => each.trim())
    .some(
      (each) =>
        each === "*" ||
        each === host ||
        each === `${host}:${port}` ||
        (each.startsWith(".") && `.${host}`.endsWith(each)) ||
        (each.startsWith("*.") && host.endsWith(each.slice(1))) ||
        isInRange(host, each),
    );

function isInRange(host: string, range: string): boolean {
  const [from = "", to = "", ...others] = range.split("-").map((each) => each.trim());
  if (others.length > 0 || ![host, from, to].every(isIPv4)) return false;
  const [at, first, last] = [host, from, to].map(toNumber) as [number, number, number];
  return first <= at && at <= last;
}

const toNumber = (ip: string): number => ip.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);

/**
 * One sentence, if the environment names a proxy for a Token Server and this Node's calls do not go there. Nothing is said of an
 * http address, because the kit takes one of this machine only, nor where the site has set an agent of its own, nor in Bun and
 * Deno.
 */
export function unusedProxy(
  address: string,
  ...where: Where
): { variable: string; description: string } | undefined {
  const isOwnAgent = Object.getPrototypeOf(https.globalAgent) !== https.Agent.prototype;
  if (isOwnAgent || process.versions["bun"] !== undefined || process.versions["deno"] !== undefined)
    return undefined;
  const use = proxyFor(address, ...where);
  if (use.kind !== "ignored" || !address.startsWith("https:")) return undefined;
  return { variable: use.variable, description: ignoredProxy(use) };
}

/** The advice where the environment names a proxy that Node does not use. */
export const ignoredProxy = ({ variable }: Extract<ProxyUse, { kind: "ignored" }>): string =>
  `${variable} is set, but this Node (${process.version}) does not use it. Node 22.21 and 24.5 use it with NODE_USE_ENV_PROXY=1; Node 20 never does.`;
