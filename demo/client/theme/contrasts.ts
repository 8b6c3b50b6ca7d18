import { contrast, type Scheme } from "../contrast.js";
import { drawnIn, type Drawn } from "./drawn.js";
import { Ground } from "./pixels.js";

/** Something that the element draws, and its contrast where that is lowest. */
export interface Lowest {
  what: string;
  least: number;
  /** In a scheme, the lowest figure and the state that has it. */
  found: Partial<Record<Scheme, { figure: number; state: string }>>;
}

/** The lowest contrasts of an element's states. */
export class Contrasts {
  readonly #all = new Map<string, Lowest>();
  readonly #least: Readonly<Record<Drawn["kind"], number>>;

  /** @param ofText the least contrast of words. Edges and focus need 3; other lines carry no meaning. */
  constructor(ofText = 4.5) {
    this.#least = { text: ofText, edges: 3, lines: 0 };
  }

  /** Those that are too low come first, then those that need the most. */
  get all(): Lowest[] {
    const rank = (each: Lowest): number => (isLow(each) ? 100 : each.least);
    return [...this.#all.values()].sort((one, other) => rank(other) - rank(one));
  }

  /**
   * Measures a card.
   * @param place what is around the card, with the page's background
   */
  async add(state: string, scheme: Scheme, card: Element, place: Element): Promise<void> {
    const ground = await Ground.draw(place);
    for (const drawn of drawnIn(card.shadowRoot!)) {
      const { what, kind, colour } = drawn;
      const lowest = this.#all.get(what) ?? { what, least: this.#least[kind], found: {} };
      this.#all.set(what, lowest);
      const figure = Math.min(...[...ground.behind(drawn)].map((behind) => contrast(colour, behind)));
      if (figure < (lowest.found[scheme]?.figure ?? Infinity)) lowest.found[scheme] = { figure, state };
    }
  }
}

export const isLow = ({ least, found }: Lowest): boolean =>
  Object.values(found).some(({ figure }) => figure < least);
