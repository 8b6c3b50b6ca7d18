import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { engineTitles, wantedEngines } from "../../../scripts/find-engines.js";
import { type Engine, startEngine, untilPage, type Preferences } from "../../support/engines/engine.js";
import { until } from "../../support/until.js";
import {
  type Answer,
  code,
  type LoginSite,
  refusal,
  startLoginSite,
} from "../accessibility/support/login-site.js";

/** What one frame shows, in CSS pixels. Layout is where a box is without its travel. */
interface Frame {
  /** Milliseconds since the travel began; before its first frame is on the screen, less than none. */
  at: number;
  /** The middle of the disc and its height, and the same of its layout. */
  disc: { y: number; height: number; layout: string } | undefined;
  /** The middle of the message. */
  words: { y: number; layout: string; opacity: number } | undefined;
  /** The opacity of an arc that is on a disc without one. */
  arc: number;
  /** The opacity of cells and buttons in the square. */
  ways: number[];
  hasFieldFocus: boolean;
  /** All texts that can be seen. */
  texts: string[];
  /** What covers or crosses what. */
  faults: string[];
  /** The card's box. */
  card: string;
  colour: string;
}

/** In the page, as text, because the loader of these tests adds helpers to functions that a page does not have. */
const script = `
  const host = document.querySelector("onegini-otp-login");
  const root = host.shadowRoot;
  const opacityOf = (element) => {
    let opacity = 1;
    for (let each = element; each; each = each.assignedSlot ?? each.parentElement)
      opacity *= Number(getComputedStyle(each).opacity);
    return opacity;
  };
  const isSeen = (element) => element.checkVisibility({ visibilityProperty: true }) && opacityOf(element) > 0.05;
  const layoutOf = (element) => {
    let [x, y] = [0, 0];
    for (let each = element; each; each = each.offsetParent) [x, y] = [x + each.offsetLeft, y + each.offsetTop];
    return [x, y, element.offsetWidth, element.offsetHeight].join();
  };
  const meet = (one, other, by) =>
    Math.min(one.right, other.right) - Math.max(one.left, other.left) > by &&
    Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > by;
  const textsSeen = () => {
    const found = [];
    const walker = document.createTreeWalker(root.querySelector("section"), NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement;
      if (!node.data.trim() || parent.closest("[part=status], .heard, .cell, dialog") || !isSeen(parent)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      found.push({ text: node.data.trim(), parent, boxes: [...range.getClientRects()] });
    }
    return found;
  };
  const faultsOf = (texts) => {
    const faults = [];
    const solid = [...root.querySelectorAll(".stage .cell, .stage .button, .stage slot")]
      .flatMap((each) => (each.assignedElements ? each.assignedElements() : each))
      .filter(isSeen);
    texts.forEach(({ text, parent, boxes }, i) => {
      for (const other of texts.slice(i + 1))
        // The letters of two lines are less high than their boxes.
        if (boxes.some((box) => other.boxes.some((each) => meet(box, each, 3))))
          faults.push(text + " crosses " + other.text);
      for (const each of [...solid, ...root.querySelectorAll(".disc")])
        if (!each.contains(parent) && isSeen(each) && boxes.some((box) => meet(box, each.getBoundingClientRect(), 0)))
          faults.push(text + " is on " + each.className);
    });
    const disc = root.querySelector(".stage .disc");
    for (const each of solid)
      if (disc && meet(disc.getBoundingClientRect(), each.getBoundingClientRect(), 0))
        faults.push("the disc is on " + each.className);
    return faults;
  };
  const middle = ({ top, height }) => top + height / 2;
  let begun;
  globalThis.look = (time) => {
    const now = time ?? document.timeline.currentTime;
    const disc = root.querySelector(".stage .disc");
    const message = root.querySelector(".stage .message");
    const card = root.querySelector("section").getBoundingClientRect();
    const texts = textsSeen();
    return {
      at: now,
      disc: disc
        ? {
            y: middle(disc.getBoundingClientRect()),
            height: disc.getBoundingClientRect().height,
            layout: layoutOf(disc),
          }
        : undefined,
      words: message
        ? {
            y: middle(message.getBoundingClientRect()),
            layout: [...root.querySelectorAll(".stage .words > *")].map(layoutOf).join(" | "),
            opacity: opacityOf(message),
          }
        : undefined,
      arc: Math.max(0, ...[...root.querySelectorAll(".stage .disc.quiet .arc")].map(opacityOf)),
      ways: [...root.querySelectorAll(".ask > .field, .ask > .button, .stage > .ways")].map(opacityOf),
      hasFieldFocus: root.activeElement?.localName === "input",
      texts: texts.map(({ text }) => text),
      faults: faultsOf(texts),
      card: [card.x, card.y, card.width, card.height].join(),
      colour: disc ? getComputedStyle(disc).backgroundColor : "",
    };
  };
  const kind = () => root.querySelector(".stage").className + root.querySelector(".stage .message")?.textContent;
  /** Notes each frame from the first one of another message. */
  globalThis.film = () => {
    const before = kind();
    globalThis.frames = [];
    const frame = () => {
      if (frames.length > 0 || kind() !== before) frames.push(look());
      // An animation begins when its first frame is on the screen.
      const travel = root.querySelector(".stage .disc")?.getAnimations().find((each) => each.constructor === Animation);
      begun = travel?.startTime ?? begun ?? frames[0]?.at;
      if (frames.length === 0 || frames.at(-1).at < begun + 400) return void requestAnimationFrame(frame);
      for (const each of frames) each.at -= begun;
      globalThis.isFilmed = true;
    };
    globalThis.isFilmed = false;
    begun = undefined;
    requestAnimationFrame(frame);
  };
  /** Sets each animation to a time. One that is over has ended. */
  globalThis.setTime = (time) => {
    for (const animation of root.getAnimations()) {
      if (time >= animation.effect.getComputedTiming().endTime) animation.finish();
      else {
        animation.pause();
        animation.currentTime = time;
      }
    }
  };
  /** Each new animation stands still from its first frame on. */
  globalThis.freeze = () => {
    const before = kind();
    globalThis.isFrozen = false;
    const frame = () => {
      if (kind() === before) return void requestAnimationFrame(frame);
      setTime(0);
      globalThis.isFrozen = true;
    };
    requestAnimationFrame(frame);
  };
  globalThis.at = async (time) => {
    setTime(time);
    // What follows the end of an animation is done before the next frame.
    await new Promise(requestAnimationFrame);
    return look(time);
  };`;

