import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const deployment = fileURLToPath(new URL("../../../docs/deployment/", import.meta.url));

/**
 * A file of `docs/deployment/` for this machine: texts are replaced in the lines that are marked as the site's own, and
 * in no others. `undefined` takes the whole line out.
 */
export function fillIn(name: string, values: Readonly<Record<string, string | undefined>>): string {
  const lines = readFileSync(deployment + name, "utf8").split("\n");
  const unused = new Set(Object.keys(values));
  const filled = lines.flatMap((line) => {
    if (!/# yours$/.test(line)) return [line];
    let own = line;
    for (const [text, value] of Object.entries(values)) {
      if (!line.includes(text)) continue;
      unused.delete(text);
      if (value === undefined) return [];
      own = own.replace(text, value);
    }
    return [own];
  });
  if (unused.size > 0)
    throw new Error(`${name} has no line of the site's own with ${[...unused].join(", ")}`);
  return filled.join("\n");
}
