import { isAlias, isMap, isScalar, LineCounter, parseDocument, visit, type Document } from "yaml";

/** The parsed YAML, or its problem: a code and a position. Nothing of the text itself, which may contain a secret. */
type ParsedYaml =
  /** `placeOf`: where a key of the outermost object is, such as `, at line 2, column 1`; empty if it is no plain key. */
  { value: unknown; placeOf: (key: string) => string } | { problem: string };

export function parseYaml(text: string): ParsedYaml {
  const lines = new LineCounter();
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `at line ${line}, column ${col}`;
  };
  const problem = (code: string, offset: number): ParsedYaml => ({ problem: `${code} ${place(offset)}` });
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
    // Warnings too, such as for an unknown tag: the text after a `!` would be lost.
    const [wrong] = [...document.errors, ...document.warnings];
    if (wrong) return problem(wrong.code, wrong.pos[0]);
    const alias = firstWrongAlias(document);
    if (alias !== undefined) return problem("BAD_ALIAS", alias);
    const keys = isMap(document.contents) ? document.contents.items.map(({ key }) => key) : [];
    return {
      value: document.toJS() as unknown,
      placeOf(name) {
        const key = keys.find((each) => isScalar(each) && String(each.value) === name);
        return isScalar(key) && key.range ? `, ${place(key.range[0])}` : "";
      },
    };
  } catch {
    // Too many nested aliases.
    return { problem: "RESOURCE_EXHAUSTION" };
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
