import { expect } from "chai";
import { encode } from "../../../src/protocol/qr.js";
import { canvasPixels, modulePixels } from "../../../src/element/view/qr-code/qr-canvas.js";
import {
  clear,
  inPhase,
  itExceptIn,
  LoginApi,
  part,
  put,
  shows,
  until,
  withLoginApi,
} from "../support/page.js";
import { model, now, otp, pending } from "../support/models.js";
import { showCard } from "../support/view-card.js";

const canvasOf = (element: HTMLElement) => element.shadowRoot!.querySelector("canvas")!;

describe("the QR code", () => {
  it("of a Token Server's OTP has 41 modules, and a quiet zone of four around them", () => {
    expect(encode(otp).size).to.equal(49);
  });
  it("rejects a text that is too long for any code", () => {
    expect(() => encode("x".repeat(2_953))).not.to.throw();
    expect(() => encode("x".repeat(2_954))).to.throw();
    expect(() => encode("é".repeat(1_477))).to.throw();
  });

  // With a link: 53 modules or more.
  const sizes: [card: number, box: number, ratio: number, edge: number, modules?: number][] = [
    [280, 262, 1, 245],
    [280, 262, 2, 245],
    [320, 302, 1, 245],
    [320, 302, 2, 269.5],
    [360, 310, 1, 294],
    [360, 310, 2, 294],
    [360, 310, 1.25, 274.4],
    [280, 262, 1, 244, 61],
    [280, 262, 3, 244, 61],
    [320, 302, 1, 265, 53],
    [320, 302, 3, 282 + 2 / 3, 53],
    [360, 310, 1, 265, 53],
    [360, 310, 2, 265, 53],
    [360, 310, 3, 244, 61],
    [360, 310, 1.5, 266, 57],
  ];
  for (const [card, box, ratio, edge, modules = 49] of sizes)
    it(`with ${modules} modules is ${edge} px wide in a card of ${card} px at ${ratio}×, with whole device pixels per module`, () => {
      const pixels = modulePixels(modules, box, ratio);
      expect(pixels % 1).to.equal(0);
      expect((pixels * modules) / ratio).to.be.closeTo(edge, 1e-9);
    });
  for (const [edge, box, ratio, canvas] of [
    [294, 310, 1, 294],
    [245, 262, 1, 246],
    [343, 310, 1.25, 345],
    [833, 302, 3, 834],
    [735, 310, 2.625, 735],
    // No size near it is whole.
    [441, 310, 1.4567, 441],
    // The code is larger than its box.
    [305, 262, 1.1, 308],
  ] as const)
    it(`of ${edge} px has a canvas of ${canvas} px at ${ratio}×, an even number of CSS pixels if there is one`, () => {
      expect(canvasPixels(edge, box, ratio)).to.equal(canvas);
    });
  it("has at least four CSS pixels per module, in a box of any size", () => {
    for (const ratio of [1, 1.25, 1.5, 2, 3])
      for (const box of [0, 100, 262, 310]) expect(modulePixels(93, box, ratio) / ratio).to.be.at.least(4);
  });
});

