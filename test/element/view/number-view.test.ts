import { expect } from "chai";
import type { Question } from "../../../src/element/flow/state.js";
import { wordsFor } from "../../../src/element/i18n/languages.js";
import { readField } from "../../../src/element/view/number-view.js";
import { announcement, Announcer } from "../../../src/element/view/announcer.js";
import type { ViewModel } from "../../../src/element/view/view-model.js";
import { directionOf, locales } from "../support/locales.js";
import { asked as askedState, model, pending } from "../support/models.js";
import { clear } from "../support/page.js";
import { showCard, type ViewCard } from "../support/view-card.js";

/** The model of a card that asks for the number. */
const asked = (question: Partial<Question> = {}, rest: Partial<ViewModel> = {}): ViewModel =>
  model(askedState(question), rest);
const phone: Partial<ViewModel> = { app: "first", appLink: "myapp://x?otp=" };

const piece = ({ renderRoot }: ViewCard, selector: string): HTMLElement =>
  [...renderRoot.querySelectorAll<HTMLElement>(selector)].find((each) => !each.closest(".unseen, [inert]"))!;

/** From where to where a piece is, in pixels from the top of the question. */
function span(card: ViewCard, selector: string): [number, number] {
  const { top } = card.renderRoot.querySelector("form")!.getBoundingClientRect();
  const box = piece(card, selector).getBoundingClientRect();
  return [Math.round(box.top - top), Math.round(box.bottom - top)];
}

const boxes = (card: ViewCard): string =>
  ["section", "form", ".cells", ".button", ".row", ".advice"]
    .map((selector) => {
      const { x, y, width, height } = piece(card, selector).getBoundingClientRect();
      return [x, y, width, height].join();
    })
    .join(" | ");

/** As wide in each browser: with their own fonts, words that have one line in one may have two in another. */
const font = '"Liberation Sans", Arial, sans-serif';