const question: Answer = {
  status: 200,
  body: { number_required: true, digits: 4, tries_left: 3, expires_in: 300 },
};

const wrongThreeTimes: Answer = {
  status: 403,
  body: { error: "pairing_failed", error_description: "…" },
};

/** One page of one engine, and what the phone and the site's server answer. */
class Scene {
  #answer: (answer: Answer) => void = () => undefined;
  readonly engine: Engine;
  readonly site: LoginSite;

  constructor(engine: Engine, site: LoginSite) {
    this.engine = engine;
    this.site = site;
  }

  async open(width: number, attributes = "", inside = ""): Promise<void> {
    this.site.reset();
    this.site.answers.start = code(60, undefined, { digits: 4 });
    const element = `style="inline-size: ${width}px" ${attributes}`;
    await this.engine.open(`${this.site.origin}/?element=${encodeURIComponent(element)}`);
    await this.#reach("pending");
    await until(() => this.site.watching() > 0, "the stream");
    await this.engine.run(
      (text, html) => {
        document.querySelector("onegini-otp-login")!.innerHTML = html;
        (0, eval)(`{${text}}`);
      },
      script,
      inside,
    );
  }

  #reach(phase: string): Promise<void> {
    return untilPage(
      () =>
        this.engine.run(
          (wanted) => document.querySelector(`onegini-otp-login:state(${wanted})`) !== null,
          phase,
        ),
      phase,
    );
  }

  async scan(): Promise<void> {
    this.site.say("pending", { scanned: true });
    await this.#reach("scanned");
  }

  async accept(): Promise<void> {
    this.#promiseAnswer();
    this.site.say("approved");
    await this.#reach("approved");
  }

  async decline(): Promise<void> {
    this.site.say("denied");
    await this.#reach("denied");
  }

  /** The answer to the login, or to the number. */
  async answer(answer: Answer, phase: string): Promise<void> {
    this.#answer(answer);
    await this.#reach(phase);
  }

  ask = (): Promise<void> => this.answer(question, "number");
  complete = (): Promise<void> => this.answer({ status: 200, body: {} }, "completed");

  /** Until nothing travels. */
  still(): Promise<void> {
    return untilPage(
      () =>
        this.engine.run(() =>
          document
            .querySelector("onegini-otp-login")!
            .shadowRoot!.getAnimations()
            .every(({ effect }) => effect!.getComputedTiming().endTime === Infinity),
        ),
      "the end of each animation",
    );
  }

  async sendNumber(): Promise<void> {
    this.#promiseAnswer();
    await this.engine.run(() => {
      const input = document.querySelector("onegini-otp-login")!.shadowRoot!.querySelector("input")!;
      input.value = "4713";
      input.dispatchEvent(new InputEvent("input"));
    });
    await this.engine.press("Enter");
    await untilPage(
      () =>
        this.engine.run(() =>
          document
            .querySelector("onegini-otp-login")!
            .shadowRoot!.querySelector("input")!
            .matches("[readonly]"),
        ),
      "the number being sent",
    );
  }

  #promiseAnswer(): void {
    this.site.answers.login = new Promise((resolve) => (this.#answer = resolve));
  }

  /** The frames that the engine shows by itself while something happens, until 400 ms after it. */
  async film(happen: () => Promise<void>): Promise<Frame[]> {
    await this.engine.run(() => (globalThis as unknown as { film: () => void }).film());
    await happen();
    await untilPage(
      () => this.engine.run(() => (globalThis as unknown as { isFilmed: boolean }).isFilmed),
      "the film",
    );
    return this.engine.run(() => (globalThis as unknown as { frames: Frame[] }).frames);
  }

  /** The frames of those times, in milliseconds after something has happened. */
  async framesAt(times: readonly number[], happen: () => Promise<void>): Promise<Frame[]> {
    await this.engine.run(() => (globalThis as unknown as { freeze: () => void }).freeze());
    await happen();
    await untilPage(
      () => this.engine.run(() => (globalThis as unknown as { isFrozen: boolean }).isFrozen),
      "the first frame",
    );
    const frames: Frame[] = [];
    for (const time of times)
      frames.push(
        await this.engine.run(
          (at) => (globalThis as unknown as { at: (time: number) => Promise<Frame> }).at(at),
          time,
        ),
      );
    return frames;
  }
}

