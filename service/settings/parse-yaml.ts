import { isAlias, LineCounter, parseDocument, visit, type Document } from "yaml";

/** What a YAML text says, or what is wrong with it: a code and the place, and nothing of the text, where a secret may be. */
export type ParsedYaml = { value: unknown } | { problem: string };

export function parseYaml(text: string): ParsedYaml {
  const lines = new LineCounter();
  const problem = (code: string, offset?: number): ParsedYaml => {
    if (offset === undefined) return { problem: code };
    const { line, col } = lines.linePos(offset);
    return { problem: `${code} at line ${line}, column ${col}` };
  };
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
    // A warning too, such as of an unknown tag: what stands behind a `!` would be lost.
    const [wrong] = [...document.errors, ...document.warnings];
    if (wrong) return problem(wrong.code, wrong.pos[0]);
    const alias = firstWrongAlias(document);
    if (alias !== undefined) return problem("BAD_ALIAS", alias);
    return { value: document.toJS() as unknown };
  } catch {
    // Aliases of aliases without end.
    return problem("RESOURCE_EXHAUSTION");
  }
}

/** Where an alias is that has no anchor before it, or stands inside its own. */
function firstWrongAlias(document: Document): number | undefined {
  let offset: number | undefined;
  visit(document, {
    Alias(_key, alias, path) {
      const target = alias.resolve(document);
      if (target && !isAlias(target) && !path.includes(target)) return;
      offset = alias.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return offset;
}
