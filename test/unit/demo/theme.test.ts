import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { getColor, OKLCH, to } from "colorjs.io/fn";
import { contrast } from "../../../demo/client/contrast.js";
import { brandValues, ownGrounds, readable } from "../../../demo/client/theme/brand.js";
import {
  cssOf,
  jsonOf,
  tailwindOf,
  valueOf,
  withValues,
  type Theme,
} from "../../../demo/client/theme/theme.js";

const brands = [
  "#0b6b57",
  "#ffe600",
  "#39ff14",
  "#00ffff",
  "#ff2fd0",
  "#d4145a",
  "#1a1aff",
  "#fff",
  "#000",
  "#777",
];

const schemesOf = (value = ""): { light: string; dark: string } => {
  const [, light = value, dark = value] = /^light-dark\((\S+), (\S+)\)$/.exec(value) ?? [];
  return { light, dark };
};

describe("The theme of a brand colour", () => {
  for (const brand of brands)
    it(`is readable in light and in dark: ${brand}`, () => {
      const values = brandValues(brand);
      const accent = schemesOf(values["--onegini-otp-login-accent"]);
      const onAccent = schemesOf(values["--onegini-otp-login-on-accent"]);
      for (const scheme of ["light", "dark"] as const) {
        for (const ground of ownGrounds[scheme]) assert.ok(contrast(accent[scheme], ground) >= 4.5, scheme);
        assert.ok(contrast(onAccent[scheme], accent[scheme]) >= 4.5, scheme);
      }
      assert.ok(contrast(values["--onegini-otp-login-dialog-accent"]!, "#fff") >= 4.5);
    });

  it("has more contrast where more is asked", () => {
    const { light, dark } = schemesOf(brandValues("#154273", ownGrounds, 7)["--onegini-otp-login-accent"]);
    for (const ground of ownGrounds.dark) assert.ok(contrast(dark, ground) >= 7, dark);
    assert.equal(light, "#154273");
  });

  it("is the brand's own colour where that is readable", () => {
    assert.equal(schemesOf(brandValues("#0b6b57")["--onegini-otp-login-accent"]).light, "#0b6b57");
  });

  it("keeps the hue", () => {
    const hueOf = (colour: string): number => to(getColor(colour), OKLCH).coords[2] ?? 0;
    const { light, dark } = schemesOf(brandValues("#d4145a")["--onegini-otp-login-accent"]);
    for (const colour of [light, dark]) assert.ok(Math.abs(hueOf(colour) - hueOf("#d4145a")) < 4, colour);
  });

  it("moves the lightness no further than it must", () => {
    assert.ok(contrast(readable("#ffe600", 4.5, "#fff"), "#fff") < 4.6);
    assert.ok(contrast(readable("#0b6b57", 4.5, "#17191f"), "#17191f") < 4.6);
  });
});

describe("A theme", () => {
  const theme: Theme = [
    {
      around: "",
      selector: "onegini-otp-login",
      declarations: {
        "--onegini-otp-login-accent": "light-dark(#0b6b57, #6cd2b7)",
        "--onegini-otp-login-button-radius": "4px",
        "--onegini-otp-login-padding": "20px",
      },
    },
    { around: "", selector: "onegini-otp-login::part(title)", declarations: { "font-size": "1rem" } },
    {
      around: "@media (width < 600px)",
      selector: "onegini-otp-login::part(base)",
      declarations: { border: "0px" },
    },
  ];

  it("has a value, which can be changed and taken away", () => {
    const accent = "--onegini-otp-login-accent";
    const changed = withValues(theme, { [accent]: "red", "color-scheme": "dark" });
    assert.equal(valueOf(theme, accent), "light-dark(#0b6b57, #6cd2b7)");
    assert.equal(valueOf(changed, accent), "red");
    assert.equal(valueOf(changed, "color-scheme"), "dark");
    assert.equal(valueOf(withValues(changed, { [accent]: "" }), accent), undefined);
    assert.deepEqual(withValues([], { [accent]: "" }), []);
  });

  it("is a style sheet, which ends no style element", () => {
    assert.equal(
      cssOf(theme.slice(1)),
      "onegini-otp-login::part(title) {\n  font-size: 1rem;\n}\n" +
        "@media (width < 600px) {\n  onegini-otp-login::part(base) {\n    border: 0px;\n  }\n}\n",
    );
    assert.doesNotMatch(cssOf(withValues([], { "--onegini-otp-login-font": '"</style>"' })), /<\/style/);
  });

  it("is an object of selectors", () => {
    assert.deepEqual(JSON.parse(jsonOf(theme)), {
      "onegini-otp-login": theme[0]!.declarations,
      "onegini-otp-login::part(title)": { "font-size": "1rem" },
      "@media (width < 600px)": { "onegini-otp-login::part(base)": { border: "0px" } },
    });
  });

  it("is a theme of Tailwind, from which the element takes its values", () => {
    assert.equal(
      tailwindOf(theme.slice(0, 1)),
      `@theme static {
  --color-login-accent: light-dark(#0b6b57, #6cd2b7);
  --radius-login-button: 4px;
}
@layer base {
  :root {
    color-scheme: light dark;
  }
  onegini-otp-login {
    --onegini-otp-login-accent: var(--color-login-accent);
    --onegini-otp-login-button-radius: var(--radius-login-button);
    --onegini-otp-login-padding: 20px;
  }
}
`,
    );
  });
});
