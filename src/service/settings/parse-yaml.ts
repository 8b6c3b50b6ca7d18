import { isAlias, LineCounter, parseDocument, visit, type Document } from "yaml";

/** The parsed YAML, or its problem: a code and a position. Nothing of the text itself, which may contain a secret. */
type ParsedYaml = { value: unknown } | { problem: string };

export function parseYaml(text: string): ParsedYaml {
  const lines = new LineCounter();
  const problem = (code: string, offset?: number): ParsedYaml => {
    if (offset === undefined) return { problem: code };
    const { line, col } = lines.linePos(offset);
    return { problem: `${code} at line ${line}, column ${col}` };
  };
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
    // Warnings too, such as for an unknown tag: the text after a `!` would be lost.
    const [wrong] = [...document.errors, ...document.warnings];
    if (wrong) return problem(wrong.code, wrong.pos[0]);
    const alias = firstWrongAlias(document);
    if (alias !== undefined) return problem("BAD_ALIAS", alias);
    return { value: document.toJS() as unknown };
  } catch {
    // Too many nested aliases.
    return problem("RESOURCE_EXHAUSTION");
  }
}

/** The position of the first alias without an anchor before it, or inside its own anchor. */
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
