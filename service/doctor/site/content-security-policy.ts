/** A policy's directives, each with its sources, in small letters. */
export type Policy = ReadonlyMap<string, readonly string[]>;

/** The policies of a page: those of its header, and those of its `<meta>` tags. All of them hold. */
export function policiesOf(header: string | undefined, html: string): Policy[] {
  const tags = [...html.matchAll(/<meta\s[^>]*http-equiv=["']?content-security-policy["']?[^>]*>/gi)];
  const inTags = tags.flatMap(([tag]) => /\scontent=(?:"([^"]*)"|'([^']*)')/i.exec(tag)?.slice(1) ?? []);
  return [...(header ?? "").split(","), ...inTags].flatMap((text) => {
    const policy = parsePolicy(text ?? "");
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
export type Verdict = "allowed" | "blocked" | "unknown";

/**
 * For scripts, and for calls. A nonce or a hash may allow them too, which only a browser knows.
 *
 * @param page the page that has the policy
 */
export function allows(policy: Policy, directives: readonly string[], url: URL, page: URL): Verdict {
  const name = [...directives, "default-src"].find((each) => policy.has(each));
  const sources = name === undefined ? undefined : policy.get(name);
  if (sources === undefined) return "allowed";
  if (sources.some((source) => /^'(?:nonce-|sha\d+-|strict-dynamic')/i.test(source))) return "unknown";
  return sources.some((source) => matches(source, url, page)) ? "allowed" : "blocked";
}

/** Whether a source of a policy stands for an address. */
function matches(source: string, { protocol, hostname, port, pathname, origin }: URL, page: URL): boolean {
  if (source === "*") return true;
  if (/^'self'$/i.test(source)) return origin === page.origin;
  if (/^[a-z][a-z\d+.-]*:$/i.test(source)) return source.toLowerCase() === protocol;
  const [, scheme, host = "", number, path] =
    /^(?:([a-z][a-z\d+.-]*):\/\/)?([^/:']+)(?::(\d+|\*))?(\/.*)?$/i.exec(source) ?? [];
  if (host === "" || (scheme !== undefined && `${scheme.toLowerCase()}:` !== protocol)) return false;
  const isHost = host.startsWith("*.")
    ? hostname.endsWith(host.slice(1).toLowerCase())
    : host.toLowerCase() === hostname;
  const isPort = number === "*" || (number ?? "") === port;
  const isPath = path === undefined || (path.endsWith("/") ? pathname.startsWith(path) : pathname === path);
  return isHost && isPort && isPath;
}

/** Whether the widget may make its Trusted Types policy, `lit-html`. Without a list of names, each name is allowed. */
export const allowsTrustedTypes = (policy: Policy): boolean =>
  policy.get("trusted-types")?.some((name) => name === "lit-html" || name === "*") ?? true;
