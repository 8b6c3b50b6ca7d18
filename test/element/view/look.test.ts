import { expect } from "chai";
import { wordsFor } from "../../../src/element/i18n/languages.js";
import type { ViewModel } from "../../../src/element/view/view-model.js";
import { everything, locales } from "../support/locales.js";
import { model, pending, phases } from "../support/models.js";
import { clear } from "../support/page.js";
import { showCard } from "../support/view-card.js";

describe("the card", () => {
  afterEach(clear);

  it("is as high in every phase with the code for another phone open below the app's button", async () => {
    for (const words of Object.keys(locales).map((language) => wordsFor(language, undefined))) {
      const heights = new Set<number>();
      for (const shown of Object.values(phases)) {
        const open = { app: "first", appLink: "x:otp", otherPhone: true, hasNumberRoom: true } as const;
        heights.add((await showCard({ ...shown, ...open, words }, 288)).getBoundingClientRect().height);
        clear();
      }
      expect([...heights], words.language).to.have.length(1);
    }
  });

  it("has icons and discs that are twice as large with twice the text", async () => {
    const shown: ViewModel[] = [
      ...Object.values(phases),
      ...Object.values(phases).map((each) => ({ ...each, app: "first" as const, appLink: "x:otp" })),
      model(pending(), { enlarged: true }),
    ];
    for (const each of shown) {
      const sizes = async (fontSize: string) => {
        const card = await showCard(each, 400);
        card.parentElement!.style.fontSize = fontSize;
        const widths = [...card.shadowRoot!.querySelectorAll(".icon, .disc, .arc")].map(
          // Not its box, which is larger while the arc turns.
          (icon) => Number.parseFloat(getComputedStyle(icon).inlineSize),
        );
        clear();
        return widths;
      };
      const [once, twice] = [await sizes("16px"), await sizes("32px")];
      twice.forEach((width, i) => expect(width, each.state.phase).to.be.closeTo(2 * once[i]!, 0.1));
    }
  });

  it("has no word under 12 px in a page with smaller text", async () => {
    const places: Partial<ViewModel>[] = [
      {},
      { app: "beside", appLink: "x:otp", isAway: true, enlarged: true },
      { app: "first", appLink: "x:otp", isInApp: true },
      { app: "first", appLink: "x:otp", otherPhone: true },
    ];
    const small = new Map<string, string>();
    for (const [name, shown] of Object.entries(everything))
      for (const place of places) {
        const card = await showCard({ ...shown, ...place, otherWay: "Password" });
        card.parentElement!.style.fontSize = "8px";
        card.innerHTML = `<a slot="other-way" href="#">Password</a><p slot="footer">Only your own logins.</p>`;
        const withText = [...card.children, ...card.shadowRoot!.querySelectorAll("section *")].filter(
          (each) =>
            // The number of a step is a counter of CSS.
            each.matches(".number") ||
            [...each.childNodes].some((node) => node instanceof Text && node.data.trim() !== ""),
        );
        for (const each of withText) {
          const { fontSize } = getComputedStyle(each);
          if (parseFloat(fontSize) < 12 && each.checkVisibility({ visibilityProperty: true }))
            small.set(`${each.className || each.localName}: ${fontSize}`, name);
        }
        clear();
      }
    expect(Object.fromEntries(small)).to.deep.equal({});
  });

  it("has an app's button of one height, whether its words have one line or two", async () => {
    const first = { app: "first", appLink: "x:otp" } as const;
    for (const continueApp of ["Open", "Open the app of the Demo Bank of Utrecht"]) {
      const words = wordsFor("en", { continueApp });
      const card = await showCard(model(pending(), { ...first, words }), 280);
      const button = card.renderRoot.querySelector<HTMLElement>(".main")!;
      const range = document.createRange();
      range.selectNodeContents(button);
      const lines = Math.round(range.getBoundingClientRect().height / 22);
      expect([lines, button.offsetHeight], continueApp).to.deep.equal([continueApp === "Open" ? 1 : 2, 52]);
      clear();
    }
  });

  it("breaks the words of a button into lines of about the same length", async () => {
    const words = wordsFor("en", { openHere: "Open the app of Example Bank on this device" });
    const card = await showCard({ ...phases["pending"]!, words, app: "beside", appLink: "x:otp" }, 320);
    const range = document.createRange();
    range.selectNodeContents(card.shadowRoot!.querySelector(".outlined")!);
    const widths = [...range.getClientRects()].map(({ width }) => width).filter(Boolean);
    expect(widths).to.have.length(2);
    expect(Math.min(...widths)).to.be.above(Math.max(...widths) * 0.7);
  });

  it("leaves room above and below the words of a button that has two lines of them", async () => {
    const words = wordsFor("de", undefined);
    const card = await showCard({ ...everything["failed, can retry"]!, words }, 300);
    card.parentElement!.style.fontSize = "20px";
    const button = card.shadowRoot!.querySelector(".ways > .button")!;
    const range = document.createRange();
    range.selectNodeContents(button);
    const [box, text] = [button.getBoundingClientRect(), range.getBoundingClientRect()];
    expect(text.height).to.be.above(40);
    expect(text.top - box.top).to.be.at.least(5);
    expect(box.bottom - text.bottom).to.be.at.least(5);
  });

  it("has marks in three corners of its place, and room for what is said there in large text", async () => {
    for (const name of ["requesting", "expired"]) {
      const card = await showCard(phases[name]!, 320);
      card.parentElement!.style.fontSize = "48px";
      const stage = card.shadowRoot!.querySelector(".stage")!.getBoundingClientRect();
      expect(stage.height, name).to.be.at.least(3 * 310);
      for (const each of card.shadowRoot!.querySelectorAll(".marks rect, .stage > *")) {
        const box = each.getBoundingClientRect();
        expect(box.top, name).to.be.at.least(stage.top);
        expect(box.bottom, name).to.be.at.most(stage.bottom);
        if (each.matches(".marks rect")) expect(box.width, name).to.be.closeTo(box.height, 0.1);
      }
      clear();
    }
  });

  it("cuts and overflows nothing, at twice the text and with wide spacing, in any language", async () => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(
      ".place { font-size: 32px; line-height: 1.5; letter-spacing: 0.12em; word-spacing: 0.16em }",
    );
    document.adoptedStyleSheets = [sheet];
    try {
      for (const language of ["en", "nl", "fr", "de"])
        for (const [name, shown] of Object.entries(phases)) {
          const words = wordsFor(language, undefined);
          const { shadowRoot } = await showCard({ ...shown, words }, 320);
          const section = shadowRoot!.querySelector("section")!;
          const card = section.getBoundingClientRect();
          for (const text of section.querySelectorAll("h2, p, li, button")) {
            const box = text.getBoundingClientRect();
            const where = `${language}, ${name}: ${text.textContent}`;
            expect(box.left, where).to.be.at.least(card.left);
            expect(box.right, where).to.be.at.most(card.right);
            expect(box.bottom, where).to.be.at.most(card.bottom);
            expect(text.scrollWidth, where).to.be.at.most(text.clientWidth + 1);
          }
          clear();
        }
    } finally {
      document.adoptedStyleSheets = [];
    }
  });

  it("moves nothing from accepted to logged in, nor when the next page opens", async () => {
    for (const language of Object.keys(locales))
      for (const app of ["none", "first"] as const)
        for (const width of [280, 320, 360]) {
          const words = wordsFor(language, undefined);
          const places: string[] = [];
          for (const [state, isRedirecting] of [
            [{ phase: "approved", attempt: "a" }, false],
            [{ phase: "completed", answer: {} }, false],
            [{ phase: "completed", answer: {} }, true],
          ] as const) {
            const { shadowRoot } = await showCard(model(state, { isRedirecting, app, words }), width);
            const disc = shadowRoot!.querySelector(".disc")!.getBoundingClientRect();
            const message = shadowRoot!.querySelector(".message")!.getBoundingClientRect();
            places.push([disc.top, message.top].map(Math.round).join());
            clear();
          }
          expect(new Set(places), `${language}, ${app}, ${width} px: ${places.join(" | ")}`).to.have.property(
            "size",
            1,
          );
        }
  });

  it("has the parts of its phase, and one button at most", async () => {
    const buttons: Record<string, number> = {
      idle: 1,
      expired: 1,
      denied: 1,
      "failed, can retry": 1,
      "failed, must wait": 1,
      "number asked": 1,
      "number, wrong": 1,
      "number, sending": 1,
    };
    for (const [name, shown] of Object.entries(phases)) {
      const { shadowRoot } = await showCard(shown);
      const count = (part: string) => shadowRoot!.querySelectorAll(`[part=${part}]`).length;
      expect([count("base"), count("title"), count("status")], name).to.deep.equal([1, 1, 1]);
      const hasCode = name.startsWith("pending") && name !== "pending, scanned";
      expect(count("qr"), name).to.equal(hasCode ? 1 : 0);
      expect(count("button"), name).to.equal(buttons[name] ?? 0);
    }
  });

  it("mirrors itself in a page from right to left", async () => {
    const card = await showCard(model(pending()));
    card.parentElement!.dir = "rtl";
    const left = (selector: string) => card.shadowRoot!.querySelector(selector)!.getBoundingClientRect().left;
    expect(left(".enlarge")).to.be.below(left(".time"));
    expect(left("li span:last-child")).to.be.below(left(".number"));
  });
});

