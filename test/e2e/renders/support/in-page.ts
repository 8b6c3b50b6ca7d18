/** The part that runs in the page: shows elements, waits for them, and returns their positions. The site serves it. */
import type { OneginiOtpLogin } from "../../../../src/element/onegini-otp-login.js";

/** One element on a site of its own. */
export interface Place {
  id: string;
  /** The width of the place that the element is in, in CSS pixels. */
  width: number;
  /** How far its corner is from a whole pixel. */
  offset: number;
  endpoint: string;
  /** In both slots is something. */
  hasSlots: boolean;
  css: string;
}

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Where an element and its code are on the page, in CSS pixels. */
export interface Seen {
  card: Box;
  code: Box;
  /** The canvas's own width, in pixels. */
  canvasWidth: number;
  /** The first finder pattern on the canvas, in its pixels. */
  finder: { x: number; y: number; width: number };
}

/** Effects that must be visible before a picture is taken. Otherwise the page would be less hostile than intended. */
export type Effect = "none" | "cards are dark" | "forced colours";

const frame = () => new Promise(requestAnimationFrame);
const elements = () => [...document.querySelectorAll<OneginiOtpLogin>("onegini-otp-login")];
const cardOf = ({ shadowRoot }: Element) => shadowRoot!.querySelector("section")!;

const inEffect = {
  none: () => true,
  "cards are dark": () =>
    elements().every((each) => getComputedStyle(cardOf(each)).backgroundColor !== "rgb(255, 255, 255)"),
  "forced colours": () => matchMedia("(forced-colors: active)").matches,
} as const satisfies Record<Effect, () => boolean>;

function finderOf(canvas: HTMLCanvasElement): { x: number; y: number; width: number } {
  const { data, width } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
  const isDark = (at: number) => data[at * 4] === 0;
  let start = 0;
  while (start < data.length / 4 && !isDark(start)) start++;
  let end = start;
  while (isDark(end)) end++;
  return { x: start % width, y: Math.floor(start / width), width: end - start };
}

const boxOf = (element: Element): Box => {
  const { left, top, right, bottom } = element.getBoundingClientRect();
  return { left, top, right, bottom };
};

/** Enlarges an element's surroundings so that its whole code is visible. On a real page, a person would scroll. */
function makeRoom(ground: HTMLElement, code: Box): void {
  const { left, top } = ground.getBoundingClientRect();
  const around = parseFloat(getComputedStyle(ground).paddingTop);
  ground.style.minWidth = `${code.right - left + 2 * around}px`;
  ground.style.minHeight = `${code.bottom - top + around}px`;
}

export const inPage = {
  /** Replaces the elements. Resolves when each shows its code. */
  async show(sheet: string, places: readonly Place[], columns: number, room: number): Promise<void> {
    const style = document.createElement("style");
    // The sites are next to each other. `contain` keeps what one paints from covering another.
    style.textContent = `body { display: grid; grid: auto / repeat(${columns}, max-content); margin: 0 }
      html { width: max-content; background: #fff } .ground { contain: layout paint; padding: ${room}px;} ${sheet} ${places.map(({ css }) => css).join("\n")}`;
    const grounds = places.map(({ id, width, offset, endpoint, hasSlots }) => {
      const ground = document.createElement("div");
      ground.className = "ground";
      const place = document.createElement("div");
      place.id = id;
      place.style.cssText = `width: ${width}px; translate: ${offset}px ${offset}px`;
      const element = document.createElement("onegini-otp-login");
      element.setAttribute("manual", "");
      element.setAttribute("endpoint", endpoint);
      for (const slot of hasSlots ? ["logo", "footer"] : []) {
        const slotted = document.createElement("span");
        slotted.slot = slot;
        slotted.textContent = "Never scan a code that somebody sent you.";
        element.append(slotted);
      }
      place.append(element);
      ground.append(place);
      return ground;
    });
    document.body.replaceChildren(style, ...grounds);
    for (const element of elements()) element.start();
    while (!elements().every(({ shadowRoot }) => shadowRoot!.querySelector("canvas"))) {
      // On a busy machine an element may give up before it gets an answer.
      for (const element of elements()) if (element.state === "failed") element.start();
      await frame();
    }
    await frame();
  },

  /** The space that all elements need with their codes, in their present layout. */
  room(): { width: number; height: number } {
    const grounds = [...document.querySelectorAll<HTMLElement>(".ground")];
    for (const [i, { code }] of inPage.look().entries()) makeRoom(grounds[i]!, code);
    const { width, height } = document.body.getBoundingClientRect();
    return { width, height };
  },

  /** Opens the dialog of the only element. */
  async enlarge(): Promise<void> {
    const root = elements()[0]!.shadowRoot!;
    root.querySelector<HTMLElement>(".enlarge")!.click();
    while (!root.querySelector("dialog[open] canvas")) await frame();
  },

  /** Resolves when the effect is visible and the last frame is painted. */
  async settle(effect: Effect): Promise<void> {
    while (!inEffect[effect]()) await frame();
    await frame();
    await frame();
  },

  look: (): Seen[] =>
    elements().map((each) => {
      const canvas = [...each.shadowRoot!.querySelectorAll("canvas")].at(-1)!;
      const card = canvas.closest("dialog") ?? cardOf(each);
      return {
        card: boxOf(card),
        code: boxOf(canvas),
        canvasWidth: canvas.width,
        finder: finderOf(canvas),
      };
    }),
};

(globalThis as unknown as { renders: typeof inPage }).renders = inPage;
