/**
 * Part of `npm run build`: writes the defaults of the element's custom properties as design tokens, from its manifest.
 * https://www.designtokens.org/TR/2025.10/format/
 */
import { readFileSync, writeFileSync } from "node:fs";
import Color from "colorjs.io";
import { stylingIn } from "./styling-tables.js";

const tag = "onegini-otp-login";
const { cssProperties } = stylingIn(readFileSync("custom-elements.json", "utf8"));

const colour = (css: string): object => {
  const { coords } = new Color(css).to("srgb");
  const components = coords.map((share) => Number((share ?? 0).toFixed(4)));
  const hex = new Color(css).to("srgb").toString({ format: "hex", collapse: false });
  return { colorSpace: "srgb", components, hex };
};

// The format has no modes. So the values of dark pages are a group of their own, with the same names in it.
const light: Record<string, object> = {};
const dark: Record<string, object> = {};
for (const { name, description: $description, default: value = "" } of cssProperties) {
  const token = name.replace(`--${tag}-`, "");
  const [, onLight, onDark] = /^light-dark\((\S+), (\S+)\)$/.exec(value) ?? [];
  const [, pixels] = /^(\d+)px$/.exec(value) ?? [];
  if (pixels !== undefined)
    light[token] = { $type: "dimension", $value: { value: Number(pixels), unit: "px" }, $description };
  else if (onLight !== undefined && onDark !== undefined) {
    light[token] = { $type: "color", $value: colour(onLight), $description };
    dark[token] = { $type: "color", $value: colour(onDark), $description };
  } else if (value.startsWith("#")) light[token] = { $type: "color", $value: colour(value), $description };
}
const tokens = { [tag]: light, dark: { [tag]: dark } };
writeFileSync("dist/tokens.json", `${JSON.stringify(tokens, undefined, 2)}\n`);
