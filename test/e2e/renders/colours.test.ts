import * as hostile from "./support/hostile.js";
import { suite } from "./support/renders.js";

const dark = ":root { color-scheme: dark; background: #0b0c10; color: #eee }";
const light = ":root { color-scheme: light; background: #fff }";

suite("The code in other colour schemes", [
  { name: "a plain page, light", share: 6, sheet: light },
  { name: "a plain page, dark", share: 4, sheet: dark, media: { colorScheme: "dark" } },
  {
    name: "forced colours, light",
    share: 5,
    media: { forcedColors: "active" },
    inEffect: "forced colours",
  },
  {
    name: "forced colours, dark",
    share: 5,
    sheet: dark,
    media: { forcedColors: "active", colorScheme: "dark" },
    inEffect: "forced colours",
  },
  { name: "the themes, light", share: 3, sheet: light, rules: hostile.theme },
  {
    name: "the themes, dark",
    share: 2,
    sheet: dark,
    media: { colorScheme: "dark" },
    rules: hostile.theme,
  },
  { name: "low contrast", share: 4, rules: hostile.lowContrast },
  { name: "enlarged", share: 1, sheet: light, isEnlarged: true },
  {
    name: "enlarged, forced colours",
    share: 1,
    media: { forcedColors: "active" },
    inEffect: "forced colours",
    isEnlarged: true,
  },
]);
