import { expect } from "chai";
import Color from "colorjs.io";
import { wordsFor } from "../../../src/element/i18n/languages.js";
import { emptyField, type ViewModel } from "../../../src/element/view/view-model.js";
import { keepFocus } from "../../../src/element/view/card-view.js";
import { CodePainter } from "../../../src/element/view/qr-code/qr-canvas.js";
import { encode } from "../../../src/protocol/qr.js";
import { asked, model, pending, phases, scanned } from "../support/models.js";
import { clear } from "../support/page.js";
import { showCard, type ViewCard } from "../support/view-card.js";

/** Puts a card into a page with a style sheet and with children. */
async function themed(css: string, shown = model(pending()), width = 360, children = ""): Promise<ViewCard> {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets = [sheet];
  const card = await showCard(shown, width);
  card.innerHTML = children;
  await card.updateComplete;
  return card;
}

const theme = (properties: Record<string, string>): string =>
  `view-card { ${Object.entries(properties)
    .map(([name, value]) => `--onegini-otp-login-${name}: ${value}`)
    .join("; ")} }`;

const one = (card: ViewCard, selector: string): HTMLElement => card.shadowRoot!.querySelector(selector)!;
const styleOf = (card: ViewCard, selector: string) => getComputedStyle(one(card, selector));
const boxOf = (card: ViewCard, selector: string) => one(card, selector).getBoundingClientRect();
const logo = `<img slot="logo" alt="" src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='90' height='90'/>">`;
const footer = `<p slot="footer">Only accept a login that you started. <a href="#">I can’t scan</a></p>`;

afterEach(() => {
  clear();
  document.adoptedStyleSheets = [];
});

describe("the corners around the code", () => {
  const ringOf = (card: ViewCard) => [
    ...new Set([...card.shadowRoot!.querySelectorAll(".ring path")].map((path) => path.getAttribute("d"))),
  ];

  it("are 14 px by themselves", async () => {
    const card = await themed("");
    expect(ringOf(card)).to.deep.equal([
      "M155 1H15A14 14 0 0 0 1 15V295A14 14 0 0 0 15 309H295A14 14 0 0 0 309 295V15A14 14 0 0 0 295 1Z",
    ]);
    expect(styleOf(card, ".plate").borderTopLeftRadius).to.equal("10px");
  });

  for (const [radius, arc, plate] of [
    ["0", "A0.01 0.01", "0px"],
    ["0px", "A0.01 0.01", "0px"],
    ["3px", "A3 3", "0px"],
    ["24px", "A24 24", "20px"],
    ["900px", "A30 30", "26px"],
  ] as const)
    it(`follow the site's code-radius of ${radius}`, async () => {
      const card = await themed(theme({ "code-radius": radius }));
      const rings = ringOf(card);
      expect(rings).to.have.length(1);
      expect(rings[0]!.match(/A\S+ \S+/g)).to.deep.equal(Array(4).fill(arc));
      expect(styleOf(card, ".plate").borderTopLeftRadius).to.equal(plate);
      expect(styleOf(card, "canvas").borderTopLeftRadius).to.equal(plate);
      // Without it, the corners of what is drawn are not cut.
      expect(styleOf(card, "canvas").overflow).to.equal("clip");
      clear();
      const place = await themed(theme({ "code-radius": radius }), phases["requesting"]);
      const cut = `${Math.min(parseFloat(radius), 30)}px`;
      expect(styleOf(place, ".stage").borderTopLeftRadius).to.equal(cut);
    });

  for (const [width, place, plate] of [
    [360, "initial", 26],
    [280, "initial", 16],
    [360, "240px", 16],
    [360, "260px", 26],
    [600, "480px", 26],
  ] as const)
    it(`leave the code its quiet zone of four modules, however large, in a card of ${width} px with a code of ${place}`, async () => {
      for (const length of [60, 120, 160, 220]) {
        const set = { "code-radius": "900px", "code-size": place };
        const card = await themed(theme(set), undefined, width);
        const painter = new CodePainter(card);
        painter.encode("A".repeat(length));
        painter.hostUpdated();
        const canvas = one(card, "canvas") as HTMLCanvasElement;
        expect(getComputedStyle(canvas).borderTopLeftRadius).to.equal(`${plate}px`);
        const { size } = encode("A".repeat(length));
        const box = boxOf(card, ".plate");
        const module = Math.max(4, Math.floor((boxOf(card, ".code").width - 16) / size));
        // The canvas is the larger of the two where a long code needs more than its place.
        const edge = (Math.max(box.width, canvas.offsetWidth) - module * (size - 8)) / 2;
        // From the code's corner to the arc of the plate's corner.
        const space = edge < plate ? plate - Math.SQRT2 * (plate - edge) : edge;
        expect(space, `${size} modules`).to.be.at.least(4 * module);
        clear();
      }
    });
});

