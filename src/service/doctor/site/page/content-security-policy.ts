/** A policy's directives by their lower-case names, each with its sources. */
export type Policy = ReadonlyMap<string, readonly string[]>;

/** The policies of a page, from its header and its `<meta>` tags. All of them apply. */
export function policiesOf(header: string | string[] | undefined, inTags: readonly string[]): Policy[] {
  return [...String(header ?? "").split(","), ...inTags].flatMap((text) => {
    const policy = parsePolicy(text);
    return policy.size > 0 ? [policy] : [];
  });
}

function parsePolicy(text: string): Policy {
  const policy = new Map<string, readonly string[]>();
  for (const directive of text.split(";")) {
    const [name = "", ...sources] = directive.trim().split(/\s+/);
    // The first one counts.
    if (name !== "" && !policy.has(name.toLowerCase())) policy.set(name.toLowerCase(), sources);
  }
  return policy;
}

/** Whether a policy lets a page load from an origin. */
type Permission = "allowed" | "blocked" | "unknown";

/**
 * For scripts and for calls. Unknown if a hash, or an allowed script ('strict-dynamic'), may allow it: only a browser can tell.
 *
 * @param page the page with the policy
 * @param nonce of the script's tag
 */
export function allows(
  policy: Policy,
  directives: readonly string[],
  url: URL,
  page: URL,
  nonce?: string,
): Permission {
  const name = [...directives, "default-src"].find((each) => policy.has(each));
  const sources = name === undefined ? undefined : policy.get(name);
  if (sources === undefined) return "allowed";
  // Nonces are case-sensitive.
  if (nonce !== undefined && sources.includes(`'nonce-${nonce}'`)) return "allowed";
  const isStrict = sources.some((source) => /^'strict-dynamic'$/i.test(source));
  if (!isStrict && sources.some((source) => matches(source, url, page))) return "allowed";
  return isStrict || sources.some((source) => /^'sha\d+-/i.test(source)) ? "unknown" : "blocked";
}

/** Whether a source of a policy matches an address. */
function matches(source: string, { protocol, hostname, port, pathname, origin }: URL, page: URL): boolean {
  if (source === "*") return protocol === "https:" || protocol === "http:";
  if (/^'self'$/i.test(source)) return origin === page.origin;
  if (/^[a-z][a-z\d+.-]*:$/i.test(source)) return source.toLowerCase() === protocol;
  const [, scheme, host = "", number, path] =
    /^(?:([a-z][a-z\d+.-]*):\/\/)?([^/:']+)(?::(\d+|\*))?(\/.*)?$/i.exec(source) ?? [];
  // A source with http also matches https.
  const isScheme =
    scheme === undefined || [protocol, protocol.replace("s", "")].includes(`${scheme.toLowerCase()}:`);
  if (host === "" || !isScheme) return false;
  const isHost = host.startsWith("*.")
    ? hostname.endsWith(host.slice(1).toLowerCase())
    : host.toLowerCase() === hostname;
  const own = port || (protocol === "https:" ? "443" : "80");
  const isPort = number === "*" || (number === undefined ? port === "" : number === own);
  const isPath = path === undefined || (path.endsWith("/") ? pathname.startsWith(path) : pathname === path);
  return isHost && isPort && isPath;
}

/** Whether the widget may create its Trusted Types policy, `lit-html`. Without a list, every name is allowed. */
export const allowsTrustedTypes = (policy: Policy): boolean =>
  policy.get("trusted-types")?.some((name) => name === "lit-html" || name === "*") ?? true;
