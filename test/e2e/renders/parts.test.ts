import * as hostile from "./support/hostile.js";
import { suite } from "./support/renders.js";

suite("The code with any CSS on the parts", [
  { name: "::part(qr)", share: 5, sheet: hostile.keyframes, rules: hostile.hostilePart("qr") },
  ...["base", "body", "stage"].map((part) => ({
    name: `::part(${part})`,
    room: 60,
    share: 4,
    sheet: hostile.keyframes,
    rules: hostile.hostilePart(part),
  })),
  {
    name: "parts that cover",
    room: 60,
    share: 5,
    sheet: hostile.keyframes,
    rules: hostile.coveringParts,
  },
  {
    name: "slots that cover",
    room: 60,
    share: 4,
    sheet: hostile.keyframes,
    rules: hostile.coveringSlots,
  },
]);