it("the ring of a card that was removed before its update has no corners that are not numbers", async () => {
  const card = await themed("");
  card.remove();
  card.requestUpdate();
  await card.updateComplete;
  for (const path of card.shadowRoot!.querySelectorAll(".ring path"))
    expect(path.getAttribute("d")).not.to.include("NaN");
});

it("the ring of a card that is not displayed, as on a page that a router keeps, can be drawn", async () => {
  const card = await themed("");
  card.hidden = true;
  card.requestUpdate();
  await card.updateComplete;
  for (const path of card.shadowRoot!.querySelectorAll(".ring path"))
    expect(path.getAttribute("d")).not.to.include("Infinity");
});

describe("the site's properties", () => {
  it("set second lines, lines and sunken areas, also beside colours that they are mixed from", async () => {
    for (const more of [{}, { text: "rgb(90, 0, 0)" }]) {
      const set = { muted: "rgb(1, 2, 3)", line: "rgb(4, 5, 6)", sunken: "rgb(7, 8, 9)", ...more };
      const card = await themed(theme(set), phases["denied"]);
      expect(styleOf(card, ".second").color).to.equal(set.muted);
      expect(styleOf(card, "section").borderTopColor).to.equal(set.line);
      expect(styleOf(card, ".stage").backgroundColor).to.equal(set.sunken);
      clear();
    }
  });

  it("set the corners of every button, and the card's padding in each of its widths", async () => {
    for (const width of [280, 360]) {
      const card = await themed(theme({ "button-radius": "3px", padding: "4px" }), undefined, width);
      expect(styleOf(card, ".enlarge").borderTopLeftRadius).to.equal("3px");
      expect(styleOf(card, "section").padding).to.equal("4px");
      const [base, stage] = [boxOf(card, "section"), boxOf(card, ".stage")];
      expect(stage.left, `${width} px: the ring is in the card`).to.be.at.least(base.left);
      clear();
    }
  });

  it("leave the cells of the number their straight sides where buttons are round", async () => {
    const card = await themed(theme({ "button-radius": "999px" }), model(asked()));
    expect(styleOf(card, ".ask > .button").borderTopLeftRadius).to.equal("999px");
    expect(parseFloat(styleOf(card, ".cell").borderTopLeftRadius)).to.be.below(44 / 2);
  });
});

