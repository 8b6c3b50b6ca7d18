import { expect } from "chai";
import type { Question } from "../../../src/element/flow/state.js";
import { wordsFor } from "../../../src/element/i18n/languages.js";
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
  renderRoot.querySelector<HTMLElement>(`:not([inert]) > ${selector}, .layer:not([inert]) ${selector}`)!;

/** From where to where a piece is, in pixels from the top of the question. */
function span(card: ViewCard, selector: string): [number, number] {
  const { top } = card.renderRoot.querySelector("form")!.getBoundingClientRect();
  const box = piece(card, selector).getBoundingClientRect();
  return [Math.round(box.top - top), Math.round(box.bottom - top)];
}

const boxes = (card: ViewCard): string =>
  ["section", "form", "input", ".entry .button", ".row", ".advice"]
    .map((selector) => {
      const { x, y, width, height } = card.renderRoot.querySelector(selector)!.getBoundingClientRect();
      return [x, y, width, height].join();
    })
    .join(" | ");

/** As wide in each browser: with their own fonts, words that have one line in one may have two in another. */
const font = '"Liberation Sans", Arial, sans-serif';

describe("the question for the number on the phone", () => {
  afterEach(clear);

  it("has its pieces in the code's place, each at its height", async () => {
    const card = await showCard(asked({ wrong: 1 }));
    card.style.fontFamily = font;
    expect(span(card, "form")).to.deep.equal([0, 310]);
    expect(span(card, ".disc")).to.deep.equal([24, 60]);
    expect(span(card, ".message")).to.deep.equal([68, 93]);
    expect(span(card, ".second")[0]).to.equal(97);
    expect(span(card, "input")).to.deep.equal([162, 214]);
    expect(span(card, "#error")).to.deep.equal([223, 241]);
    expect(span(card, ".entry .button")).to.deep.equal([250, 294]);
    expect(span(card, ".row")).to.deep.equal([318, 362]);
    expect(piece(card, "input").offsetWidth).to.equal(176);
    expect(piece(card, ".entry .button").offsetWidth).to.equal(278);
  });

  it("has field and button in one line on a phone with an app link, and in a narrow card", async () => {
    for (const [rest, width] of [
      [phone, 360],
      [{}, 320],
    ] as const) {
      const card = await showCard(asked({ wrong: 1 }, rest), width);
      expect(span(card, "input")).to.deep.equal(span(card, ".entry .button"));
      expect(span(card, "input")[1] - span(card, "input")[0]).to.equal(52);
      expect(span(card, "#error")[0]).to.be.greaterThan(span(card, "input")[1]);
    }
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
              "form, form *, .row *, .footer, li > :last-child",
            )) {
              if (each.closest("svg, [inert]")) continue;
              const name = `${language}, ${width}, ${size}: ${each.className || each.localName}`;
              const box = each.getBoundingClientRect();
              expect(box.right, name).to.be.at.most(right + 0.5);
              expect(box.left, name).to.be.at.least(left - 0.5);
              if (each.localName !== "input")
                expect(each.scrollWidth, name).to.be.at.most(each.clientWidth + 1);
            }
            clear();
          }
  }).timeout(120_000);

  it("shows the time that is left, or that the browser is offline", async () => {
    const card = await showCard(asked());
    expect(piece(card, ".time").textContent).to.equal("Works for 4 min");
    card.model = asked({ connection: "offline", isSending: true });
    await card.updateComplete;
    expect(piece(card, ".time").textContent).to.equal("You’re offline. We’ll keep trying.");
  });

  it("has other advice in the place of the footer", async () => {
    const card = await showCard(asked());
    const isSeen = (selector: string) => piece(card, selector).checkVisibility({ visibilityProperty: true });
    expect(piece(card, ".advice").textContent).to.include("Never tell this number to anybody");
    expect([isSeen(".advice"), isSeen("slot[name=footer]")]).to.deep.equal([true, false]);
    card.model = model(pending(), { hasAdviceRoom: true });
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
          const card = await showCard(model(pending(), { ...rest, hasAdviceRoom: true }), width);
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

  it("binds the error to the field", async () => {
    const card = await showCard(asked());
    const field = piece(card, "input");
    expect(field.ariaLabel).to.equal("Number from your phone, 4 digits");
    expect(field.ariaInvalid).to.equal(null);
    card.model = asked({ wrong: 2 });
    await card.updateComplete;
    expect(field.ariaInvalid).to.equal("true");
    const error = card.shadowRoot!.getElementById(field.getAttribute("aria-describedby")!)!;
    expect(error.textContent).to.equal("That is not the number. 1 try left.");
  });

  it("takes no number while one is being sent", async () => {
    const card = await showCard(asked({ isSending: true }));
    expect(piece(card, "input").matches("[readonly]")).to.equal(true);
    expect(piece(card, ".entry .button").ariaDisabled).to.equal("true");
  });

  it("gives the digits of what was typed or pasted, in any script, and only if there are as many as asked for", async () => {
    const card = await showCard(asked());
    const sent: string[] = [];
    card.handlers = { ...card.handlers, sendNumber: (digits) => sent.push(digits) };
    card.requestUpdate();
    await card.updateComplete;
    const field = card.renderRoot.querySelector("input")!;
    for (const text of [
      " 47 13 ",
      "47\u201113",
      "Number: 4713",
      "٤٧١٣",
      "４７１３",
      "471",
      "47131",
      "٤٧١٣٠",
      "",
    ]) {
      field.value = text;
      card.renderRoot.querySelector("form")!.requestSubmit();
    }
    expect(sent).to.deep.equal(["4713", "4713", "4713", "٤٧١٣", "４７１３"]);
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
      "That is not the number. 2 tries left.",
      "",
      "That is not the number. 2 tries left.",
    ]);
  });

  it("names the app on a phone that has it", () => {
    expect(announcement(asked({}, phone))?.[1]).to.equal(
      "Type the number from the app. The app shows 4 digits.",
    );
  });
});