describe("the question for the number on the phone", () => {
  afterEach(clear);

  it("has its pieces in the code's place, each at its height", async () => {
    for (const size of [16, 20, 24]) {
      const card = await showCard(asked({ wrong: 1 }), 680);
      card.parentElement!.style.cssText += `; font: ${size}px ${font}`;
      const places = (from: number, to: number) => [
        Math.round((from * size) / 16),
        Math.round((to * size) / 16),
      ];
      expect(span(card, "form")).to.deep.equal(places(0, 310));
      expect(span(card, ".disc")).to.deep.equal(places(14, 50));
      expect(span(card, ".message")).to.deep.equal(places(58, 83));
      expect(span(card, ".second")).to.deep.equal(places(85, 107));
      expect(span(card, ".cells")).to.deep.equal(places(148, 200));
      expect(span(card, ".error")).to.deep.equal(places(207, 243));
      expect(span(card, ".button")).to.deep.equal(places(252, 296));
      expect(span(card, ".row")).to.deep.equal(places(318, 362));
      expect(piece(card, ".cells").getBoundingClientRect().width).to.be.closeTo((200 * size) / 16, 0.1);
      expect(piece(card, ".button").getBoundingClientRect().width).to.be.closeTo((262 * size) / 16, 0.1);
      clear();
    }
  });

  it("keeps its cells in their place when an error needs three lines, with a gap above them", async () => {
    const words = wordsFor("fr", undefined);
    const card = await showCard(asked({}, { words, hasNumberRoom: true }), 280);
    card.parentElement!.style.cssText += `; font: 20px ${font}`;
    const cells = span(card, ".cells");
    card.model = asked({ wrong: 1 }, { words, hasNumberRoom: true });
    await card.updateComplete;
    const [top, bottom] = span(card, ".error");
    expect(bottom - top).to.be.above(60);
    expect(span(card, ".cells")).to.deep.equal(cells);
    expect(span(card, ".second")[1]).to.be.at.most(cells[0] - 4);
  });

  it("speaks of another phone where its code was opened", async () => {
    for (const [otherPhone, text] of [
      [false, "The app shows 4 digits. Go back to the app"],
      [true, "Your phone shows 4 digits."],
    ] as const) {
      const card = await showCard(asked({}, { ...phone, otherPhone }));
      expect(piece(card, ".second").textContent.replace(/\s+/g, " ").trim()).to.equal(text);
      expect(piece(card, ".message").textContent).to.equal(
        `Type the number from ${otherPhone ? "your phone" : "the app"}`,
      );
    }
  });

  it("keeps its cells in their place when message and hint have two lines", async () => {
    const words = wordsFor("en", {
      pairing: "Type the number that you see on your phone",
      pairingHint: "Your phone shows {digits} digits, below the question of the bank.",
    });
    const card = await showCard(asked({}, { words }));
    card.style.fontFamily = font;
    expect(span(card, ".message")[1] - span(card, ".message")[0]).to.equal(50);
    expect(span(card, ".second")[1] - span(card, ".second")[0]).to.equal(44);
    expect(span(card, ".second")[1]).to.be.at.most(148);
    expect(span(card, ".disc")[0]).to.be.below(14).and.at.least(4);
    expect(span(card, ".cells")).to.deep.equal([148, 200]);
    expect(span(card, "form")).to.deep.equal([0, 310]);
  });

  it("has six smaller cells, and none that is wider than its share, nor a digit than 0.7 of it", async () => {
    for (const face of [font, '"DejaVu Sans", Verdana, sans-serif'])
      for (const rest of [{}, phone])
        for (const width of [280, 320, 360])
          for (const size of [14, 16, 24, 32])
            for (const digits of [4, 6]) {
              const field = { digits: [..."471300"].slice(0, digits), from: 0, to: 0, hasFocus: true };
              const card = await showCard(asked({ digits }, { ...rest, field }), width);
              card.parentElement!.style.cssText += `; font: ${size}px ${face}`;
              const name = `${face}, ${width} px, ${size} px, ${digits} digits`;
              const column = piece(card, ".field").getBoundingClientRect();
              const cells = [...card.renderRoot.querySelectorAll(".cell")];
              expect(cells).to.have.length(digits);
              const boxes = cells.map((cell) => cell.getBoundingClientRect());
              expect(boxes[0]!.left, name).to.be.at.least(column.left - 0.5);
              expect(boxes.at(-1)!.right, name).to.be.at.most(column.right + 0.5);
              boxes.forEach((box, i) => {
                const range = document.createRange();
                range.selectNodeContents(cells[i]!.querySelector("b")!);
                expect(box.width, name).to.be.above(12);
                expect(range.getBoundingClientRect().width, name).to.be.at.most(box.width * 0.7 + 0.5);
              });
              if (size === 16 && width === 360 && rest !== phone)
                expect(boxes.map((box) => Math.round(box.width))).to.deep.equal(
                  Array.from({ length: digits }, () => (digits > 4 ? 36 : 44)),
                );
              clear();
            }
  });

  it("has a margin beside six cells in a narrow card with larger text", async () => {
    const card = await showCard(asked({ digits: 6 }), 320);
    card.parentElement!.style.fontSize = "20px";
    const [stage, cells] = ["form", ".cells"].map((each) => piece(card, each).getBoundingClientRect());
    expect(cells!.left - stage!.left).to.be.at.least(12);
    expect(stage!.right - cells!.right).to.be.at.least(12);
  });

  it("has cells and button in one line on a phone with an app link, and the error in the place of the time", async () => {
    const card = await showCard(asked({ wrong: 1 }, phone), 358);
    card.style.fontFamily = font;
    expect(span(card, ".cells")).to.deep.equal(span(card, "button.button"));
    expect(span(card, ".cells")).to.deep.equal([0, 52]);
    expect(piece(card, ".row .error").textContent).to.include("That number doesn’t match. 2 tries left.");
    expect(piece(card, ".row .link").textContent).to.equal("Start over");
  });

  it("runs from left to right in every language", async () => {
    const field = { digits: ["4", "7"], from: 2, to: 2, hasFocus: true };
    const card = await showCard(asked({}, { field, words: wordsFor("ar", undefined) }));
    card.parentElement!.dir = "rtl";
    const cells = [...card.renderRoot.querySelectorAll(".cell")];
    expect(cells.map((cell) => cell.textContent)).to.deep.equal(["4", "7", "", ""]);
    const lefts = cells.map((cell) => cell.getBoundingClientRect().left);
    expect(lefts).to.deep.equal(lefts.toSorted((a, b) => a - b));
    expect(getComputedStyle(piece(card, "input")).direction).to.equal("ltr");
  });

  it("draws the caret and the selection of the field", async () => {
    const drawn = async (from: number, to: number, digits: string, hasFocus = true) => {
      const card = await showCard(asked({}, { field: { digits: [...digits], from, to, hasFocus } }));
      const cells = [...card.renderRoot.querySelectorAll(".cell")];
      const text = cells
        .map(({ classList, firstElementChild }) => {
          const caret = classList.contains("caret") ? "|" : "";
          return `${classList.contains("current") ? "!" : "."}${caret}${firstElementChild!.matches(".marked") ? "#" : ""}`;
        })
        .join(" ");
      const isAll = card.renderRoot.querySelector(".cells")!.matches(".all");
      clear();
      return `${text}${isAll ? " all" : ""}`;
    };
    expect(await drawn(0, 0, "")).to.equal("!| . . .");
    expect(await drawn(2, 2, "47")).to.equal(". . !| .");
    expect(await drawn(4, 4, "4713")).to.equal(". . . !|");
    expect(await drawn(1, 1, "4713")).to.equal(". !| . .");
    expect(await drawn(1, 3, "4713")).to.equal(". .# .# .");
    expect(await drawn(0, 4, "4713")).to.equal(".# .# .# .# all");
    expect(await drawn(2, 2, "47", false)).to.equal(". . . .");
  });

  it("is there once, also on a phone whose code for another phone is open", async () => {
    const card = await showCard(asked({}, { ...phone, otherPhone: true }));
    expect(card.renderRoot.querySelectorAll("input")).to.have.length(1);
    expect(piece(card, "input").closest("[inert]")).to.equal(null);
  });

  it("does not move when a number was wrong, is sent, or the browser is offline", async () => {
    for (const rest of [{}, phone]) {
      const card = await showCard(asked({}, rest));
      card.style.fontFamily = font;
      const before = boxes(card);
      for (const question of [{ wrong: 1 }, { isSending: true }, { connection: "offline" as const }]) {
        card.model = asked(question, rest);
        await card.updateComplete;
        expect(boxes(card), JSON.stringify(question)).to.equal(before);
      }
    }
  });

  it("cuts and overflows nothing in any language, from 280 to 1280 pixels, also in text of twice the size", async () => {
    for (const language of Object.keys(locales))
      for (const rest of [{}, phone])
        for (const width of [280, 320, 360, 640, 1280])
          for (const size of [16, 32]) {
            const words = wordsFor(language, undefined);
            const card = await showCard(asked({ wrong: 1, digits: 6 }, { ...rest, words }), width);
            card.parentElement!.dir = directionOf(language);
            card.style.maxInlineSize = "none";
            card.style.fontSize = `${size}px`;
            const { right, left } = card.renderRoot.querySelector("section")!.getBoundingClientRect();
            for (const each of card.renderRoot.querySelectorAll<HTMLElement>(
              "form, form *, .row *, .footer, li > .number + *",
            )) {
              if (each.closest("svg, [inert], .unseen, input")) continue;
              const name = `${language}, ${width}, ${size}: ${each.className || each.localName}`;
              const box = each.getBoundingClientRect();
              expect(box.right, name).to.be.at.most(right + 0.5);
              expect(box.left, name).to.be.at.least(left - 0.5);
              if (!each.closest(".cells")) expect(each.scrollWidth, name).to.be.at.most(each.clientWidth + 1);
            }
            clear();
          }
  }).timeout(120_000);

  it("shows the time that is left, or that the browser is offline", async () => {
    const card = await showCard(asked());
    expect(piece(card, ".time").textContent).to.equal("Number works for 4\u00a0min");
    card.model = asked({ connection: "offline", isSending: true });
    await card.updateComplete;
    expect(piece(card, ".time").textContent).to.equal("You’re offline. We’ll keep trying.");
  });

  it("has other advice in the place of the footer", async () => {
    const card = await showCard(asked());
    const isSeen = (selector: string) =>
      card.renderRoot.querySelector(selector)!.checkVisibility({ visibilityProperty: true });
    expect(piece(card, ".advice").textContent).to.include("Never tell this number to anybody");
    expect([isSeen(".advice"), isSeen("slot[name=footer]")]).to.deep.equal([true, false]);
    card.model = model(pending(), { hasNumberRoom: true });
    await card.updateComplete;
    expect([isSeen(".advice"), isSeen("slot[name=footer]")]).to.deep.equal([false, true]);
  });

  it("needs no more room than a footer of one line keeps", async () => {
    for (const rest of [{}, phone])
      for (const width of [360, 420, 480, 560]) {
        const card = await showCard(model(pending(), rest), width);
        card.style.cssText = `max-inline-size: none; font-family: ${font}`;
        card.innerHTML = `<p slot="footer">Never alone.</p><p>A newer browser is needed.</p>`;
        await card.updateComplete;
        const { offsetHeight } = card;
        card.model = asked({}, rest);
        await card.updateComplete;
        expect(card.offsetHeight, JSON.stringify([rest, width])).to.equal(offsetHeight);
        clear();
      }
  });

  it("is as high as the card before it, if that had room for the advice, with a footer and without", async () => {
    for (const footer of ["", "Only accept a login that you started yourself. ".repeat(4)])
      for (const rest of [{}, phone, { ...phone, otherPhone: true }])
        for (const width of [320, 360, 640]) {
          const card = await showCard(model(pending(), { ...rest, hasNumberRoom: true }), width);
          card.style.cssText = `max-inline-size: none; font-family: ${font}`;
          if (footer)
            card.append(Object.assign(document.createElement("p"), { slot: "footer", textContent: footer }));
          const { offsetHeight } = card;
          card.model = asked({}, rest);
          await card.updateComplete;
          expect(card.offsetHeight, JSON.stringify([footer, rest, width])).to.equal(offsetHeight);
          clear();
        }
  });

  it("binds hint, error and advice to the field, which is one to a screen reader", async () => {
    for (const rest of [{}, phone]) {
      const card = await showCard(asked({}, rest));
      const field = piece(card, "input");
      const described = () =>
        field
          .getAttribute("aria-describedby")!
          .split(" ")
          .map((id) => card.shadowRoot!.getElementById(id)!.textContent.trim());
      expect(field.ariaLabel).to.equal("Number from your phone, 4 digits");
      expect(field.ariaInvalid).to.equal(null);
      expect(piece(card, ".cells").ariaHidden).to.equal("true");
      const advice = "Never tell this number to anybody, not on the phone and not in a chat.";
      expect(described()[0]).to.match(/ shows 4 digits\./);
      expect(described().slice(1)).to.deep.equal(["", advice]);
      card.model = asked({ wrong: 2 }, rest);
      await card.updateComplete;
      expect(field.ariaInvalid).to.equal("true");
      expect(described().slice(1)).to.deep.equal(["That number doesn’t match. 1 try left.", advice]);
      clear();
    }
  });

  it("says in its own words that digits are missing", async () => {
    const card = await showCard(asked({}, { isIncomplete: true }));
    expect(piece(card, "input").ariaInvalid).to.equal("true");
    expect(piece(card, ".error").textContent).to.equal("Type all 4 digits.");
    expect(piece(card, "form").matches("[novalidate]")).to.equal(true);
  });

  it("has the question as its title for a person who is elsewhere on the page", async () => {
    const card = await showCard(asked({}, { isAway: true }));
    expect(piece(card, "h2").textContent.trim()).to.equal("Type the number from your phone");
    card.model = asked({});
    await card.updateComplete;
    expect(piece(card, "h2").textContent.trim()).to.equal("Log in with your phone");
  });

  it("takes no number while one is being sent", async () => {
    const card = await showCard(asked({ isSending: true }));
    expect(piece(card, "input").matches("[readonly]")).to.equal(true);
    expect(piece(card, "button.button").ariaDisabled).to.equal("true");
  });
});

