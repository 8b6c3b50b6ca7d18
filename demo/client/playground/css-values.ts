import { computedColour } from "../contrast.js";
import { comment, declaration, string } from "../theme/read-theme.js";
import type { Rule } from "../theme/theme.js";

const sheet = new CSSStyleSheet();

/** Whether a value ends where it seems to: it closes its brackets, strings and comments, and does not begin another rule. */
function standsAlone(value: string): boolean {
  sheet.replaceSync(`a { --value: ${value}; --end: 1 }`);
  const [rule, ...others] = sheet.cssRules;
  if (!(rule instanceof CSSStyleRule) || others.length > 0) return false;
  const { style } = rule;
  return style.length === 2 && style.getPropertyValue("--end") === "1";
}

/** What a page elsewhere would not have, and an escape, which can hide it. */
const borrowed = /\\|currentcolor|\b(?:var|env|attr)\(/i;

/** Whether a text is a CSS colour in every page. */
export const isColour = (value: string): boolean =>
  standsAlone(value) && !borrowed.test(value) && computedColour(value, "light") !== null;

/** Whether a text is a CSS length that can be a corner or a padding: not negative, with a unit, and one only. */
export const isLength = (value: string): boolean =>
  standsAlone(value) &&
  !borrowed.test(value) &&
  CSS.supports("border-radius", value) &&
  CSS.supports("outline-offset", `calc(${value} + 0px)`);

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
