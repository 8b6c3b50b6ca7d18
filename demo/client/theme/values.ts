import { computedColour } from "../contrast.js";
import type { Kind } from "./theme.js";

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

/** Whether a value is a length that can be a corner or a padding: not negative, with a unit, and one only. */
const isLength = (value: string): boolean =>
  CSS.supports("border-radius", value) && CSS.supports("outline-offset", `calc(${value} + 0px)`);

/** Whether a text is a value of this kind in every page. */
export function isValue(kind: Kind, value: string): boolean {
  if (!standsAlone(value) || borrowed.test(value)) return false;
  if (kind === "color") return computedColour(value, "light") !== null;
  return kind === "length" ? isLength(value) : CSS.supports(kind, value);
}
