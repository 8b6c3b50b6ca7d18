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

/** What a page elsewhere would not have. */
const borrowed = /\b(?:var|env|attr)\(/i;

/** Whether a text is a CSS colour in every page. */
export const isColour = (value: string): boolean =>
  standsAlone(value) && !borrowed.test(value) && computedColour(value, "light") !== null;

/** Whether a text is a CSS length that can be a corner or a padding: not negative, with a unit, and one only. */
export const isLength = (value: string): boolean =>
  standsAlone(value) &&
  !borrowed.test(value) &&
  CSS.supports("border-radius", value) &&
  CSS.supports("outline-offset", `calc(${value} + 0px)`);

/** A text's CSS declarations as the browser understands them; empty if there are none. */
export function declarationsOf(text: string): string {
  sheet.replaceSync("a {}");
  const { style } = sheet.cssRules[0] as CSSStyleRule;
  style.cssText = text;
  return style.cssText;
}
