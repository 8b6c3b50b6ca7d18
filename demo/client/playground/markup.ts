import { playgroundPath } from "../../playground/playground-choices.js";
import { cssOf as sheetOf, prefix, tag, withValues, type Rule } from "../theme/theme.js";
import { declarationsOf } from "./css-values.js";
import { defaultRenewals, defaultScheme, defaultWidthPx, type Settings } from "./playground-settings.js";

/** Languages that are written from right to left: the page has to set `dir`. */
const rightToLeft = /^(ar|fa|he|ur)\b/;

/** The element's attributes, in the order in which they are written. */
export function attributesOf(settings: Settings): [name: string, value: string][] {
  const { endpoint, redirect, appLink, qrLink, renewals, manual, language } = settings;
  const attributes: [string, string | false][] = [
    ["endpoint", endpoint !== "" && endpoint],
    ["redirect", redirect !== "" && redirect],
    ["app-link", appLink !== "" && appLink],
    ["qr-link", qrLink !== "" && qrLink],
    ["renewals", renewals !== defaultRenewals && String(renewals)],
    ["manual", manual && ""],
    ["lang", language !== "en" && language],
    ["dir", rightToLeft.test(language) && "rtl"],
  ];
  return attributes.flatMap(([name, value]) => (value === false ? [] : [[name, value]]));
}

const escaped = (value: string): string =>
  value.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");

/** The attributes of `kit.begin`, which a page's server fills in. */
const begunAttributes = ` attempt="{attempt}" otp="{otp}" expires-in="{expiresIn}" digits="{digits}"`;

const isPicture = (value: string): boolean => /^(?:\/|https?:)/.test(value);

/** What a page puts into a slot: a picture, by its address, or words; another way to log in is a button. */
export function slotted(name: string, value: string): HTMLElement {
  const child = document.createElement(isPicture(value) ? "img" : name === "other-way" ? "button" : "span");
  child.slot = name;
  if (child instanceof HTMLImageElement) {
    child.src = value;
    child.alt = "";
  } else child.textContent = value;
  if (child instanceof HTMLButtonElement) child.type = "button";
  return child;
}

/** The element's own default, and the stage's, which no other page has. */
const isUnset = ([name, value]: [string, string]): boolean =>
  name === "endpoint" && (value === "/otp-login" || value === playgroundPath);

/** The element's HTML in a page, with the scripts that it needs. What is not set, or set to its default, is left out. */
export function htmlOf(settings: Settings): string {
  const isBegun = settings.beginning !== "element";
  const attributes = attributesOf(settings).flatMap(([name, value]) => {
    if (isUnset([name, value])) return [];
    return value === "" ? ` ${name}` : ` ${name}="${escaped(value)}"`;
  });
  if (isBegun) attributes.push(begunAttributes);
  const script = (file: string): string => `<script type="module" src="/assets/${file}"></script>\n`;
  const locale = settings.language === "en" ? "" : script(`locales/${settings.language}.js`);
  const slots = Object.entries(settings.slots).map(
    ([name, value]) => `\n  ${slotted(name, value).outerHTML}`,
  );
  const children = `${isBegun ? "{svg}" : ""}${slots.join("")}${slots.length > 0 ? "\n" : ""}`;
  const words = wordsOf(settings);
  const wordsScript =
    words === "" ? "" : `\n<script type="module">\n  ${words.replaceAll("\n", "\n  ")}\n</script>`;
  return `${script("onegini-otp-login.js")}${locale}<onegini-otp-login${attributes.join("")}>${children}</onegini-otp-login>${wordsScript}`;
}

/**
 * The element's CSS in a page's style sheet. The playground uses it too. Values are valid: the controls see to that. A page
 * is light unless it says something else, so its scheme is always there, except with an element that has its own.
 */
export function cssOf(settings: Settings): string {
  const { scheme, ownScheme, widthPx, textPercent, properties, parts } = settings;
  const rule = (selector: string, declarations: Rule["declarations"]): Rule => ({
    around: "",
    selector,
    declarations,
  });
  const theme = withValues(
    Object.entries(parts).map(([name, value]) =>
      rule(`${tag}::part(${name})`, declarationsOf(value).declarations),
    ),
    {
      "color-scheme": ownScheme,
      "max-inline-size": widthPx === defaultWidthPx ? "" : `${widthPx}px`,
      "font-size": textPercent === 100 ? "" : `${textPercent}%`,
      ...Object.fromEntries(Object.entries(properties).map(([name, value]) => [prefix + name, value])),
    },
  );
  const isPageSaid = scheme !== defaultScheme || ownScheme === "";
  return sheetOf([...(isPageSaid ? [rule(":root", { "color-scheme": scheme })] : []), ...theme]).trimEnd();
}

/** The script that sets the site's own messages; empty if it has none. */
function wordsOf({ messages = {} }: Settings): string {
  // Also between a page's script tags.
  const words = JSON.stringify(messages, null, 2).replaceAll("<", "\\u003c");
  if (words === "{}") return "";
  return `const element = document.querySelector("onegini-otp-login");\nelement.messages = ${words};`;
}

/** The script of a page that uses the package from npm. */
export function npmOf(settings: Settings): string {
  const { language } = settings;
  const locale = language === "en" ? "" : `\nimport "onegini-otp-login/locales/${language}";`;
  const words = wordsOf(settings);
  return `import "onegini-otp-login/define";${locale}${words === "" ? "" : `\n\n${words}`}`;
}
