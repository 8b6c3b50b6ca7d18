import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { after, before, describe, it } from "node:test";
import { build } from "esbuild";
import type { Browser } from "playwright-core";
import { launchBrowser } from "../../support/browser.js";
import { levelAA, looks, openThemed, tooLow } from "../../support/theme-contrasts.js";
import { install, temporaryFolder } from "../support/packed-package.js";

/** The themes that take a design system's variables, on pages with its own style sheet. */

const folder = join(temporaryFolder, "design-systems");
const inPackages = createRequire(join(folder, "package.json"));
const read = (file: string): string => readFileSync(join(folder, "node_modules", file), "utf8");

interface DesignSystem {
  packages: string[];
  sheet: () => string | Promise<string>;
  /** How a page says that it is dark. */
  dark: string;
  /** What a property of the card has of it. */
  takes: Record<string, string>;
}

const systems: Record<string, DesignSystem> = {
  bootstrap: {
    packages: ["bootstrap@5.3.9"],
    sheet: () => read("bootstrap/dist/css/bootstrap.css"),
    dark: `document.documentElement.dataset.bsTheme = "dark"`,
    takes: { surface: "--bs-body-bg", accent: "--bs-link-color", radius: "--bs-border-radius-lg" },
  },
  material: {
    packages: ["@material/material-color-utilities@0.4.0"],
    sheet: materialScheme,
    dark: "",
    takes: { accent: "--md-sys-color-primary", muted: "--md-sys-color-on-surface-variant" },
  },
  shadcn: {
    packages: ["tailwindcss@4.3.5"],
    sheet: shadcnTheme,
    dark: `document.documentElement.className = "dark"`,
    takes: { surface: "--card", accent: "--primary", sunken: "--muted" },
  },
  "web-awesome": {
    packages: ["@awesome.me/webawesome@3.14.0"],
    sheet: webAwesome,
    dark: `document.documentElement.className = "wa-dark"`,
    takes: {
      surface: "--wa-color-surface-raised",
      accent: "--wa-color-text-link",
      radius: "--wa-border-radius-l",
    },
  },
};

/** A scheme of each brand colour, with the roles' names as Material Theme Builder writes them. */
async function materialScheme(): Promise<string> {
  const { Hct, SchemeTonalSpot, MaterialDynamicColors, argbFromHex, hexFromArgb } = (await import(
    pathToFileURL(inPackages.resolve("@material/material-color-utilities")).href
  )) as unknown as MaterialColorUtilities;
  const roles = new MaterialDynamicColors().allColors;
  const [light, dark] = [false, true].map((isDark) => {
    const scheme = new SchemeTonalSpot(Hct.fromInt(argbFromHex("#0b6b57")), isDark, 0);
    return roles
      .map(
        (role) => `--md-sys-color-${role.name.replaceAll("_", "-")}: ${hexFromArgb(role.getArgb(scheme))};`,
      )
      .join("\n");
  });
  return `:root { ${light} } @media (prefers-color-scheme: dark) { :root { ${dark} } }`;
}

interface MaterialColorUtilities {
  Hct: { fromInt: (argb: number) => unknown };
  SchemeTonalSpot: new (source: unknown, isDark: boolean, contrastLevel: number) => unknown;
  MaterialDynamicColors: new () => {
    allColors: { name: string; getArgb: (scheme: unknown) => number }[];
  };
  argbFromHex: (hex: string) => number;
  hexFromArgb: (argb: number) => string;
}

/** shadcn/ui's CLI writes this into an app. Its base colour "neutral" is Tailwind's, which comes from npm; the CLI's file does not. */
function shadcnTheme(): string {
  const neutral = [...read("tailwindcss/theme.css").matchAll(/^ {2}--color-neutral-\d+: .*;$/gm)]
    .map(String)
    .join("\n");
  const roles = (values: Record<string, string>): string =>
    Object.entries(values)
      .map(([role, value]) => `--${role}: ${value};`)
      .join(" ");
  const shade = (number: number): string => `var(--color-neutral-${number})`;
  const light = {
    card: "#fff",
    "card-foreground": shade(950),
    primary: shade(900),
    "primary-foreground": shade(50),
    muted: shade(100),
    border: shade(200),
    radius: "0.625rem",
  };
  const dark = {
    card: shade(900),
    "card-foreground": shade(50),
    primary: shade(200),
    "primary-foreground": shade(900),
    muted: shade(800),
    border: "rgb(255 255 255 / 0.1)",
  };
  return `:root { ${neutral} ${roles(light)} } .dark { ${roles(dark)} }`;
}

/** With the palette that it imports. */
async function webAwesome(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(folder, "node_modules/@awesome.me/webawesome/dist/styles/webawesome.css")],
    bundle: true,
    write: false,
    loader: { ".woff2": "empty" },
    logLevel: "silent",
  });
  return outputFiles[0]!.text;
}

describe("A theme with a design system's own style sheet", () => {
  let browser: Browser;
  before(async () => {
    mkdirSync(folder);
    writeFileSync(join(folder, "package.json"), "{}");
    await install(folder, ...Object.values(systems).flatMap(({ packages }) => packages));
    browser = await launchBrowser();
  });
  after(() => browser.close());

  for (const [name, { sheet, dark, takes }] of Object.entries(systems)) {
    it(`takes its variables and has enough contrast in every state, scheme and in forced colours: ${name}`, async () => {
      const theme = readFileSync(`src/public/themes/from-${name}.css`, "utf8");
      const page = await openThemed(browser, await sheet(), theme);
      for (const [look, media] of Object.entries(looks)) {
        await page.emulateMedia(media);
        await page.evaluate(media.colorScheme === "dark" ? dark : "");
        for (const [property, variable] of Object.entries(takes)) {
          const [taken, given] = await page.evaluate(
            ([one, other]) => {
              const style = getComputedStyle(document.querySelector("view-card")!);
              return [style.getPropertyValue(one), style.getPropertyValue(other)];
            },
            [`--onegini-otp-login-${property}`, variable] as const,
          );
          assert.ok(given, `${variable} is the system's`);
          assert.equal(taken, given, look);
        }
        assert.deepEqual(await tooLow(page, levelAA), [], look);
        if (media.colorScheme === "dark")
          await page.evaluate(`document.documentElement.className = "";
            delete document.documentElement.dataset.bsTheme`);
      }
      await page.close();
    });
  }
});
