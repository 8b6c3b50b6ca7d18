import type { Plugin } from "vite";

/** What is cut out of the modules whose path ends so. */
export interface Cuts {
  file: RegExp;
  /** Each must be found: a library that has changed fails the build instead of being cut wrongly. */
  cuts: readonly (readonly [find: RegExp, replacement: string])[];
}

/** Cuts out of libraries what the one file never runs. The element's suite and the end-to-end tests run on what is left. */
export const cutOut = (name: string, all: readonly Cuts[]): Plugin => ({
  name: `cut-${name}`,
  enforce: "pre",
  transform(code, id) {
    const found = all.find(({ file }) => file.test(id));
    if (!found) return undefined;
    let result = code;
    for (const [find, replacement] of found.cuts) {
      if (result.search(find) < 0) throw new Error(`${id}: nothing there for ${find}`);
      result = result.replace(find, replacement);
    }
    return { code: result, map: null };
  },
});

/** A method of a class, or a function, from its name to the brace that ends it at the same indentation. */
const whole = (name: string): RegExp =>
  new RegExp(`^( *)(?:export )?(?:static |function |get |class )?${name}[^\\n]*\\{\\n[^]*?^\\1\\}\\n`, "m");

/** Of rxjs: promises, other libraries' observables, subjects that are operators, and the hooks of its configuration. */
export const rxjsCuts: readonly Cuts[] = [
  {
    file: /\/rxjs\/dist\/esm\/internal\/Observable\.js$/,
    cuts: [
      [whole("forEach\\("), ""],
      [whole("toPromise\\("), ""],
      [whole("\\[Symbol_observable\\]"), ""],
      [whole("getPromiseCtor"), ""],
      [/^Observable\.create = [^]*?^\};$/m, ""],
    ],
  },
  {
    file: /\/rxjs\/dist\/esm\/internal\/Subject\.js$/,
    cuts: [
      [whole("lift\\("), ""],
      [whole("observed"), ""],
      [whole("asObservable"), ""],
      [/^Subject\.create = [^]*?^\};$/m, ""],
      [whole("AnonymousSubject"), ""],
    ],
  },
  {
    file: /\/rxjs\/dist\/esm\/internal\/Subscriber\.js$/,
    cuts: [
      [whole("create\\("), ""],
      [/^ *handleStoppedNotification\(.*\);$/gm, ""],
      [whole("handleStoppedNotification"), ""],
      [/^( *)let context;\n *if [^]*?^\1else \{([^]*?)^\1\}$/m, "$2"],
      [/if \(config\.use[^]*?else \{\n(.*)\n *\}/, "$1"],
    ],
  },
];

/** Of eventsource-parser: its complaints, a limit that nobody sets, and starting over. */
export const parserCuts: readonly Cuts[] = [
  {
    file: /\/eventsource-parser\/dist\/index\.js$/,
    cuts: [
      [/if \(terminated\)\s*throw new Error\([^]*?\);/, ""],
      [/maxBufferSize !== void 0 && [^]*?\)\)\);$/m, ""],
      [/^ *default:\s*onError\([^]*?\n {8}\);\s*break;$/m, ""],
      [/ : onError\([^]*?\n {8}\);/, " : 0;"],
      [/\{ feed, reset \}/, "{ feed }"],
    ],
  },
];