const moves = {
  "accepted → number": {
    before: async (scene: Scene) => {
      await scene.scan();
      await scene.accept();
    },
    happen: (scene: Scene) => scene.ask(),
  },
  "scanned → declined": { before: (scene: Scene) => scene.scan(), happen: (scene: Scene) => scene.decline() },
  "accepted → refused": {
    before: async (scene: Scene) => {
      await scene.scan();
      await scene.accept();
    },
    happen: (scene: Scene) => scene.answer(refusal("banned", 403), "failed"),
  },
  "number → failed": {
    before: async (scene: Scene) => {
      await scene.accept();
      await scene.ask();
      await scene.sendNumber();
    },
    happen: (scene: Scene) => scene.answer(wrongThreeTimes, "failed"),
  },
  "number → logged in": {
    before: async (scene: Scene) => {
      await scene.accept();
      await scene.ask();
      await scene.sendNumber();
    },
    happen: (scene: Scene) => scene.complete(),
  },
} as const satisfies Record<
  string,
  { before: (scene: Scene) => Promise<void>; happen: (scene: Scene) => Promise<void> }
>;

const places: [name: string, width: number, attributes: string, inside: string][] = [
  ["360 px", 360, "", ""],
  ["300 px, another way", 300, "", `<a slot="other-way" href="#other">Log in with a password</a>`],
  ["300 px, German", 300, `lang="de"`, ""],
  ["320 px, French, a button", 320, `lang="fr"`, `<button slot="other-way">Autre moyen</button>`],
  ["420 px, Arabic", 420, `lang="ar" dir="rtl"`, ""],
];

const durationMs = 200;
const frameMs = 1000 / 60;
const byTwoFrames = Array.from({ length: 30 }, (_, i) => i * 8);

