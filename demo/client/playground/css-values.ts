import { computedColour } from "../contrast.js";

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

/** The declarations of a text: a semicolon in a string, a comment or a `url()` does not end one. */
const declaration = /(?:"(?:\\[^]|[^"\\])*"|'(?:\\[^]|[^'\\])*'|\/\*[^]*?\*\/|url\([^)]*\)|\\[^]|[^;])+/gi;
const comment = /\/\*[^]*?\*\//g;
const string = /"(?:\\[^]|[^"\\])*"|'(?:\\[^]|[^'\\])*'/g;

/** A variable that is not the element's, and an escape, which can hide it. */
const foreign = /\\|\bvar\(\s*(?!--onegini-otp-login-)/i;

interface Declarations {
  /** What holds in every page, as the browser writes it; empty if there is nothing. */
  css: string;
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
  const leftOut: Omit<Declarations, "css"> = { wrong: [], foreign: [] };
  for (const [each] of text.matchAll(declaration)) {
    const written = each.replaceAll(comment, "").trim();
    const css = understood(each);
    if (written === "") continue;
    else if (css === "") leftOut.wrong.push(written);
    else if (foreign.test(css.replaceAll(string, ""))) leftOut.foreign.push(written);
    else right.push(css);
  }
  return { css: understood(right.join(" ")), ...leftOut };
}
