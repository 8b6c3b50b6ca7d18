import { expect } from "chai";
import { wordsFor } from "../../../src/element/i18n/languages.js";
import type { ViewModel } from "../../../src/element/view/view-model.js";
import { directionOf, everything, locales } from "../support/locales.js";
import { clear } from "../support/page.js";
import { isShown, rectsOf, spilling, textsOf, type Seen } from "../support/seen-texts.js";
import { showCard, type ViewCard } from "../support/view-card.js";

const widths = [280, 320, 360, 560];

/** The ways in which the app link is offered. On a phone the code may be shown or not. */
const offers: Record<string, Partial<ViewModel>> = {
  "without an app link": {},
  "the app's button beside the code": { app: "beside", appLink: "x:otp" },
  "the app first": { app: "first", appLink: "x:otp" },
  "the app first, the code open": { app: "first", appLink: "x:otp", otherPhone: true },
};

/** A card in a page of the language. */
async function cardIn(language: string, width: number): Promise<ViewCard> {
  const card = await showCard({ ...everything["idle"]!, words: wordsFor(language, undefined) }, width);
  card.parentElement!.lang = language;
  card.parentElement!.dir = directionOf(language);
  card.parentElement!.style.fontFamily = "sans-serif";
  return card;
}

async function show(card: ViewCard, name: string, language: string, offer: Partial<ViewModel> = {}) {
  // With room for the advice about the number, as in a browser that was asked for one before.
  card.model = { ...everything[name]!, ...offer, words: wordsFor(language, undefined), hasNumberRoom: true };
  await card.updateComplete;
  return card.renderRoot.querySelector("section")!;
}

/** The boxes of all words of an element. */
function wordsIn(element: Element): DOMRect {
  const range = document.createRange();
  range.selectNodeContents(element);
  return range.getBoundingClientRect();
}

const lineOf = (rect: DOMRect): number => Math.round((rect.top + rect.bottom) / 2);

/** A letter and its marks count as one, because engines differ in where a mark begins. */
const letters = new Intl.Segmenter();

/** The texts in which a line breaks within a word. */
function torn(texts: readonly Seen[]): string[] {
  const found: string[] = [];
  for (const { text, rects } of texts) {
    if (new Set(rects.map(lineOf)).size < 2) continue;
    let last: DOMRect | undefined;
    for (const { index, segment } of letters.segment(text.data)) {
      const next = rectsOf(text, index, index + segment.length)[0];
      const isNewLine = last && next && lineOf(next) - lineOf(last) > next.height / 2;
      if (isNewLine && !/[\s\u200b\p{P}]$/u.test(text.data.slice(0, index)))
        found.push(`${text.data.slice(0, index)} / ${text.data.slice(index)}`);
      last = next ?? last;
    }
  }
  return found;
}

interface Edges {
  left: number;
  right: number;
}

const around = (boxes: readonly Edges[]): Edges => ({
  left: Math.min(...boxes.map(({ left }) => left)),
  right: Math.max(...boxes.map(({ right }) => right)),
});

/** The buttons whose words are not in the middle, or that have an icon beside words of two or more lines. */
function untidyButtons(section: Element, texts: readonly Seen[]): string[] {
  const found: string[] = [];
  for (const button of section.querySelectorAll("button, a")) {
    if (!isShown(button)) continue;
    const name = button.textContent.trim();
    const whole = button.getBoundingClientRect();
    const lines = new Map<number, DOMRect[]>();
    for (const rect of texts.filter(({ text }) => button.contains(text)).flatMap(({ rects }) => rects)) {
      const near = [...lines.keys()].find((line) => Math.abs(line - lineOf(rect)) < rect.height / 2);
      lines.set(near ?? lineOf(rect), [...(lines.get(near ?? lineOf(rect)) ?? []), rect]);
    }
    const icons = [...button.querySelectorAll(".icon")]
      .map((icon) => icon.getBoundingClientRect())
      .filter(({ height }) => height > 0);
    // In a narrow card a hint leaves Enlarge room for its icon alone.
    const isIconAlone = lines.size === 0 && button.matches(".enlarge");
    if (icons.length > 0 && lines.size !== 1 && !isIconAlone)
      found.push(`${name}: an icon beside ${lines.size} lines`);
    for (const [line, rects] of lines) {
      for (const icon of icons)
        if (Math.abs(lineOf(icon) - line) > 3) found.push(`${name}: its icon is in another line`);
      const { left, right } = around([...rects, ...icons]);
      const off = Math.abs(left + right - whole.left - whole.right) / 2;
      if (off > 2) found.push(`${name}: ${off} px beside the middle`);
    }
  }
  return found;
}

