import { readFileSync } from "node:fs";
import { join } from "node:path";
import { kindOf, prefix, type Kind } from "../client/theme/theme.js";

/** The package's own folder. `dist/command` is as deep as this one. */
const root = join(import.meta.dirname, "../..");

interface Documented {
  name: string;
  description: string;
}

export interface DocumentedProperty extends Documented {
  kind: Kind;
  /** Undefined if it depends on the card's width, or on another colour. */
  default?: string | undefined;
}

interface Manifest {
  modules: {
    declarations: {
      tagName?: string;
      cssProperties: (Documented & { default?: string; syntax?: string })[];
      cssParts: Documented[];
      slots: Documented[];
    }[];
  }[];
}

const manifest = JSON.parse(readFileSync(join(root, "custom-elements.json"), "utf8")) as Manifest;
const element = manifest.modules
  .flatMap(({ declarations }) => declarations)
  .find(({ tagName }) => tagName === "onegini-otp-login")!;

/** The element's custom properties, named without their prefix, in the manifest's order. */
export const properties: readonly DocumentedProperty[] = element.cssProperties.map((property) => ({
  ...property,
  name: property.name.replace(prefix, ""),
  kind: kindOf(property),
}));

export const { cssParts: parts, slots } = element;

/** The themes with which the controls can be filled in: those that set only properties and parts. */
export const presets: readonly { name: string; css: string }[] = [
  "bank",
  "corporate",
  "gaming",
  "material",
].map((name) => ({ name, css: readFileSync(join(root, "src/public/themes", `${name}.css`), "utf8") }));
