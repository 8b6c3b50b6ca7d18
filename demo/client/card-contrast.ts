import { computedColour, contrast, type Scheme } from "./contrast.js";

/** What must be readable on what, by the names of the element's properties. */
const pairs = [
  ["on-accent", "accent"],
  ["accent", "surface"],
  ["text", "surface"],
  ["text", "sunken"],
  ["muted", "surface"],
  ["muted", "sunken"],
] as const;

/** The least contrast of text, by WCAG 2's level AA. */
const leastContrast = 4.5;

export const schemes = ["light", "dark"] as const;

export interface PairContrast {
  text: (typeof pairs)[number][0];
  ground: (typeof pairs)[number][1];
  /** Undefined where one of the two is no colour. */
  figures: Record<Scheme, Figure | undefined>;
}

export interface Figure {
  /** Such as "4.49": rounded down, so that no figure seems to be enough that is not. */
  text: string;
  isLow: boolean;
}

/**
 * The contrast of each pair of an element's colours, as the browser shows them in light and in dark. An element whose own
 * `color-scheme` has only one of the two has the same figures in both. Empty before the element's first view.
 * @param behind the CSS colours behind the card in a colour scheme, from the page to the nearest
 */
export function cardContrasts(element: HTMLElement, behind: (scheme: Scheme) => string[]): PairContrast[] {
  const card = element.shadowRoot?.querySelector("[part~=base]");
  if (!card) return [];
  // The element may be in another document.
  const { ownerDocument: document } = element;
  const view = document.defaultView!;
  const figuresOf = (scheme: Scheme): (Figure | undefined)[] => {
    const page = behind(scheme);
    const style = view.getComputedStyle(card);
    const shown = schemeOf(view.getComputedStyle(element).colorScheme, scheme);
    const computed = (value: string): string | null => computedColour(value, shown, document);
    const below = page.map(computed).filter((colour) => colour !== null);
    return pairs.map((pair) => {
      const [text, surface, ground] = [pair[0], "surface", pair[1]].map((name) =>
        computed(style.getPropertyValue(`--_${name}`)),
      );
      return text && surface && ground ? figureOf(contrast(text, ...below, surface, ground)) : undefined;
    });
  };
  const [light, dark] = schemes.map(figuresOf);
  return pairs.map(([text, ground], at) => ({
    text,
    ground,
    figures: { light: light?.[at], dark: dark?.[at] },
  }));
}

/** The colour scheme in which an element with this `color-scheme` is shown where a person wants that one. */
const schemeOf = (own: string, wanted: Scheme): Scheme => {
  const possible = schemes.filter((scheme) => own.includes(scheme));
  return possible.includes(wanted) ? wanted : (possible[0] ?? "light");
};

const figureOf = (value: number): Figure => ({
  text: (Math.floor(value * 100) / 100).toFixed(2),
  isLow: value < leastContrast,
});
