/** A policy's directives, each with its sources, in small letters. */
export type Policy = ReadonlyMap<string, readonly string[]>;

/** The policies of a page: those of its header, and those of its `<meta>` tags. All of them hold. */
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
export type Verdict = "allowed" | "blocked" | "unknown";

/**
 * For scripts, and for calls. A hash may allow a script too, and so may a script that is allowed itself, which only a
 * browser knows.
 *
 * @param page the page that has the policy
 * @param nonce of the script's tag
 */
export function allows(
  policy: Policy,
  directives: readonly string[],
  url: URL,
  page: URL,
  nonce?: string,
): Verdict {
  const name = [...directives, "default-src"].find((each) => policy.has(each));
  const sources = name === undefined ? undefined : policy.get(name);
  if (sources === undefined) return "allowed";
  // A nonce is told from another one by each letter.
  if (nonce !== undefined && sources.includes(`'nonce-${nonce}'`)) return "allowed";
  const isStrict = sources.some((source) => /^'strict-dynamic'$/i.test(source));
  if (!isStrict && sources.some((source) => matches(source, url, page))) return "allowed";
  return isStrict || sources.some((source) => /^'sha\d+-/i.test(source)) ? "unknown" : "blocked";
}

/** Whether a source of a policy stands for an address. */
function matches(source: string, { protocol, hostname, port, pathname, origin }: URL, page: URL): boolean {
  if (source === "*") return protocol === "https:" || protocol === "http:";
  if (/^'self'$/i.test(source)) return origin === page.origin;
  if (/^[a-z][a-z\d+.-]*:$/i.test(source)) return source.toLowerCase() === protocol;
  const [, scheme, host = "", number, path] =
    /^(?:([a-z][a-z\d+.-]*):\/\/)?([^/:']+)(?::(\d+|\*))?(\/.*)?$/i.exec(source) ?? [];
  // http stands for https, too.
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

/** Whether the widget may make its Trusted Types policy, `lit-html`. Without a list of names, each name is allowed. */
export const allowsTrustedTypes = (policy: Policy): boolean =>
  policy.get("trusted-types")?.some((name) => name === "lit-html" || name === "*") ?? true;