describe("the card's colours", () => {
  afterEach(clear);
  const card = async (style: string) => {
    const { shadowRoot, parentElement } = await showCard(model({ phase: "denied" }));
    parentElement!.style.cssText = style;
    const of = (selector: string) => getComputedStyle(shadowRoot!.querySelector(selector)!);
    return {
      surface: of("section").backgroundColor,
      text: of("section").color,
      muted: of(".second").color,
      sunken: of(".stage").backgroundColor,
      button: of(".button").backgroundColor,
      radius: of("section").borderTopLeftRadius,
    };
  };

  it("follow the page's colour scheme, not the device's", async () => {
    expect(await card("color-scheme: light")).to.deep.include({
      surface: "rgb(255, 255, 255)",
      muted: "rgb(83, 91, 104)",
    });
    expect(await card("color-scheme: dark")).to.deep.include({
      surface: "rgb(23, 25, 31)",
      text: "rgb(241, 243, 246)",
      muted: "rgb(170, 178, 191)",
      sunken: "rgb(32, 36, 44)",
      button: "rgb(143, 176, 255)",
    });
  });

  it("are the site's if it sets them, and the rest stays", async () => {
    const set = await card("--onegini-otp-login-accent: rgb(1, 2, 3); --onegini-otp-login-radius: 3px");
    expect(set).to.include({ button: "rgb(1, 2, 3)", radius: "3px", muted: "rgb(83, 91, 104)" });
  });

  it("for muted text and sunken areas are mixed from text and surface, if a site sets either", async () => {
    const plain = await card("");
    for (const style of [
      "--onegini-otp-login-text: rgb(90, 0, 0)",
      "--onegini-otp-login-surface: rgb(255, 240, 200)",
    ]) {
      const set = await card(style);
      expect(set.muted).not.to.equal(plain.muted);
      expect(set.sunken).not.to.equal(plain.sunken);
      expect(set.button).to.equal(plain.button);
    }
  });
});