describe("the site's own colours", () => {
  /** A colour as the browser paints it. */
  const painted = (color: string): Color => {
    const context = document.createElement("canvas").getContext("2d")!;
    context.fillStyle = color;
    context.fillRect(0, 0, 1, 1);
    const [r, g, b] = context.getImageData(0, 0, 1, 1).data;
    return new Color("srgb", [r! / 255, g! / 255, b! / 255]);
  };
  const wrong = model(asked({ wrong: 1 }));

  for (const surface of ["#fff", "#e9dcc5", "#7f8c9b", "#17191f", "#000", "#0b6b57", "#f01e69"])
    it(`have edges of cells that differ from ${surface} by 3 : 1`, async () => {
      const card = await themed(theme({ surface, text: "#808080" }), model(asked()));
      const edge = painted(styleOf(card, ".cell:not(.current)").borderTopColor);
      expect(edge.contrastWCAG21(painted(surface))).to.be.at.least(3);
    });

  it("are set for edges, focus, success, marks and errors, each by itself", async () => {
    const set = {
      control: "rgb(1, 2, 3)",
      focus: "rgb(4, 5, 6)",
      success: "rgb(7, 8, 9)",
      finder: "rgb(9, 8, 7)",
    };
    const number = await themed(theme({ ...set, error: "rgb(6, 5, 4)" }), wrong);
    expect(styleOf(number, ".error").color).to.equal("rgb(6, 5, 4)");
    clear();
    const cells = await themed(theme(set), model(asked(), { field: { ...emptyField, hasFocus: true } }));
    expect(styleOf(cells, ".cell:last-child").borderTopColor).to.equal(set.control);
    expect(styleOf(cells, ".cell.current").borderTopColor).to.equal(set.focus);
    clear();
    const done = await themed(theme({ ...set, surface: "rgb(250, 250, 250)" }), phases["completed"]);
    expect(styleOf(done, ".disc.done").backgroundColor).to.equal(set.success);
    expect(painted(styleOf(done, ".disc.done").color).toString()).to.equal(
      painted("rgb(250, 250, 250)").toString(),
    );
    clear();
    const place = await themed(theme(set), phases["requesting"]);
    expect(styleOf(place, ".eye").fill).to.equal(set.finder);
    expect(styleOf(place, ".marks").stroke).to.equal(set.finder);
  });

  it("have words on the accent that can be read, where the browser chooses them", async () => {
    if (!CSS.supports("color", "contrast-color(red)")) return;
    for (const accent of ["#ffd400", "#0b6b57", "#35e08f", "#14002e"]) {
      const card = await themed(theme({ accent }), phases["denied"]);
      const { color, backgroundColor } = styleOf(card, ".button");
      expect(painted(color).contrastWCAG21(painted(backgroundColor)), accent).to.be.at.least(4.5);
      clear();
    }
    const card = await themed(theme({ accent: "#ffd400", "on-accent": "rgb(1, 2, 3)" }), phases["denied"]);
    expect(styleOf(card, ".button").color).to.equal("rgb(1, 2, 3)");
  });
});

describe("the site's own shapes", () => {
  it("are the card's edge and shadow, and the fonts of the text and the headings", async () => {
    const card = await themed(
      theme({
        "border-width": "3px",
        shadow: "0 1px 2px rgb(1, 2, 3)",
        font: "monospace",
        "heading-font": "serif",
      }),
    );
    expect(styleOf(card, "section").borderTopWidth).to.equal("3px");
    expect(styleOf(card, "section").boxShadow).to.equal("rgb(1, 2, 3) 0px 1px 2px 0px");
    expect(styleOf(card, ".enlarge").fontFamily).to.equal("monospace");
    expect(styleOf(card, "h2").fontFamily).to.equal("serif");
  });

  for (const [size, width, expected] of [
    ["240px", 360, 240],
    ["100px", 360, 240],
    ["240px", 280, 240],
    ["400px", 360, 310],
    ["400px", 600, 400],
    ["900px", 600, 480],
  ] as const)
    it(`give a code of ${size} in a place of ${width} px ${expected} px, and move nothing in any phase`, async () => {
      const heights = new Set<number>();
      const widths = new Set<number>();
      for (const [name, shown] of Object.entries(phases)) {
        const card = await themed(theme({ "code-size": size }), { ...shown, hasNumberRoom: true }, width);
        if (name === "pending") expect(boxOf(card, ".code").width).to.equal(expected);
        heights.add(card.getBoundingClientRect().height);
        widths.add(boxOf(card, ".stage").width);
        clear();
      }
      expect([...heights]).to.have.length(1);
      expect([...widths]).to.have.length(1);
    });

  it("are the height of buttons and cells, and move nothing in any phase", async () => {
    for (const app of ["none", "first"] as const) {
      const heights = new Set<number>();
      for (const [name, shown] of Object.entries(phases)) {
        const card = await themed(theme({ "control-height": "60px" }), {
          ...shown,
          hasNumberRoom: true,
          ...(app === "first" && { app, appLink: "x:otp" }),
        });
        for (const each of card.shadowRoot!.querySelectorAll(".button:not(.unseen *), .cell:not(.unseen *)"))
          if (each.checkVisibility({ visibilityProperty: true }))
            expect(each.getBoundingClientRect().height, `${name}, ${each.className}`).to.be.at.least(60);
        heights.add(card.getBoundingClientRect().height);
        clear();
      }
      expect([...heights], app).to.have.length(1);
    }
  });
});

