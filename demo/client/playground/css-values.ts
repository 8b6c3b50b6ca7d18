import { comment, declaration, string } from "../theme/read-theme.js";
import type { Rule } from "../theme/theme.js";

const sheet = new CSSStyleSheet();

/** A variable that is not the element's, and an escape, which can hide it. */
const foreign = /\\|\bvar\(\s*(?!--onegini-otp-login-)/i;

interface Declarations {
  /** What holds in every page, as the browser writes it. */
  declarations: Rule["declarations"];
  /** What is left out, because the browser does not understand it. */
  wrong: string[];
  /** What is left out, because it uses a variable of this page. */
  foreign: string[];
}

export function declarationsOf(text: string): Declarations {
  sheet.replaceSync("a {}");
  const { style } = sheet.cssRules[0] as CSSStyleRule;
  const understood = (declarations: string): string => {
    style.cssText = declarations;
    return style.cssText;
  };
  const right: string[] = [];
  const leftOut: Omit<Declarations, "declarations"> = { wrong: [], foreign: [] };
  for (const [each] of text.matchAll(declaration)) {
    const written = each.replaceAll(comment, "").trim();
    const css = understood(each);
    if (written === "") continue;
    else if (css === "") leftOut.wrong.push(written);
    else if (foreign.test(css.replaceAll(string, ""))) leftOut.foreign.push(written);
    else right.push(css);
  }
  const declarations: Record<string, string> = {};
  for (const [each] of understood(right.join(" ")).matchAll(declaration)) {
    const [name = "", value = ""] = each.trim().split(/:\s*([^]*)/);
    declarations[name] = value;
  }
  return { declarations, ...leftOut };
}
