import { parseJson } from "../../../../protocol/login-api.js";

/** A page's import map, with the addresses as written. */
export interface ImportMap {
  imports: Readonly<Record<string, unknown>>;
  scopes: Readonly<Record<string, unknown>>;
  integrity: Readonly<Record<string, unknown>>;
}

/** Merges the maps. One that is not JSON has no effect, and earlier maps win over later ones. */
export function readImportMaps(texts: readonly string[]): ImportMap {
  const maps = texts.map((text) => recordOf(parseJson(text)));
  const merged = (key: keyof ImportMap): Record<string, unknown> =>
    Object.assign({}, ...[...maps].reverse().map((map) => recordOf(map[key]))) as Record<string, unknown>;
  return { imports: merged("imports"), scopes: merged("scopes"), integrity: merged("integrity") };
}

const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};

/**
 * The address that an import resolves to; undefined for a bare name without an entry.
 *
 * @param from the address of the script with the import
 * @param base the page's base, to which the map's addresses are relative
 */
export function resolveImport(
  specifier: string,
  from: string,
  { imports, scopes }: ImportMap,
  base: string,
): string | undefined {
  const url = addressIn(specifier, from);
  const names = url === undefined ? [specifier] : [specifier, url];
  const scopesOfScript = Object.entries(scopes)
    .map(([scope, map]) => ({ scope: absolute(scope, base) ?? scope, map: recordOf(map) }))
    .filter(({ scope }) => scope === from || (scope.endsWith("/") && from.startsWith(scope)))
    .sort((one, other) => other.scope.length - one.scope.length);
  for (const map of [...scopesOfScript.map((each) => each.map), imports]) {
    const entry = entryFor(names, map, base);
    if (entry !== undefined) return absolute(entry, base);
  }
  return url;
}

/** The address of a specifier that is an address itself; undefined for a bare name. */
const addressIn = (specifier: string, from: string): string | undefined =>
  /^\.{0,2}\//.test(specifier) ? absolute(specifier, from) : absolute(specifier);

const absolute = (text: string, base?: string): string | undefined =>
  URL.canParse(text, base) ? new URL(text, base).href : undefined;

function entryFor(
  names: readonly string[],
  map: Readonly<Record<string, unknown>>,
  base: string,
): string | undefined {
  for (const { match, target } of entriesOf(map, base))
    for (const name of names) {
      if (name === match) return target;
      if (match.endsWith("/") && name.startsWith(match)) return target + name.slice(match.length);
    }
  return undefined;
}

/** A map's entries, the longest first. Cached for each map, because a script may have thousands of imports. */
function entriesOf(map: Readonly<Record<string, unknown>>, base: string): readonly Entry[] {
  const before = sorted.get(map);
  if (before) return before;
  const entries = Object.entries(map)
    .flatMap(([key, target]) =>
      // A key may itself be an address, relative to the page.
      typeof target === "string"
        ? [{ match: /^\.{0,2}\//.test(key) ? (absolute(key, base) ?? key) : key, length: key.length, target }]
        : [],
    )
    .sort((one, other) => other.length - one.length);
  sorted.set(map, entries);
  return entries;
}

interface Entry {
  match: string;
  length: number;
  target: string;
}

const sorted = new WeakMap<object, readonly Entry[]>();