describe("what a site hides", () => {
  const heights = async (css: string, more: Partial<ViewModel> = {}) => {
    const card = await themed(css, model(pending(), more));
    const { height } = card.getBoundingClientRect();
    return { height, card };
  };

  it("leaves no gap behind: the title, the steps, the row", async () => {
    const { height, card } = await heights("");
    const { height: title } = boxOf(card, "h2");
    const steps = boxOf(card, "ol").height;
    clear();
    expect((await heights("::part(title) { display: none }")).height).to.equal(height - title - 20);
    clear();
    expect((await heights("::part(steps) { display: none }")).height).to.equal(height - steps - 8);
    clear();
    expect((await heights("::part(row) { display: none }")).height).to.equal(height - 44 - 8);
  });

  it("leaves the words of a step where its number was", async () => {
    const card = await themed("::part(number) { display: none }");
    expect(boxOf(card, "li span:last-child").left).to.equal(boxOf(card, "ol").left);
    expect(boxOf(card, "li span:last-child").right).to.equal(boxOf(card, "ol").right);
  });

  it("is a step without words, and with the last of them the list", async () => {
    const without = (...keys: string[]) => ({
      words: wordsFor("en", Object.fromEntries(keys.map((key) => [key, ""]))),
    });
    const two = (await heights("", without("step2"))).card;
    expect(two.shadowRoot!.querySelectorAll("li")).to.have.length(2);
    clear();
    const scannedTwo = (await heights("", { ...model(scanned()), ...without("step3") })).card;
    const steps = [...scannedTwo.shadowRoot!.querySelectorAll("li")];
    expect(steps.map((step) => step.ariaCurrent)).to.deep.equal([null, "step"]);
    clear();
    const none = (await heights("", without("step1", "step2", "step3"))).card;
    expect(none.shadowRoot!.querySelector("ol")).to.equal(null);
  });

  it("does not take the focus: it goes to the stage in place of the title", async () => {
    for (const [shown, selector] of [
      [model(pending()), ".stage"],
      [phases["approved"]!, ".stage"],
      [{ ...phases["approved"]!, app: "first" }, ".said"],
    ] as const) {
      const card = await themed("::part(title) { display: none }", shown);
      const gone = document.createElement("button");
      keepFocus(card.shadowRoot!, gone, false);
      expect(card.shadowRoot!.activeElement).to.equal(one(card, selector));
      clear();
    }
  });
});

