import { tag, type Rule, type Theme } from "./theme.js";

interface Reading {
  theme: Theme;
  /** What is left out, and why: each a sentence. */
  leftOut: string[];
}

/** The declarations of a text: a semicolon in a string, a comment or a `url()` does not end one. */
export const declaration =
  /(?:"(?:\\[^]|[^"\\])*"|'(?:\\[^]|[^'\\])*'|\/\*[^]*?\*\/|url\([^)]*\)|\\[^]|[^;])+/gi;
export const comment = /\/\*[^]*?\*\//g;
export const string = /"(?:\\[^]|[^"\\])*"|'(?:\\[^]|[^'\\])*'/g;

/** What can load an address, and an escape outside of a string, which can hide it. */
const loads = /\\|\b(?:url|src|image|image-set)\(/i;

/** Whether a value can load an address. */
export const isLoading = (value: string): boolean => loads.test(value.replaceAll(string, ""));

/** Reads what a style sheet says of the element. Nothing that could load an address is kept. */
export function readTheme(css: string): Reading {
  const leftOut = new Set<string>();
  // An import in a constructed style sheet is an error in the console.
  const own = css.replaceAll(comment, "").replaceAll(/@import\b(?:"[^"]*"|'[^']*'|[^;"'])*(?:;|$)/gi, () => {
    leftOut.add("Left out: @import, which loads another address.");
    return "";
  });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(own);
  const theme: Rule[] = [];
  read(sheet.cssRules, "");
  return { theme, leftOut: [...leftOut] };

  function read(rules: CSSRuleList, around: string): void {
    for (const rule of rules) {
      if (rule instanceof CSSMediaRule && around === "") read(rule.cssRules, `@media ${rule.conditionText}`);
      else if (rule instanceof CSSSupportsRule && around === "")
        read(rule.cssRules, `@supports ${rule.conditionText}`);
      else if (!(rule instanceof CSSStyleRule))
        leftOut.add(`Left out: ${/^@[\w-]+/.exec(rule.cssText)?.[0] ?? "a rule"}.`);
      // The page's scheme is not the element's.
      else if (rule.selectorText === ":root" && rule.style.length === 1 && rule.style[0] === "color-scheme")
        continue;
      else if (
        !rule.selectorText.split(",").every((each) => new RegExp(`^${tag}(?![\\w-])`).test(each.trim()))
      )
        leftOut.add(`Left out: ${rule.selectorText}, which is not ${tag}.`);
      else {
        if (rule.cssRules.length > 0) leftOut.add(`Left out: the rules inside of ${rule.selectorText}.`);
        const declarations = declarationsIn(rule);
        if (Object.keys(declarations).length > 0)
          theme.push({ around, selector: rule.selectorText, declarations });
      }
    }
  }

  /** As the browser writes them, with its short forms, each in one line. */
  function declarationsIn({ style }: CSSStyleRule): Record<string, string> {
    const declarations: Record<string, string> = {};
    for (const [text] of style.cssText.matchAll(declaration)) {
      const [, name, value] = /^\s*([\w-]+)\s*:\s*([^]*?)\s*$/.exec(text) ?? [];
      if (name === undefined || value === undefined) continue;
      if (isLoading(value)) leftOut.add(`Left out: ${name}, which can load another address.`);
      else declarations[name] = value.replaceAll(/\s*\n\s*/g, " ");
    }
    return declarations;
  }
}