describe("what is in the field", () => {
  afterEach(clear);
  const fieldWith = async (value: string, from = value.length, to = from) => {
    const input = document.createElement("input");
    document.body.append(input);
    input.value = value;
    input.setSelectionRange(from, to);
    return input;
  };

  it("is cleaned of all but digits, of any script, and then cut", async () => {
    for (const [text, digits] of [
      [" 47 13 ", "4713"],
      ["47\u201113", "4713"],
      ["Number: 4713", "4713"],
      ["٤٧١٣", "٤٧١٣"],
      ["４７１３", "４７１３"],
      ["471", "471"],
      ["47131", "4713"],
      ["𞥔𞥗𞥑𞥓𞥐", "𞥔𞥗𞥑𞥓"],
      ["abc", ""],
    ] as const) {
      const input = await fieldWith(text);
      expect(readField(input, 4).digits.join(""), text).to.equal(digits);
      expect(input.value, text).to.equal(digits);
    }
  });

  it("keeps its caret and its selection, counted in digits", async () => {
    const input = await fieldWith("4-7-13", 2, 4);
    expect(readField(input, 4)).to.deep.include({ from: 1, to: 2 });
    expect([input.selectionStart, input.selectionEnd]).to.deep.equal([1, 2]);
    const adlam = await fieldWith("𞥔 𞥗𞥑𞥓", 5);
    expect(readField(adlam, 4)).to.deep.include({ from: 2, to: 2 });
    expect(adlam.selectionStart).to.equal(4);
  });

  it("is left alone while an input method composes", async () => {
    const input = await fieldWith("47a");
    expect(readField(input, 4, true).digits).to.deep.equal(["4", "7"]);
    expect(input.value).to.equal("47a");
  });
});

describe("the announcement of the number", () => {
  it("is said once, and each wrong number once", () => {
    const announcer = new Announcer();
    const said: string[] = [];
    const say = (question: Partial<Question>, rest: Partial<ViewModel> = {}) => {
      const before = announcer.text;
      announcer.say(announcement(asked(question, rest)));
      if (announcer.text !== before) said.push(announcer.text);
    };
    say({});
    say({});
    say({ isSending: true });
    say({ wrong: 1 });
    say({ wrong: 1 });
    say({ wrong: 1, isSending: true });
    // The same number again: its try is not counted, and the answer is heard all the same.
    say({ wrong: 2, triesLeft: 2 });
    expect(said).to.deep.equal([
      "Type the number from your phone. Your phone shows 4 digits.",
      "",
      "That number doesn’t match. 2 tries left.",
      "",
      "That number doesn’t match. 2 tries left.",
    ]);
  });

  it("names the app on a phone that has it", () => {
    expect(announcement(asked({}, phone))?.[1]).to.equal(
      "Type the number from the app. The app shows 4 digits.",
    );
  });
});