/** How much of the way is behind it. */
const share = (from: number, to: number, at: number): number => (at - from) / (to - from);

/** Nothing but `transform` moves, and it moves one way. */
function assertMove(frames: readonly Frame[], name: string): void {
  const told = JSON.stringify(frames.map(({ at, disc, words }) => [at, disc?.y, disc?.height, words?.y]));
  assert.deepEqual(
    frames.flatMap(({ at, faults }) => faults.map((fault) => `${name}, ${at} ms: ${fault}`)),
    [],
  );
  for (const layout of [
    frames.map(({ disc }) => disc?.layout),
    frames.map(({ words }) => words?.layout),
    frames.map(({ card }) => card),
  ])
    assert.equal(new Set(layout).size, 1, `${name}: the layout moves: ${[...new Set(layout)].join(" ; ")}`);
  for (const way of [
    frames.map(({ disc }) => disc!.y),
    frames.map(({ disc }) => disc!.height),
    frames.map(({ words }) => words!.y),
  ]) {
    const isDown = way.at(-1)! > way[0]!;
    way.forEach((value, i) => {
      const step = value - (way[i - 1] ?? value);
      assert.ok((isDown ? step : -step) > -0.01, `${name}: it goes back: ${told}`);
    });
    for (const [i, { at }] of frames.entries())
      if (at >= durationMs + frameMs)
        assert.ok(Math.abs(way[i]! - way.at(-1)!) < 0.01, `${name}: it lasts too long: ${told}`);
  }
  const opacities = frames.map(({ words }) => words!.opacity);
  assert.deepEqual(
    opacities,
    opacities.toSorted((one, other) => one - other),
    `${name}: words fade`,
  );
  const arcs = frames.map(({ arc }) => arc);
  assert.deepEqual(
    arcs,
    arcs.toSorted((one, other) => other - one),
    `${name}: the arc comes back`,
  );
  for (const { at, arc } of frames) if (at >= 80 + frameMs) assert.equal(arc, 0, `${name}: the arc stays`);
}

