import { phases, type PhaseName } from "../../../demo/client/playground/playground-settings.js";
import { slug } from "github-slugger";
import { wordsFor } from "../../../src/element/i18n/languages.js";
import { questionOf } from "../../../src/element/flow/state.js";
import type { ViewModel } from "../../../src/element/view/view-model.js";
import {
  appFirst,
  ends,
  kinds,
  numbers,
  titleOf,
  unfolded,
  type Change,
} from "../../../scripts/pictures/gallery-models.js";
import { locales } from "../../../test/element/support/locales.js";

/** As what the cards are drawn. Each value is one of `choices`. */
export interface Look {
  scheme: string;
  language: string;
  /** In pixels. */
  width: string;
  layout: string;
  /** In percent of the size of the page's text. */
  text: string;
}

export const usual: Look = { scheme: "page", language: "en", width: "320", layout: "computer", text: "100" };

const layouts: Readonly<Record<string, Change>> = {
  computer: () => ({}),
  phone: appFirst,
  tablet: (shown) => ({ ...appFirst(shown), app: "beside" }),
};

/** The values of each choice, and the words for those that do not say themselves what they are. */
export const choices: Readonly<Record<keyof Look, Readonly<Record<string, string>>>> = {
  scheme: { page: "As this page", light: "Light", dark: "Dark" },
  language: Object.fromEntries(Object.keys(locales).map((language) => [language, language])),
  width: Object.fromEntries(["280", "320", "358", "420", "640"].map((width) => [width, `${width} px`])),
  layout: { computer: "Computer", phone: "Phone, app link", tablet: "Tablet, app link" },
  text: Object.fromEntries(["100", "150", "200"].map((size) => [size, `${size} %`])),
};

export interface GalleryCard {
  name: string;
  /** Its anchor. */
  id: string;
  phase: PhaseName;
  shown: ViewModel;
}

const phaseOf = ({ state }: ViewModel): PhaseName => {
  if (questionOf(state)) return "number";
  return state.phase === "pending" && state.scanned ? "scanned" : state.phase;
};

/** Every state of the card, by its phase. */
export const cards: readonly GalleryCard[] = Object.entries(
  Object.fromEntries([...kinds, unfolded, ...numbers, ...ends(kinds)]),
)
  .map(([name, shown]) => ({ name: titleOf(name), id: slug(titleOf(name)), phase: phaseOf(shown), shown }))
  .sort((a, b) => phases.indexOf(a.phase) - phases.indexOf(b.phase));

/** The filter by phase: `each` is the first state of each one. */
export const filters: Readonly<Record<string, (card: GalleryCard) => boolean>> = {
  each: (card) => cards.find(({ phase }) => phase === card.phase) === card,
  all: () => true,
  ...Object.fromEntries(
    [...new Set(cards.map(({ phase }) => phase))].map((name) => [
      name,
      ({ phase }: GalleryCard) => phase === name,
    ]),
  ),
};

/** The model of a state in a look. */
export const modelIn = (shown: ViewModel, { language, layout }: Look): ViewModel => ({
  ...shown,
  words: wordsFor(language, undefined),
  ...layouts[layout]!(shown),
});