describe("the card in each language", () => {
  afterEach(clear);

  for (const language of Object.keys(locales))
    for (const [offered, offer] of Object.entries(offers))
      it(`cuts and overflows nothing, and is as high in every phase: ${language}, ${offered}`, async () => {
        for (const width of widths) {
          const card = await cardIn(language, width);
          const heights: Record<number, string> = {};
          for (const name of Object.keys(everything)) {
            const section = await show(card, name, language, offer);
            const where = `${width} px, ${name}`;
            const texts = textsOf(section);
            expect(spilling(section, texts), where).to.deep.equal([]);
            expect(torn(texts), where).to.deep.equal([]);
            expect(untidyButtons(section, texts), where).to.deep.equal([]);
            expect(section.scrollWidth, where).to.be.at.most(section.clientWidth);
            heights[card.getBoundingClientRect().height] = name;
          }
          expect(Object.keys(heights), `${width} px: ${JSON.stringify(heights)}`).to.have.length(1);
          clear();
        }
      });
});

/** How a reader may set the text: as large as in WCAG 1.4.4, spaced as in WCAG 1.4.12, and both. */
const spacing = `* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
  p { margin-block-end: 2em !important }`;
const textSettings = [
  { setting: "twice as large", size: "32px", css: "", places: [280, 320, 390] },
  { setting: "spaced", size: "16px", css: spacing, places: [320, 390] },
  { setting: "twice as large and spaced", size: "32px", css: spacing, places: [320, 390] },
];

/** What differs from the others. Beside the code there is one button more, and an open code on a phone is as in a card. */
const differentCards = [
  { offered: "without an app link", names: Object.keys(everything) },
  { offered: "the app's button beside the code", names: ["pending"] },
  { offered: "the app first", names: Object.keys(everything) },
];

describe("the card with large or spaced text", () => {
  afterEach(clear);

  for (const language of Object.keys(locales))
    for (const { setting, size, css, places } of textSettings)
      it(`cuts and overflows nothing, and keeps buttons tidy: ${language}, ${setting}`, async () => {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(css);
        for (const { offered, names } of differentCards)
          for (const width of places) {
            const card = await cardIn(language, width);
            card.parentElement!.style.fontSize = size;
            card.shadowRoot!.adoptedStyleSheets.push(sheet);
            for (const name of names) {
              const section = await show(card, name, language, offers[offered]);
              const where = `${offered}, ${width} px, ${name}`;
              const texts = textsOf(section);
              expect(spilling(section, texts), where).to.deep.equal([]);
              expect(untidyButtons(section, texts), where).to.deep.equal([]);
              expect(section.scrollWidth, where).to.be.at.most(section.clientWidth);
            }
            clear();
          }
      });
});

/** The horizontal positions of the characters of a part of a text, from left to right. */
function order(text: Text, part: string): string {
  const start = text.data.indexOf(part);
  return [...part]
    .map((character, i) => ({ character, left: rectsOf(text, start + i, start + i + 1)[0]?.left ?? -1 }))
    .filter(({ left }) => left >= 0)
    .sort((a, b) => a.left - b.left)
    .map(({ character }) => character)
    .join("");
}

