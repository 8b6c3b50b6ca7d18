import { computedIn, type Drawn } from "./drawn.js";

/** What is drawn of a box, without its words. */
const properties = ["background", "border", "border-radius", "box-shadow"] as const;

const isDrawn = ({
  backgroundColor,
  backgroundImage,
  borderStyle,
  boxShadow,
  visibility,
}: CSSStyleDeclaration) =>
  visibility === "visible" &&
  (backgroundColor !== "rgba(0, 0, 0, 0)" ||
    [backgroundImage, borderStyle, boxShadow].some((value) => value !== "none"));

/** Those with boxes: a picture has none. */
function childrenOf(element: Element): readonly Element[] {
  if (element instanceof HTMLSlotElement) return element.assignedElements();
  return element instanceof SVGElement ? [] : [...(element.shadowRoot ?? element).children];
}

/** The colours of a place and of all that is in it, without words and pictures, as the browser draws them. */
export class Ground {
  readonly #pixels: ImageData;
  readonly #left: number;
  readonly #top: number;

  private constructor(pixels: ImageData, { left, top }: DOMRect) {
    this.#pixels = pixels;
    this.#left = left;
    this.#top = top;
  }

  /** A script cannot read the page's own pixels: the boxes are drawn once more, with their computed styles, in a picture. */
  static async draw(place: Element): Promise<Ground> {
    const frame = place.getBoundingClientRect();
    const boxes = document.createElement("div");
    boxes.setAttribute("xmlns", "http://www.w3.org/1999/xhtml");
    const add = (element: Element, around: number): void => {
      const style = getComputedStyle(element);
      const opacity = around * Number(style.opacity);
      const { left, top, width, height } = element.getBoundingClientRect();
      if (isDrawn(style) && width > 0 && height > 0) {
        const box = document.createElement("div");
        for (const name of properties) box.style.setProperty(name, style.getPropertyValue(name));
        box.style.cssText += `; position: absolute; opacity: ${opacity}; box-sizing: border-box;
          left: ${left - frame.left}px; top: ${top - frame.top}px; width: ${width}px; height: ${height}px`;
        boxes.append(box);
      }
      for (const child of childrenOf(element)) add(child, opacity);
    };
    boxes.style.background = computedIn(place, "Canvas");
    boxes.style.blockSize = "100%";
    add(place, 1);
    const [width, height] = [Math.ceil(frame.width), Math.ceil(frame.height)];
    const picture = new Image(width, height);
    picture.src = `data:image/svg+xml,${encodeURIComponent(
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><foreignObject width="100%" height="100%">${new XMLSerializer().serializeToString(boxes)}</foreignObject></svg>`,
    )}`;
    await picture.decode();
    const canvas = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true })!;
    canvas.drawImage(picture, 0, 0);
    return new Ground(canvas.getImageData(0, 0, width, height), frame);
  }

  /** The colours behind what is drawn, or around it. */
  behind({ element, isAround, kind }: Drawn): Set<string> {
    const colours = new Set<string>();
    const take = (x: number, y: number): void => {
      const [column, row] = [Math.round(x - this.#left), Math.round(y - this.#top)];
      const { data, width, height } = this.#pixels;
      if (column < 0 || row < 0 || column >= width || row >= height) return;
      const at = (row * width + column) * 4;
      colours.add(`rgb(${data[at]} ${data[at + 1]} ${data[at + 2]})`);
    };
    for (const { left, top, width, height } of isAround || kind !== "text"
      ? [element.getBoundingClientRect()]
      : lines(element))
      for (let share = 0.25; share <= 0.75; share += 0.02) {
        const [x, y] = [left + share * width, top + share * height];
        if (isAround) {
          take(x, top - 2);
          take(x, top + height + 1);
          take(left - 2, y);
          take(left + width + 1, y);
        } else for (let across = 0.02; across < 1; across += 0.02) take(left + across * width, y);
      }
    return colours;
  }
}

/** The places of the words that are in the element itself. */
function* lines(element: Element): Iterable<DOMRect> {
  const range = document.createRange();
  for (const node of element.childNodes)
    if (node.nodeType === Node.TEXT_NODE) {
      range.selectNode(node);
      yield* range.getClientRects();
    }
}