describe("the slots", () => {
  it("take no room while nothing is in them", async () => {
    const { height } = (await themed("")).getBoundingClientRect();
    clear();
    const filled = (await themed("", undefined, 360, logo + footer)).getBoundingClientRect();
    expect(filled.height).to.be.above(height);
    clear();
    const other = await themed("", undefined, 360, `<p>another way to log in</p>`);
    expect(other.getBoundingClientRect().height).to.equal(height);
  });

  it("show the logo before the title, 28 px high", async () => {
    const card = await themed("", undefined, 360, logo);
    const picture = card.querySelector("img")!.getBoundingClientRect();
    expect(picture.height).to.equal(28);
    expect(picture.right).to.equal(boxOf(card, "h2").left - 10);
    expect(picture.top).to.equal(boxOf(card, "h2").top);
  });

  it("show a logo that takes the whole line above the title, as the guide says", async () => {
    const card = await themed(
      "img { flex-basis: 100%; object-fit: contain; object-position: left }",
      undefined,
      360,
      logo,
    );
    const picture = card.querySelector("img")!.getBoundingClientRect();
    const title = boxOf(card, "h2");
    expect([picture.height, picture.width]).to.deep.equal([28, 310]);
    expect([title.left, title.width, title.height]).to.deep.equal([picture.left, 310, 28]);
    expect(title.top).to.equal(picture.bottom + 20);
  });

  it("show the footer under the steps in every phase", async () => {
    // While the number is asked for, advice about it takes its place.
    for (const [name, shown] of Object.entries(phases).filter(([each]) => !each.startsWith("number"))) {
      const card = await themed("p { margin: 40px }", shown, 360, footer);
      const line = card.querySelector("p")!;
      expect(line.checkVisibility({ visibilityProperty: true }), name).to.equal(true);
      expect(line.getBoundingClientRect().top, name).to.be.closeTo(boxOf(card, "ol").bottom + 16, 0.1);
      expect(getComputedStyle(line).fontSize, name).to.equal("13px");
      clear();
    }
  });

  it("keep the card as high in every phase", async () => {
    const heights = new Set<number>();
    for (const [shown, width] of Object.values(phases).flatMap((each) => [
      [{ ...each, hasNumberRoom: true }, 360] as const,
      [{ ...each, hasNumberRoom: true, app: "first" as const, appLink: "x:otp" }, 288] as const,
    ])) {
      const card = await themed("", shown, width, logo + footer);
      heights.add(card.getBoundingClientRect().height);
      clear();
    }
    expect([...heights]).to.have.length(2);
  });

  it("are both shown on a phone with an app link, and neither in the dialog", async () => {
    const phone = await themed(
      "",
      { ...phases["pending"]!, app: "first", appLink: "x:otp" },
      288,
      logo + footer,
    );
    for (const child of phone.children)
      expect(child.checkVisibility({ visibilityProperty: true }), child.tagName).to.equal(true);
    expect(phone.querySelector("p")!.getBoundingClientRect().top).to.be.above(boxOf(phone, ".other").bottom);
    clear();
    const enlarged = await themed("", model(pending(), { enlarged: true }), 360, logo + footer);
    expect(enlarged.shadowRoot!.querySelector("dialog slot")).to.equal(null);
  });

  it("show the app's icon before the first step, and its scanner's before the bold words of the second", async () => {
    const icons = `<svg slot="app-icon" viewBox="0 0 9 9"></svg><svg slot="scan-icon" tabindex="0" viewBox="0 0 9 9"></svg>`;
    const words = wordsFor("en", { step2: "Tap **Scan** and point here" });
    const card = await themed("", { ...model(pending()), words }, 360, icons);
    const [app, scan] = [...card.children].map((each) => each.getBoundingClientRect());
    expect([app!.width, app!.height, scan!.width, scan!.height]).to.deep.equal([20, 20, 15, 15]);
    const steps = [...card.shadowRoot!.querySelectorAll("li > :last-child")].map((each) =>
      each.getBoundingClientRect(),
    );
    expect(app!.left).to.equal(steps[0]!.left);
    const number = boxOf(card, ".number");
    expect(app!.top + app!.bottom).to.be.closeTo(number.top + number.bottom, 3);
    expect(scan!.left).to.be.above(steps[1]!.left);
    expect(scan!.right).to.be.below(boxOf(card, "li strong").left);
    expect(new Set(steps.map(({ height }) => height))).to.have.property("size", 1);
    // A label, never a button.
    card.querySelector<SVGElement>("[tabindex]")!.focus();
    expect(document.activeElement).to.equal(document.body);
    card.model = { ...model(scanned()), words };
    await card.updateComplete;
    for (const icon of card.children) expect(getComputedStyle(icon).filter).to.equal("grayscale(1)");
  });

  it("have icons that grow with the text, whatever size their pictures have", async () => {
    const picture = `<img slot="app-icon" alt="" width="512" height="512" src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='512' height='512'/>">`;
    const card = await themed("view-card { font-size: 32px }", model(pending()), 420, picture);
    const { width, height } = card.firstElementChild!.getBoundingClientRect();
    expect([width, height]).to.deep.equal([40, 40]);
  });

  it("never cover the code", async () => {
    for (const css of [
      "position: fixed; inset: 0; z-index: 2147483647; background: red",
      "display: contents",
      "margin-top: -400px; position: relative; z-index: 2147483647; transform: scale(4)",
    ])
      for (const app of ["none", "first"] as const) {
        const shown = { ...phases["pending"]!, app, appLink: "x:otp", otherPhone: true };
        const cover = `position: fixed !important; inset: 0; z-index: 2147483647; background: red`;
        const card = await themed(
          `[slot] { ${css} } [slot] * { ${cover} }`,
          shown,
          360,
          `<div slot="logo"><b></b></div><div slot="footer"><b></b></div>`,
        );
        // Firefox's `scrollIntoView` leaves the page where it is if a fixed box covers all of it.
        scrollTo(0, boxOf(card, "canvas").top + scrollY - 100);
        const { left, top, width } = boxOf(card, "canvas");
        for (const share of [0.02, 0.5, 0.98]) {
          const [x, y] = [left + width * share, top + width * share];
          const isOnTop = card.shadowRoot!.elementFromPoint(x, y) === one(card, "canvas");
          expect(isOnTop, `${css}, app: ${app}, ${share}`).to.equal(true);
        }
        clear();
      }
  });
});

