import * as hostile from "./support/hostile.js";
import { suite } from "./support/renders.js";

suite("The code with any CSS around it", [
  { name: "inheritance", room: 60, share: 7, rules: hostile.hostileInheritance },
  { name: "custom properties", share: 7, rules: hostile.hostileProperties },
  { name: "resets and fonts", room: 60, share: 7, sheet: hostile.keyframes, rules: hostile.resets },
  { name: "zoomed by the site", share: 4, rules: hostile.zooms },
]);
