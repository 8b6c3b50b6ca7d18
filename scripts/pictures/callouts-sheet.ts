/** Draws the pictures of docs/theming.md in a page, for `scripts/pictures/callouts-pictures.ts`: `draw("code", legend)`. */
import { asked, model, pending, scanned } from "../../test/element/support/models.js";
import { ViewCard } from "../../test/element/support/view-card.js";
import type { ViewModel } from "../../src/element/view/view-model.js";
import { pictures, type Callout, type Picture } from "./callouts.js";

const cards: Record<Picture, ViewModel> = {
  code: model(pending()),
  scanned: model(scanned()),
  message: model({ phase: "denied" }, { otherWay: "Log in with your password" }),
  number: model(asked({ wrong: 1 }), { field: { digits: [..."4317"], from: 4, to: 4, hasFocus: true } }),
  phone: { ...model(pending()), app: "first", appLink: "example:login" },
  dialog: model(pending(), { enlarged: true }),
};

const slotted = `
  <svg slot="logo" viewBox="0 0 28 28" width="28" height="28"><rect width="28" height="28" rx="7" fill="#0b6b57" />
    <path d="M8 19 13 9M15 19 20 9" stroke="#fff" stroke-width="3" stroke-linecap="round" /></svg>
  <svg slot="app-icon" viewBox="0 0 28 28"><rect width="28" height="28" fill="#0b6b57" />
    <path d="M8 19 13 9M15 19 20 9" stroke="#fff" stroke-width="3" stroke-linecap="round" /></svg>
  <svg slot="scan-icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2">
    <path d="M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M4 12h16" /></svg>
  <p slot="footer">Only accept a login that you started yourself, on this page.</p>`;

const otherWay = `<a slot="other-way" href="#">Log in with your password</a>`;

/** Between the centres of two marks, and from a mark to the edge of the picture. */
const step = 28;
const inset = 24;

/** Draws a picture and returns its height. The marks stand over the real boxes of the parts. */
async function draw(picture: Picture, legend: Readonly<Record<string, string>>): Promise<number> {
  const card = new ViewCard();
  card.model = cards[picture];
  if (picture === "code") card.innerHTML = slotted;
  if (picture === "message") card.innerHTML = otherWay;
  document.body.replaceChildren(card);
  await card.updateComplete;
  await document.fonts.ready;
  if (card.model.enlarged) card.renderRoot.querySelector("dialog")!.showModal();

  const height = card.model.enlarged ? innerHeight : Math.ceil(document.body.getBoundingClientRect().bottom);
  // In the top layer, as the dialog is, and after it.
  const layer = document.createElement("div");
  layer.popover = "manual";
  layer.innerHTML = `<svg width="${innerWidth}" height="${height}">${(["left", "right"] as const)
    .map((side) => {
      const marks = (pictures[picture] as readonly Callout[])
        .filter((each) => each.side === side)
        .map((each) => ({ ...each, mark: legend[each.name] ?? "", ...pointOf(card, each, picture) }))
        .sort((one, other) => one.y - other.y);
      const places = spread(
        marks.map(({ y }) => y),
        height,
      );
      return marks.map((each, at) => callout(each, places[at]!)).join("");
    })
    .join("")}</svg>`;
  document.body.append(layer);
  layer.showPopover();
  return height;
}

interface Point {
  box: DOMRect;
  x: number;
  y: number;
}

/** The point in the window that a callout leads to, and the box that it is in. Throws where nobody could see it. */
function pointOf(card: ViewCard, { name, on, at }: Callout, picture: string): Point {
  const selector = on ?? `[part~="${name}"], [slot="${name}"]`;
  const box = [card, card.renderRoot]
    .flatMap((root) => [...root.querySelectorAll(selector)])
    .filter((each) => each.checkVisibility({ visibilityProperty: true }))
    .map((each) => boxOf(each).getBoundingClientRect())
    .find(({ width, height }) => width > 0 || height > 0);
  if (!box) throw new Error(`The picture "${picture}" does not show "${name}".`);
  const [x, y, dx = 0, dy = 0] = at;
  return { box, x: box.left + x * box.width + dx, y: box.top + y * box.height + dy };
}

/** A paragraph is as wide as its words. */
function boxOf(element: Element): Element | Range {
  if (!element.matches("p")) return element;
  const words = new Range();
  words.selectNodeContents(element);
  return words;
}

/** Moves places in order apart, so that no two marks overlap and all stay in the picture. */
function spread(wanted: readonly number[], height: number): number[] {
  const places: number[] = [];
  for (const y of wanted) places.push(Math.max(y, (places.at(-1) ?? -Infinity) + step, inset));
  let limit = height - inset;
  return places.reduceRight<number[]>((all, y) => {
    const place = Math.min(y, limit);
    limit = place - step;
    return [place, ...all];
  }, []);
}

/** A line to a point, and its mark: letters in squares for properties and slots, numbers in circles for parts. */
function callout(
  { mark, side, x, y, box, outline }: Callout & Point & { mark: string },
  place: number,
): string {
  const from = side === "left" ? inset : innerWidth - inset;
  const line = `M${from} ${place}L${x} ${y}`;
  const frame =
    outline === undefined
      ? ""
      : `<rect class="outline" x="${box.left - outline}" y="${box.top - outline}"
          width="${box.width + 2 * outline}" height="${box.height + 2 * outline}" rx="3" />`;
  return `${frame}<path class="halo" d="${line}" /><path d="${line}" />
    <circle class="dot" cx="${x}" cy="${y}" r="3.5" />
    <rect x="${from - 12}" y="${place - 12}" width="24" height="24" rx="${/[A-Z]/.test(mark) ? 5 : 12}" />
    <text x="${from}" y="${place}">${mark}</text>`;
}

Object.assign(globalThis, { draw });