describe("the wide card", () => {
  const limitless = "view-card { max-inline-size: none }";

  it("has the code at the start and beside it, from the top, the steps, the footer and the time", async () => {
    for (const direction of ["ltr", "rtl"]) {
      const card = await themed(
        `${limitless} :root { direction: ${direction} }`,
        undefined,
        600,
        logo + footer,
      );
      const [stage, steps, row] = [".stage", "ol", ".row"].map((each) => boxOf(card, each)) as [
        DOMRect,
        DOMRect,
        DOMRect,
      ];
      const line = card.querySelector("p")!.getBoundingClientRect();
      expect(stage.width).to.equal(310);
      expect(stage.height).to.equal(310);
      expect(steps.top).to.equal(stage.top);
      expect(line.top).to.be.at.least(steps.bottom);
      expect(row.top).to.be.at.least(line.bottom);
      expect(boxOf(card, ".body").bottom).to.equal(stage.bottom);
      for (const each of [steps, line, row])
        if (direction === "ltr") expect(each.left).to.equal(stage.right + 36);
        else expect(each.right).to.equal(stage.left - 36);
      clear();
    }
  });

  it("begins at 600 px, and only where the site lets the element be that wide", async () => {
    for (const [css, width] of [
      [limitless, 599],
      ["", 700],
    ] as const) {
      const card = await themed(css, undefined, width);
      expect(boxOf(card, "ol").top, `${width}`).to.be.above(boxOf(card, ".stage").bottom);
      clear();
    }
  });

  it("keeps its square and its height in every phase", async () => {
    const heights = new Set<number>();
    for (const shown of Object.values(phases)) {
      const card = await themed(limitless, { ...shown, hasNumberRoom: true }, 680);
      heights.add(card.getBoundingClientRect().height);
      const stage = boxOf(card, ".stage");
      expect([stage.width, stage.height]).to.deep.equal([310, 310]);
      const disc = card.shadowRoot!.querySelector(".disc")?.getBoundingClientRect();
      if (disc) expect(disc.left + disc.right).to.be.closeTo(stage.left + stage.right, 0.1);
      clear();
    }
    expect([...heights]).to.have.length(1);
  });

  it("has a button as wide as the card on a phone with an app link", async () => {
    const phone = { ...phases["pending"]!, app: "first" as const, appLink: "x:otp" };
    const card = await themed(limitless, phone, 520);
    expect(boxOf(card, ".main").width).to.equal(470);
    clear();
    const limited = await themed("", phone, 420);
    expect(boxOf(limited, ".main").width).to.equal(310);
  });
});
