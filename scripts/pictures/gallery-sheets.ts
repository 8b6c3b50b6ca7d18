/**
 * Draws sheets of cards in a page, for `gallery.ts` and for the tests of the look: `show("phases")`.
 */
import { wordsFor } from "../../src/element/i18n/languages.js";
import { receivedCode } from "../../src/element/flow/renewal.js";
import type { State } from "../../src/element/flow/state.js";
import { styles } from "../../src/element/styles/styles.js";
import { firstCode } from "../../docs/.vitepress/theme/first-code.js";
import type { ViewModel } from "../../src/element/view/view-model.js";
import { directionOf, everything, locales } from "../../test/element/support/locales.js";
import { failed, model, now, pending, phases } from "../../test/element/support/models.js";
import { ViewCard } from "../../test/element/support/view-card.js";
import { appFirst, ends, kinds, numbers, titleOf, unfolded, type Change } from "./gallery-models.js";

interface Cell {
  name: string;
  widthPx: number;
  shown: ViewModel;
  /** In its first moment: what comes later is not there yet. */
  isFresh?: boolean;
}

const cells = (models: [string, ViewModel][], widthPx: number, change: Change = () => ({})): Cell[] =>
  models.map(([name, shown]) => ({ name, widthPx, shown: { ...shown, ...change(shown) } }));

const said = (language: string) => ({ words: wordsFor(language, undefined) });
const inArabic: Change = () => said("ar");

const beside: Cell = {
  name: "tablet: the app link beside the code",
  widthPx: 420,
  shown: model(pending(), { app: "beside", appLink: "example:login" }),
};

const each = Object.entries(phases);
const onPhone = [...each, ...numbers.slice(0, 3), ...ends(each)];
const one = (name: string, widthPx: number, shown: ViewModel): Cell => ({ name, widthPx, shown });

/** The sheets that `gallery.ts` takes, and the card that the first page paints. */
const published: Record<string, Cell[]> = {
  phases: [
    { ...one("approved, under 400 ms", 360, phases["approved"]!), isFresh: true },
    ...cells([...kinds, ...numbers, ...ends(kinds)], 360),
    beside,
  ],
  phone: cells(each, 288),
  "phone-app": cells(
    [...onPhone, ["pending, app opened", everything["pending, app opened"]!], unfolded],
    288,
    appFirst,
  ),
  "right-to-left": [
    ...cells(each, 360, inArabic),
    ...cells(
      [...each.filter(([name]) => name === "pending" || name === "approved"), unfolded],
      288,
      (shown) => ({ ...appFirst(shown), ...inArabic(shown) }),
    ),
  ],
  enlarged: [one("enlarged", 360, model(pending(), { enlarged: true }))],
  "enlarged-low": [one("enlarged", 360, model(pending(), { enlarged: true }))],
  card: [
    one(
      "card",
      400,
      model(
        {
          ...(pending() as Extract<State, { phase: "pending" }>),
          code: receivedCode({ otp: firstCode.otp, expires_in: firstCode.expiresIn }, now),
        },
        { hasNumberRoom: true },
      ),
    ),
  ],
};

/** More of them, for `gallery.ts --review` and for `test/e2e/page/look.test.ts`. */
const reviewed: Record<string, Cell[]> = {
  one: [one("one", 360, model(pending()))],
  widths: [
    ...[280, 320, 360].map((widthPx) => one(`${widthPx}`, widthPx, model(pending()))),
    one("420, app link", 420, beside.shown),
    one("420, app link, ar", 420, { ...beside.shown, ...said("ar") }),
    one("288, words of the site", 288, {
      ...model(pending(), { words: wordsFor("en", { continueApp: "Open the Demo Bank app" }) }),
      ...appFirst(model(pending())),
    }),
  ],
  languages: [
    one("de", 280, model(pending(), said("de"))),
    one("fr, offline", 320, model(pending("offline"), said("fr"))),
    one("nl, last code", 360, {
      ...model(pending(), said("nl")),
      clock: { kind: "last", left: 42_000, share: 0.7 },
    }),
    one("de, failed", 420, model(failed(), said("de"))),
    ...Object.keys(locales)
      .slice(4)
      .flatMap((language) => [
        one(language, 280, model(pending(), said(language))),
        one(`${language}, failed`, 360, { ...everything["failed, cookies"]!, ...said(language) }),
      ]),
  ],
  "enlarged-rtl": [one("enlarged", 360, model(pending(), { enlarged: true, ...said("ar") }))],
};

const sheets = { ...published, ...reviewed };
const show = (sheet: string): Promise<void> => put(sheets[sheet]!);

async function put(all: readonly Cell[]): Promise<void> {
  document.body.replaceChildren(
    ...all.map(({ name, widthPx, shown, isFresh = false }) => {
      const figure = document.createElement("figure");
      const caption = document.createElement("figcaption");
      const card = new ViewCard();
      caption.textContent = titleOf(name);
      card.model = shown;
      card.toggleAttribute("data-fresh", isFresh);
      if (shown.otherWay !== undefined) card.innerHTML = `<a slot="other-way" href="#">${shown.otherWay}</a>`;
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
    for (const animation of card.shadowRoot!.getAnimations()) {
      if (card.hasAttribute("data-fresh")) {
        animation.pause();
        animation.currentTime = 0;
      } else if (animation.effect?.getComputedTiming().endTime !== Infinity) animation.finish();
    }
  }
  await document.fonts.ready;
}

/** The markup of the card that is shown, with its shadow root, for a page without scripts. The code is a picture in it. */
function markup(): string {
  const { renderRoot } = document.querySelector<ViewCard>("view-card")!;
  const template = document.createElement("template");
  template.innerHTML = (renderRoot as ShadowRoot).innerHTML;
  const { content } = template;
  const comments = document.createTreeWalker(content, NodeFilter.SHOW_COMMENT);
  const notes: Node[] = [];
  while (comments.nextNode()) notes.push(comments.currentNode);
  for (const note of notes) (note as Comment).remove();
  for (const apart of content.querySelectorAll("dialog, [role=status]")) apart.remove();
  const canvas = renderRoot.querySelector("canvas")!;
  const { width, height } = canvas.getBoundingClientRect();
  const picture = document.createElement("img");
  picture.src = canvas.toDataURL();
  picture.alt = "";
  picture.style.cssText = `grid-area: 1 / 1; position: relative; inline-size: ${width}px; block-size: ${height}px;
    max-inline-size: calc(100% - 9px); max-block-size: calc(100% - 9px); image-rendering: pixelated`;
  content.querySelector("canvas")!.replaceWith(picture);
  return `<template shadowrootmode="open"><style>${styles.map(String).join("\n")}</style>${template.innerHTML}</template>`;
}

Object.assign(globalThis, { show, markup });