for (const name of wantedEngines())
  describe(`The move in ${engineTitles[name]}`, () => {
    let site: LoginSite;
    let scene: Scene;
    let engine: Engine;
    const open = async (preferences?: Preferences) => {
      [site, engine] = await Promise.all([startLoginSite(), startEngine(name, preferences)]);
      scene = new Scene(engine, site);
    };
    before(() => open());
    after(() => Promise.all([engine.close(), site.close()]));

    for (const [move, { before, happen }] of Object.entries(moves)) {
      it(`is by transform alone, one way, and over after 200 ms: ${move}`, async () => {
        for (const [place, width, attributes, inside] of places) {
          await scene.open(width, attributes, inside);
          await before(scene);
          await scene.still();
          const frames = await scene.film(() => happen(scene));
          assert.ok(frames.length > 2, `${frames.length} frames`);
          assertMove(frames, `${move}, ${place}`);
        }
      });

      it(`is half way at 40 ms and nearly there at 100 ms, and nothing crosses: ${move}`, async () => {
        let longest = 0;
        for (const [place, width, attributes, inside] of places) {
          await scene.open(width, attributes, inside);
          await before(scene);
          await scene.still();
          const frames = await scene.framesAt(byTwoFrames, () => happen(scene));
          assertMove(frames, `${move}, ${place}`);
          const [first, last] = [frames[0]!, frames.at(-1)!];
          // Here and there an end has its disc nearly where the one before it had it.
          const way = Math.min(
            Math.abs(first.disc!.y - last.disc!.y),
            Math.abs(first.words!.y - last.words!.y),
          );
          longest = Math.max(longest, way);
          if (way < 10) continue;
          const done = (time: number) => {
            const { disc, words } = frames.find(({ at }) => at >= time)!;
            return [
              share(first.disc!.y, last.disc!.y, disc!.y),
              share(first.words!.y, last.words!.y, words!.y),
            ];
          };
          for (const each of done(40)) assert.ok(Math.abs(each - 0.5) < 0.01, `${place}: ${each} at 40 ms`);
          for (const each of done(100))
            assert.ok(Math.abs(each - 0.88) < 0.03, `${place}: ${each} at 100 ms`);
          // What is new fades in at its place, when the words are past it.
          for (const { at, ways } of frames)
            for (const opacity of ways) {
              if (at <= 80) assert.equal(opacity, 0, `${place}, ${at} ms`);
              if (at >= durationMs) assert.equal(opacity, 1, `${place}, ${at} ms`);
            }
        }
        assert.ok(longest > 20, `${longest} px`);
      });
    }

    it("has the field, with the focus, in its first frame", async () => {
      await scene.open(360);
      await scene.accept();
      const [first] = await scene.film(() => scene.ask());
      assert.equal(first?.hasFieldFocus, true);
    });

    it("does not say that it logs in where a question follows within 400 ms", async () => {
      const isSaid = ({ texts }: Frame) => texts.includes("Logging you in…");
      await scene.open(360);
      await scene.scan();
      const frames = await scene.framesAt([0, 100, 200, 300, 399], () => scene.accept());
      assert.deepEqual(
        frames.map((each) => each.texts.includes("Accepted")),
        frames.map(() => true),
      );
      assert.deepEqual(frames.filter(isSaid), []);
      assert.deepEqual((await scene.film(() => scene.ask())).filter(isSaid), []);
      // It is said where none follows.
      await scene.open(360);
      const later = await scene.framesAt([0, 399, 620], () => scene.accept());
      assert.deepEqual(later.map(isSaid), [false, false, true]);
    });

    it("leaves the disc where it is, and fills it, when the login follows at once", async () => {
      await scene.open(360);
      await scene.scan();
      await scene.accept();
      const frames = await scene.film(() => scene.complete());
      assert.equal(new Set(frames.map(({ disc }) => `${disc!.y} ${disc!.height} ${disc!.layout}`)).size, 1);
      assert.equal(new Set(frames.map(({ card }) => card)).size, 1);
      assert.deepEqual(
        frames.flatMap(({ faults }) => faults),
        [],
      );
      assert.equal(frames.at(-1)!.colour, "rgb(31, 79, 209)");
    });

    it("is one frame for a person who prefers reduced motion", async () => {
      const usual = engine;
      const [still, stillSite] = await Promise.all([
        startEngine(name, { reducedMotion: true }),
        startLoginSite(),
      ]);
      assert.notEqual(still, usual);
      try {
        const scene = new Scene(still, stillSite);
        for (const [move, { before, happen }] of Object.entries(moves)) {
          await scene.open(360);
          assert.equal(await still.run(() => matchMedia("(prefers-reduced-motion)").matches), true);
          await before(scene);
          await scene.still();
          const frames = await scene.film(() => happen(scene));
          const seen = new Set(
            frames.map(({ disc, words, arc, ways }) => JSON.stringify({ disc, words, arc, ways })),
          );
          assert.equal(seen.size, 1, `${move}: ${[...seen].join(" ; ")}`);
        }
      } finally {
        await Promise.all([still.close(), stillSite.close()]);
      }
    });

    // WebKitGTK has no forced colours.
    if (name !== "webkit")
      it("fills the disc with the system's colour where colours are forced", async () => {
        const [forced, forcedSite] = await Promise.all([
          startEngine(name, { forcedColors: true }),
          startLoginSite(),
        ]);
        try {
          const scene = new Scene(forced, forcedSite);
          await scene.open(360);
          assert.equal(await forced.run(() => matchMedia("(forced-colors: active)").matches), true);
          await scene.scan();
          await scene.accept();
          const before = await scene.engine.run(
            () => (globalThis as unknown as { look: () => Frame }).look().colour,
          );
          const frames = await scene.film(() => scene.complete());
          const [highlight, canvas] = await forced.run(() =>
            ["Highlight", "Canvas"].map((colour) => {
              document.body.style.cssText = `forced-color-adjust: none; background: ${colour}`;
              return getComputedStyle(document.body).backgroundColor;
            }),
          );
          assert.equal(frames.at(-1)!.colour, highlight);
          assert.notEqual(highlight, canvas);
          assert.notEqual(before, highlight);
        } finally {
          await Promise.all([forced.close(), forcedSite.close()]);
        }
      });
  });
