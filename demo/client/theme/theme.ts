/** A theme of the element: what a style sheet says of it, and the forms in which a site can use that. */

/** A rule: its selector and its declarations. */
export interface Rule {
  /** The `@media` or `@supports` around it, such as `@media (width < 600px)`; empty without one. */
  around: string;
  selector: string;
  declarations: Readonly<Record<string, string>>;
}

export type Theme = readonly Rule[];

export const tag = "onegini-otp-login";
export const prefix = `--${tag}-`;

/** What a property of the element takes: a colour, a length, or the values of a property of CSS. */
export type Kind = "color" | "length" | "font-family" | "box-shadow";

/** The kind of a property, as the element's manifest describes it. */
export const kindOf = ({ name, syntax }: { name: string; syntax?: string | undefined }): Kind => {
  if (syntax === "<color>") return "color";
  if (syntax === "<length>") return "length";
  return name.endsWith("font") ? "font-family" : "box-shadow";
};

const isOwn = ({ around, selector }: Rule): boolean => around === "" && selector === tag;

/** What the theme says of a property of the element itself, such as `color-scheme`. The last rule wins. */
export const valueOf = (theme: Theme, property: string): string | undefined =>
  theme.findLast((rule) => isOwn(rule) && property in rule.declarations)?.declarations[property];

/** The theme with these values of the element itself. An empty value takes the property away. */
export function withValues(theme: Theme, values: Readonly<Record<string, string>>): Theme {
  const own = Object.assign(
    {},
    ...theme.filter(isOwn).map(({ declarations }) => declarations),
    values,
  ) as Record<string, string>;
  const declarations = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== ""));
  const others = theme.filter((rule) => !isOwn(rule));
  return Object.keys(declarations).length === 0
    ? others
    : [{ around: "", selector: tag, declarations }, ...others];
}

const indented = (text: string): string => text.replaceAll(/^(?=.)/gm, "  ");

function ruleOf({ around, selector, declarations }: Rule): string {
  const lines = Object.entries(declarations).map(([name, value]) => `  ${name}: ${value};\n`);
  const rule = `${selector} {\n${lines.join("")}}\n`;
  return around === "" ? rule : `${around} {\n${indented(rule)}}\n`;
}

/** As a style sheet. A text such as "</style>" does not end a page's style element. */
export const cssOf = (theme: Theme): string => theme.map(ruleOf).join("").replaceAll("</", "<\\/");

/** As an object of selectors and their declarations, as CSS-in-JS libraries and Tailwind's `addBase` take it. */
export function jsonOf(theme: Theme): string {
  const rules: Record<string, Record<string, unknown>> = {};
  for (const { around, selector, declarations } of theme) {
    const place = around === "" ? rules : ((rules[around] ??= {}) as typeof rules);
    place[selector] = { ...place[selector], ...declarations };
  }
  return `${JSON.stringify(rules, undefined, 2)}\n`;
}

/** The namespace of Tailwind's theme in which a property of the element belongs. Undefined for what has no utilities. */
function tailwindName(property: string): string | undefined {
  const name = property.replace(prefix, "");
  if (name === property) return undefined;
  if (/radius$/.test(name)) return `--radius-login${name.replace(/-?radius$/, "").replace(/^(?=.)/, "-")}`;
  if (/font$/.test(name)) return `--font-login${name.replace(/-?font$/, "").replace(/^(?=.)/, "-")}`;
  if (name === "shadow") return "--shadow-login";
  return /padding|width|height|size/.test(name) ? undefined : `--color-login-${name}`;
}

/**
 * As a style sheet for Tailwind 4: the theme has the values, so that the site has them too, as in `bg-login-accent`, and the
 * element takes them from there. Tailwind's build rewrites `light-dark()` and has to see the page's scheme for that.
 */
export function tailwindOf(theme: Theme, scheme = "light dark"): string {
  const shared: Record<string, string> = {};
  const rules = theme.map((rule): Rule => {
    if (!isOwn(rule)) return rule;
    const declarations = Object.entries(rule.declarations).map(([property, value]) => {
      const name = tailwindName(property);
      if (name === undefined) return [property, value] as const;
      shared[name] = value;
      return [property, `var(${name})`] as const;
    });
    return { ...rule, declarations: Object.fromEntries(declarations) };
  });
  const base = cssOf([{ around: "", selector: ":root", declarations: { "color-scheme": scheme } }, ...rules]);
  const values = cssOf([{ around: "", selector: "@theme static", declarations: shared }]);
  return `${Object.keys(shared).length > 0 ? values : ""}@layer base {\n${indented(base)}}\n`;
}