describe("the card in Arabic", () => {
  afterEach(clear);
  const arabic = async (name: string, offer: Partial<ViewModel> = {}, width = 360) => {
    const card = await cardIn("ar", width);
    const section = await show(card, name, "ar", offer);
    return { section, rect: (selector: string) => section.querySelector(selector)!.getBoundingClientRect() };
  };

  it("is mirrored: title, time and step numbers begin at the right, Enlarge is at the left", async () => {
    const { section, rect } = await arabic("pending");
    const right = rect(".row").right;
    expect(getComputedStyle(section).direction).to.equal("rtl");
    expect(rect(".time").right).to.be.closeTo(right, 0.5);
    expect(rect(".enlarge").right).to.be.below(rect(".time").left + 1);
    expect(rect(".enlarge").left).to.be.below(rect(".row").left + 1);
    for (const item of section.querySelectorAll("li")) {
      const [number, words] = [...item.children].map((each) => each.getBoundingClientRect());
      expect(number!.right).to.be.closeTo(right, 0.5);
      expect(words!.right).to.be.below(number!.left);
    }
    const title = wordsIn(section.querySelector("h2")!);
    expect(title.right).to.be.closeTo(right, 3);
  });

  it("has icons before their text, at the right, on the button too", async () => {
    for (const [name, offer, holder] of [
      ["pending, offline", {}, ".time"],
      ["pending", {}, ".enlarge"],
      ["number, wrong", {}, ".error"],
    ] as const) {
      const { section, rect } = await arabic(name, offer);
      const words = textsOf(section).find((each) => each.holder.closest(holder))!;
      expect(rect(`${holder} .icon`).left, holder).to.be.at.least(words.rects[0]!.right);
      clear();
    }
  });

  it("does not mirror the ring and the code", async () => {
    const { section } = await arabic("pending");
    for (const selector of [".ring", "canvas"]) {
      const { transform, scale, rotate } = getComputedStyle(section.querySelector(selector)!);
      expect([transform, scale, rotate], selector).to.deep.equal(["none", "none", "none"]);
    }
  });

  it("mirrors the head of the large code: its text at the right, the cross at the left", async () => {
    const { section } = await arabic("pending", { enlarged: true });
    const dialog = section.querySelector("dialog")!;
    dialog.showModal();
    const box = dialog.getBoundingClientRect();
    const heading = wordsIn(dialog.querySelector("h2")!);
    const close = dialog.querySelector(".close")!.getBoundingClientRect();
    expect(close.left - box.left).to.be.below(box.width / 4);
    expect(box.right - heading.right).to.be.below(box.width / 4);
  });

  it("keeps a time on one line, at the end of a text, within it, or before it", async () => {
    const timeIn = async (name: string, newCodeIn: string) => {
      const card = await cardIn("ar", 420);
      card.model = { ...everything[name]!, words: wordsFor("ar", { newCodeIn, tryAgainIn: newCodeIn }) };
      await card.updateComplete;
      const holder = card.renderRoot.querySelector(name === "failed, must wait" ? ".ways .main" : ".time")!;
      const text = textsOf(card.renderRoot.querySelector("section")!).find(
        (each) => each.holder === holder,
      )!.text;
      const [time] = /[\d:]+(\u00a0\u062f)?/.exec(text.data)!;
      const seen = order(text, time);
      clear();
      return seen;
    };
    for (const words of [locales["ar"]!.newCodeIn, "رمز بعد {time} على هاتفك", "{time} حتى رمز جديد"]) {
      expect(await timeIn("pending", words), words).to.equal("0:42");
      expect(await timeIn("failed, must wait", words), words).to.equal("0:24");
      // Minutes have an Arabic unit, which is at the left of the number.
      expect(await timeIn("pending, minutes", words), words).to.equal("\u062f\u00a04");
    }
  });

  it("has the same digits in its times and its steps", async () => {
    const { section } = await arabic("pending");
    const digits = section.textContent.match(/\p{Nd}/gu)!;
    expect(digits.join("")).to.match(/^[0-9]+$/);
  });
});
