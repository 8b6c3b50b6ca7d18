import { usualRenewals, usualWidthPx, type Settings } from "./playground-settings.js";

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
    ["renewals", renewals !== usualRenewals && String(renewals)],
    ["manual", manual && ""],
    ["lang", language !== "en" && language],
    ["dir", rightToLeft.test(language) && "rtl"],
  ];
  return attributes.flatMap(([name, value]) => (value === false ? [] : [[name, value]]));
}

const escaped = (value: string): string =>
  value.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");

/** The attributes of `kit.begin`, which a page's server fills in. */
const begunAttributes = ` attempt="{attempt}" otp="{otp}" expires-in="{expiresIn}"`;

/** The element's HTML in a page, with the scripts that it needs. */
export function htmlOf(settings: Settings): string {
  const isBegun = settings.beginning !== "element";
  const attributes = attributesOf(settings).map(([name, value]) =>
    value === "" ? ` ${name}` : ` ${name}="${escaped(value)}"`,
  );
  if (isBegun) attributes.push(begunAttributes);
  const script = (file: string): string => `<script type="module" src="/assets/${file}"></script>\n`;
  const locale = settings.language === "en" ? "" : script(`locales/${settings.language}.js`);
  return `${script("onegini-otp-login.js")}${locale}<onegini-otp-login${attributes.join("")}>${isBegun ? "{svg}" : ""}</onegini-otp-login>`;
}

/** The element's CSS in a page's style sheet. The playground uses it too. */
export function cssOf({ scheme, widthPx, textPercent, colours, radiusPx }: Settings): string {
  const declarations = [
    ...(widthPx === usualWidthPx ? [] : [`max-inline-size: ${widthPx}px`]),
    ...(textPercent === 100 ? [] : [`font-size: ${textPercent}%`]),
    ...Object.entries(colours).flatMap(([name, colour]) => {
      if (!colour) return [];
      const { light, dark } = colour;
      const value = light === dark ? light : `light-dark(${light}, ${dark})`;
      return [`--onegini-otp-login-${name}: ${value}`];
    }),
    ...(radiusPx === undefined ? [] : [`--onegini-otp-login-radius: ${radiusPx}px`]),
  ];
  const root = `:root {\n  color-scheme: ${scheme};\n}`;
  if (declarations.length === 0) return root;
  return `${root}\nonegini-otp-login {\n${declarations.map((each) => `  ${each};\n`).join("")}}`;
}

/** The script of a page that uses the package from npm. */
export function npmOf({ language, stay, messages = {} }: Settings): string {
  const locale = language === "en" ? "" : `\nimport "onegini-otp-login/locales/${language}";`;
  const hasWords = Object.keys(messages).length > 0;
  const element = stay || hasWords ? `\n\nconst element = document.querySelector("onegini-otp-login");` : "";
  const words = hasWords ? `\nelement.messages = ${JSON.stringify(messages, null, 2)};` : "";
  const listener = stay
    ? `\nelement.addEventListener("login", (event) => {
  event.preventDefault(); // the page stays
});`
    : "";
  return `import "onegini-otp-login/define";${locale}${element}${words}${listener}`;
}
