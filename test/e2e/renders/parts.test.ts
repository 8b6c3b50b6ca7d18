import * as hostile from "./support/hostile.js";
import { suite } from "./support/renders.js";

suite("The code with any CSS on the parts", [
  { name: "::part(qr)", share: 9, sheet: hostile.keyframes, rules: hostile.hostilePart("qr") },
  {
    name: "::part(base)",
    room: 60,
    share: 9,
    sheet: hostile.keyframes,
    rules: hostile.hostilePart("base"),
  },
  {
    name: "parts that cover",
    room: 60,
    share: 6,
    sheet: hostile.keyframes,
    rules: hostile.coveringParts,
  },
]);
