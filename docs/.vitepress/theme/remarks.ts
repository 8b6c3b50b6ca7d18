/** The beginning of the names of the element's properties. */
const prefix = "--onegini-otp-login-";

/** The properties that this page describes. */
const known = (): ReadonlySet<string | null> =>
  new Set([...document.querySelectorAll("td > code")].map(({ textContent }) => textContent));

/** What the figures of contrast do not show of a reader's CSS. */
export function remarksOn(sheet: CSSStyleSheet): string[] {
  const names = known();
  const remarks = new Set<string>();
  for (const { selectorText, style } of styleRules(sheet.cssRules)) {
    for (const name of style)
      if (name.startsWith(prefix) && !names.has(name)) remarks.add(`There is no ${name}.`);
    if (style.color === "" && style.backgroundColor === "") continue;
    for (const [part] of selectorText.matchAll(/::part\([^)]*\)/g))
      remarks.add(`Not counted: the colour that ${part} sets.`);
  }
  return [...remarks];
}

/** The rules with a selector, also those in `@media`, `@supports` and other rules. */
function* styleRules(rules: CSSRuleList): Iterable<CSSStyleRule> {
  for (const rule of rules) {
    // The sheet is in another document, whose classes are its own.
    if ("selectorText" in rule) yield rule as CSSStyleRule;
    if ("cssRules" in rule) yield* styleRules(rule.cssRules as CSSRuleList);
  }
}