describe("the code on the canvas", () => {
  afterEach(clear);

  for (const width of [280, 300, 320, 360, 420])
    it(`is black on white in every module, in a card of ${width} px`, async () => {
      const canvas = canvasOf(await showCard(model(pending()), width));
      expect(shows(canvas, otp)).to.equal(true);
      expect(canvas.getBoundingClientRect().width * devicePixelRatio).to.equal(canvas.width);
      const stage = canvas.parentElement!.getBoundingClientRect();
      expect(canvas.width / devicePixelRatio).to.be.at.most(stage.width - 10);
    });

  it("comes without an Intl object: the minutes of a long time follow, in the same place", async () => {
    const state = pending();
    if (state.phase !== "pending") return;
    state.code.renewAt = state.code.endsAt = now + 200_000;
    const { NumberFormat } = Intl;
    let made = 0;
    Intl.NumberFormat = class extends NumberFormat {
      constructor(...args: ConstructorParameters<typeof NumberFormat>) {
        super(...args);
        made++;
      }
    } as typeof NumberFormat;
    try {
      const first = model(state, { since: { phase: now, connection: now, choice: now } });
      const card = await showCard(first);
      const height = card.offsetHeight;
      expect(made).to.equal(0);
      card.model = { ...first, now: now + 400 };
      await card.updateComplete;
      expect(card.renderRoot.querySelector("[part=time]")!.textContent).to.contain("4\u00a0min");
      expect(made).to.be.above(0);
      expect(card.offsetHeight).to.equal(height);
    } finally {
      Intl.NumberFormat = NumberFormat;
    }
  });

  it("comes with no animation, also of what nobody sees", async () => {
    const card = await showCard(model(pending(), { otherWay: "Password" }));
    expect(card.shadowRoot!.getAnimations().length).to.equal(0);
  });

  it("is painted again when the card's width changes", async () => {
    const card = await showCard(model(pending()), 280);
    card.parentElement!.style.width = "360px";
    await until(() => canvasOf(card).width === 294 * devicePixelRatio);
    expect(shows(canvasOf(card), otp)).to.equal(true);
  });

  it("is replaced at once, on the same canvas", async () => {
    const card = await showCard(model(pending()));
    const canvas = canvasOf(card);
    card.model = model({
      ...pending(),
      code: { otp: "next", since: 0, renewAt: Infinity, endsAt: Infinity },
    } as never);
    await card.updateComplete;
    expect(canvasOf(card) === canvas).to.equal(true);
    expect(shows(canvas, "next")).to.equal(true);
  });

  it("of a longer OTP keeps four pixels per module, and is larger than its place", async () => {
    const long = "x".repeat(700);
    const state = pending();
    const card = await showCard(
      model(state.phase === "pending" ? { ...state, code: { ...state.code, otp: long } } : state),
    );
    const canvas = canvasOf(card);
    expect(shows(canvas, long)).to.equal(true);
    expect(canvas.getBoundingClientRect().width / encode(long).size).to.be.at.least(4);
  });

  const hostile = {
    inheritance: `view-card { color: white; font: 60px/3 serif; letter-spacing: 1em; text-transform: uppercase;
      direction: rtl; text-align: center; image-rendering: smooth; word-spacing: 1em; text-indent: 50px;
      white-space: nowrap; writing-mode: horizontal-tb; color-scheme: dark; line-height: 0; quotes: none }`,
    "custom properties": `view-card { --_surface: black; --_text: black; --onegini-otp-login-surface: black;
      --onegini-otp-login-text: white; --onegini-otp-login-accent: black; --onegini-otp-login-radius: 200px }`,
    "::part(qr)": `view-card::part(qr) { width: 40px !important; height: 40px !important; max-width: 10px !important;
      min-height: 900px !important; padding: 30px !important; border: 9px solid black !important; filter: invert(1) !important;
      opacity: .1 !important; transform: rotate(40deg) !important; scale: .3 !important; zoom: .5 !important;
      background: red !important; border-radius: 50% !important; mix-blend-mode: difference !important;
      clip-path: circle(20%) !important; mask: linear-gradient(#000, transparent) !important; object-fit: none !important;
      image-rendering: smooth !important; visibility: hidden !important; display: none !important;
      animation: fade 1s infinite !important; outline: 20px solid black !important; outline-offset: -40px !important;
      box-shadow: inset 0 0 99px black !important }
      @keyframes fade { to { opacity: 0; filter: invert(1) } }`,
    "::part(base)": `view-card::part(base) { filter: invert(1) !important; opacity: .1 !important; scale: .3 !important;
      transform: rotate(40deg) !important; rotate: 9deg !important; zoom: .5 !important; mix-blend-mode: difference !important;
      clip-path: circle(1%) !important; mask: linear-gradient(#000, transparent) !important; width: 60px !important;
      font-size: 1px !important; animation: fade 1s infinite !important }
      @keyframes fade { to { opacity: 0; filter: invert(1); transform: scale(.1) } }`,
    "rules for all": `* { all: unset !important; filter: none; width: 10px !important } canvas, img { display: none !important }`,
  };
  for (const [name, rules] of Object.entries(hostile))
    it(`is not changed by a site's ${name}`, async () => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(rules);
      document.adoptedStyleSheets = [sheet];
      try {
        const canvas = canvasOf(await showCard(model(pending())));
        await new Promise((resolve) => requestAnimationFrame(resolve));
        expect(shows(canvas, otp)).to.equal(true);
        const { width, height } = canvas.getBoundingClientRect();
        expect([width, height]).to.deep.equal([
          canvas.width / devicePixelRatio,
          canvas.height / devicePixelRatio,
        ]);
        expect(width / 49).to.be.at.least(4);
        for (let each: Element | null = canvas; each; each = each.parentElement) {
          const style = getComputedStyle(each);
          expect(style, each.tagName).to.include({
            filter: "none",
            opacity: "1",
            transform: "none",
            scale: "none",
            rotate: "none",
            mixBlendMode: "normal",
            clipPath: "none",
            maskImage: "none",
          });
        }
        const style = getComputedStyle(canvas);
        expect(style).to.include({ imageRendering: "pixelated", display: "block", outlineStyle: "none" });
        expect(style).to.include({ boxShadow: "none", borderTopWidth: "0px", paddingTop: "0px" });
      } finally {
        document.adoptedStyleSheets = [];
      }
    });

  itExceptIn(
    {
      WebKit:
        "it tells scripts of no zoom (currentCSSZoom); that the code can be read is in test/e2e/engines",
    },
    "has whole device pixels per module also where a site uses zoom",
    async () => {
      const card = await showCard(model(pending()));
      card.parentElement!.style.zoom = "1.3";
      const canvas = canvasOf(card);
      await until(
        () => Math.abs(canvas.getBoundingClientRect().width * devicePixelRatio - canvas.width) < 0.1,
      );
      expect(shows(canvas, otp)).to.equal(true);
    },
  );
});

