import { readFile } from "node:fs/promises";
import { runnerImport, type Plugin } from "vite";

/**
 * A variant of a language, such as `locales/de-du.ts`, is written as what differs from its base. Its built file holds all the
 * texts, so that it imports nothing and registers once.
 */
export const wholeVariants = (): Plugin => ({
  name: "whole-variants",
  enforce: "pre",
  async load(id) {
    if (!/\/src\/locales\/[a-z]+-[a-z]+\.ts$/.test(id)) return undefined;
    const { module } = await runnerImport<object>(id);
    const [messages] = Object.values(module) as object[];
    const source = await readFile(id, "utf8");
    return source
      .replace(/^import \{.*\n/m, "")
      .replace(/= \{\n.*?\n\};/s, () => `= ${JSON.stringify(messages, null, 2)};`);
  },
});
