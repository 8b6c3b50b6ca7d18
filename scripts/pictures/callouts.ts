/** What the pictures of docs/theming.md point at. `scripts/styling-tables.ts` gives each its number or letter. */

export interface Callout {
  /** A part, a slot, or a property without its `onegini-otp-login-`, such as `--accent`. */
  name: string;
  /** Where its mark stands, beside the card. */
  side: "left" | "right";
  /** What the line leads to, if that is not the part or the slot of this name. */
  on?: string;
  /** The point in its box: shares of width and height, and pixels from there. */
  at: readonly [x: number, y: number, dx?: number, dy?: number];
  /** Draws its box too, this many pixels larger on each side. */
  outline?: number;
}

type More = Partial<Pick<Callout, "on" | "outline">>;
const left = (name: string, at: Callout["at"], more: More = {}): Callout => ({
  name,
  side: "left",
  at,
  ...more,
});
const right = (name: string, at: Callout["at"], more: More = {}): Callout => ({
  ...left(name, at, more),
  side: "right",
});
const on = (selector: string): More => ({ on: selector });
const part = (name: string): string => `[part~="${name}"]`;

export const pictures = {
  code: [
    left("--radius", [0, 0, 4, 5], on(part("base"))),
    left("logo", [0, 0.5, 6, 0]),
    left("body", [0, 0, -5, -5], { outline: 5 }),
    left("--code-radius", [0, 0, 4, 4], on(part("ring"))),
    left("stage", [0.06, 0.3]),
    left("--accent", [0, 0.5, 1, 0], on(part("ring"))),
    left("qr", [0.28, 0.6]),
    left("time", [0, 0.5, -5, 0]),
    left("row", [0, 1], { outline: 0 }),
    left("number", [0, 0.3, 3, 0]),
    left("steps", [0, 0.85, -2, 0], { outline: 2 }),
    left("app-icon", [0.2, 0.9]),
    right("scan-icon", [0.5, 1, 0, 1]),
    left("footer", [0, 0.4, -5, 0]),
    right("--padding", [1, 0, -10, 13], on(part("base"))),
    right("title", [1, 0.5, 2, 0], { outline: 2 }),
    right("--line", [1, 0.25, -1, 0], on(part("ring"))),
    right("ring", [1, 0.5, -1, 0]),
    right("enlarge", [1, 0.5, -3, 0]),
    right("--text", [0.9, 0.5], on(`${part("step")} > :last-child`)),
    right("step", [1, 0.5, -8, 0], on("li:last-child")),
    right("--muted", [1, 0.25, 5, 0], on('[slot="footer"]')),
    right("--surface", [1, 0.9, -12, 0], on(part("base"))),
    right("base", [1, 0.965, 0, 0]),
  ],
  scanned: [
    left("--sunken", [0.14, 0.35], on(part("stage"))),
    left("disc", [0, 0.5, 6, 0]),
    left("message", [0, 0.5, -6, 0]),
    left("hint", [0, 0.5, -6, 0]),
    right("new-code", [1, 0.5, -3, 0]),
    left("--accent", [0, 0.5, 3, 0], on(`[aria-current] ${part("number")}`)),
  ],
  message: [
    left("disc", [0, 0.5, 6, 0]),
    left("message", [0, 0.5, -6, 0]),
    left("--accent", [0, 0.5, 8, 0], on(part("button"))),
    left("--button-radius", [0, 1, 3, -3], on(part("button"))),
    right("--sunken", [0.88, 0.2], on(part("stage"))),
    right("hint", [1, 0.5, 6, 0]),
    right("button", [1, 0.3, -6, 0]),
    right("--on-accent", [0.55, 0.77], on(part("button"))),
    right("other-way", [1, 0.5, -8, 0]),
  ],
  number: [
    left("message", [0, 0.5, -6, 0]),
    left("--error", [0, 0.3, 1, 0], on(part("cell"))),
    left("field", [0, 0.8, -2, 0], { outline: 2 }),
    left("error", [0, 0.5, -5, 0]),
    right("cell", [0.7, 0.2], on(`${part("cell")}:last-child`)),
    right("button", [1, 0.3, -6, 0]),
    right("advice", [1, 0.3, 5, 0]),
  ],
  phone: [
    left("disc", [0, 0.5, 6, 0]),
    left("hint", [0, 0.5, -5, 0]),
    left("app-link", [0.1, 0.5]),
    right("button", [0.9, 0.5]),
    right("--button-radius", [1, 1, -3, -3], on(part("button"))),
    right("other-phone", [1, 0.5, -3, 0]),
  ],
  dialog: [
    left("dialog", [0, 0.3, 4, 0]),
    left("dialog-title", [0, 0.5, 6, 0]),
    left("time", [0, 0.5, -5, 0], on(`dialog ${part("time")}`)),
    right("close", [1, 0.5, -6, 0]),
    right("--dialog-accent", [0.6, 1, 0, 2], on(`dialog ${part("close")}`)),
  ],
} as const satisfies Record<string, readonly Callout[]>;

export type Picture = keyof typeof pictures;