describe("a code whose time is over", () => {
  let api: LoginApi;
  withLoginApi((each) => (api = each));

  it("is removed, and a message is in its place", async () => {
    api.start = () => LoginApi.json({ attempt: "a", status: "pending", otp, expires_in: 1 }, 201);
    api.renew = () => new Promise<Response>(() => undefined);
    const element = put(`<onegini-otp-login endpoint="/otp-login" app-link="x:{otp}"></onegini-otp-login>`);
    await inPhase(element, "pending");
    expect(shows(part(element, "qr") as HTMLCanvasElement, otp)).to.equal(true);
    await until(() => canvasOf(element) === null);
    expect(element.state).to.equal("pending");
    expect(element.shadowRoot!.querySelector(".time")!.textContent).to.equal("Getting a code…");
    expect(element.shadowRoot!.querySelector(".stage")!.classList.contains("sunken")).to.equal(true);
  });

  it("is followed by “Still there?” if it was the last one", async () => {
    api.start = () => LoginApi.json({ attempt: "a", status: "pending", otp, expires_in: 1 }, 201);
    const element = put(`<onegini-otp-login endpoint="/otp-login" renewals="0"></onegini-otp-login>`);
    await inPhase(element, "pending");
    expect(element.shadowRoot!.querySelector(".time")!.textContent).to.equal("Code works for 0:01");
    await inPhase(element, "expired");
    expect(canvasOf(element) === null).to.equal(true);
    expect(part(element, "button").textContent.trim()).to.equal("Show a new code");
  });
});

describe("the time", () => {
  withLoginApi();

  it("changes once a second, ring and digits together", async () => {
    const element = put(`<onegini-otp-login endpoint="/otp-login"></onegini-otp-login>`);
    await inPhase(element, "pending");
    const root = element.shadowRoot!;
    const ring = root.querySelector(".ring .left")!;
    let renders = 0;
    const observer = new MutationObserver(() => renders++);
    observer.observe(ring, { attributes: true, attributeFilter: ["stroke-dasharray"] });
    const times: string[] = [];
    const time = root.querySelector(".time")!;
    const digits = new MutationObserver(() => times.push(time.textContent));
    digits.observe(time, { childList: true, characterData: true, subtree: true });
    await until(() => times.length === 2);
    expect(new Set(times).size).to.equal(times.length);
    // Once more 300 ms after the phase began, when the next announcement may be due, and where the stream's first event comes
    // between two seconds.
    expect(renders).to.be.within(times.length, times.length + 2);
    digits.disconnect();
    observer.disconnect();
  });
});
