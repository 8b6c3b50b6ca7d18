/** Runs in the page that `npm run gallery` photographs: lays the sheets of docs/gallery.md out. */
import { wordsFor } from "../src/element/i18n/languages.js";
import type { ViewModel } from "../src/element/view/view-model.js";
import { directionOf, everything } from "../test/element/support/locales.js";
import { model, pending, phases } from "../test/element/support/models.js";
import { ViewCard } from "../test/element/support/view-card.js";

interface Cell {
  name: string;
  widthPx: number;
  shown: ViewModel;
}

type Change = (shown: ViewModel) => Partial<ViewModel>;

/** What the tests call otherwise than a person would. */
const titles: Readonly<Record<string, string>> = {
  "pending, late": "pending, new code late",
  "pending, dead": "pending, offline, code over",
  "failed, noNetwork": "failed, no network",
  "failed, loginFailed": "failed, login refused",
  "failed, ended": "failed, login over",
  "failed, cookies": "failed, cookies blocked",
  "failed, tooMany": "failed, too many tries",
};

/** The kinds of a phase that differ only in a line too. */
const kinds = Object.entries(everything).filter(([name]) => !name.endsWith("minutes"));

const cells = (models: [string, ViewModel][], widthPx: number, change: Change = () => ({})): Cell[] =>
  models.map(([name, shown]) => ({ name, widthPx, shown: { ...shown, ...change(shown) } }));

const inArabic: Change = () => ({ words: wordsFor("ar", undefined) });

/** As on a phone whose site has an app link: the link needs a code. */
const appFirst: Change = ({ state }) => ({
  app: "first",
  appLink: state.phase === "pending" ? "example:login" : undefined,
});
const unfolded: [string, ViewModel] = ["pending, other phone", model(pending(), { otherPhone: true })];
const beside: Cell = {
  name: "tablet: the app link beside the code",
  widthPx: 420,
  shown: model(pending(), { app: "beside", appLink: "example:login" }),
};

const each = Object.entries(phases);
const sheets: Record<string, Cell[]> = {
  phases: [...cells(kinds, 360), beside],
  phone: cells(each, 288),
  "phone-app": cells([...each, unfolded], 288, appFirst),
  "right-to-left": [
    ...cells(each, 360, inArabic),
    ...cells([each[2]!, each[5]!, unfolded], 288, (shown) => ({ ...appFirst(shown), ...inArabic(shown) })),
  ],
  enlarged: cells([["enlarged", model(pending(), { enlarged: true })]], 360),
};

async function show(sheet: string): Promise<void> {
  document.body.replaceChildren(
    ...sheets[sheet]!.map(({ name, widthPx, shown }) => {
      const figure = document.createElement("figure");
      const caption = document.createElement("figcaption");
      const card = new ViewCard();
      caption.textContent = titles[name] ?? name;
      card.model = shown;
      card.lang = shown.words.language;
      card.dir = directionOf(card.lang);
      figure.style.width = `${widthPx}px`;
      figure.append(caption, card);
      return figure;
    }),
  );
  for (const card of document.querySelectorAll<ViewCard>("view-card")) {
    await card.updateComplete;
    if (card.model.enlarged) card.renderRoot.querySelector("dialog")!.showModal();
  }
  await document.fonts.ready;
}

Object.assign(globalThis, { show });
