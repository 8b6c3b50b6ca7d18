import type { LitElement, ReactiveController } from "lit";
import {
  encode,
  fullWidth,
  margin,
  minPixelsPerModule,
  modulePixelsAtFullWidth,
  type QrSymbol,
} from "../../../protocol/qr.js";
import { fillOtp, parseQrLink } from "../../../protocol/qr-link.js";

/**
 * The edge of one module in device pixels: a whole number, as large as the box allows, and at least four CSS pixels. At full
 * width it is not larger than in the picture of `kit.begin`, whose server does not know the resolution.
 * @param box the box's width in CSS pixels
 */
export const modulePixels = (modules: number, box: number, devicePixelRatio: number): number => {
  const side = box === fullWidth ? modulePixelsAtFullWidth(modules) * modules : box - margin;
  return Math.max(
    Math.floor((side * devicePixelRatio) / modules),
    Math.ceil(minPixelsPerModule * devicePixelRatio),
  );
};

/** The space between the canvas and the edges of its box, both sides together, so that the ring around it stays free. */
const ringMargin = 10;

/**
 * The edge of the canvas in device pixels: that of the code, or a little more, which the quiet zone gets. If the canvas has a
 * whole number of CSS pixels, no browser scales it, so all modules stay equal. An even number, so that it begins at a whole
 * CSS pixel, as the picture of `kit.begin` does.
 * @param edge the code's edge, its quiet zone included
 */
export function canvasPixels(edge: number, box: number, devicePixelRatio: number): number {
  const smallest = 2 * Math.ceil(edge / devicePixelRatio / 2);
  const largest = Math.max(box - ringMargin, smallest + 8);
  for (let css = smallest; css <= largest; css += 2) {
    const pixels = Math.round(css * devicePixelRatio);
    if (Math.abs(css * devicePixelRatio - pixels) < 0.01) return pixels;
  }
  return edge;
}

/**
 * Encodes a code and paints it on every canvas of the host: a new one in the frame in which it is rendered, and again when the
 * size or the resolution changes. A canvas, because extensions that darken pages repaint SVG.
 */
export class CodePainter implements ReactiveController {
  #text: string | undefined;
  #link: string | null = null;
  /** The link, parsed; undefined if there is none or it is wrong. */
  #template: string | undefined;
  #symbol: QrSymbol | undefined;
  #painted = new WeakMap<Element, QrSymbol>();
  #resized: ResizeObserver | undefined;
  #resolution: MediaQueryList | undefined;
  readonly #host: LitElement;

  constructor(host: LitElement) {
    this.#host = host;
    host.addController(this);
  }

  get hasSymbol(): boolean {
    return this.#symbol !== undefined;
  }

  /** Whether the code is larger in a box than in another one, by their widths in CSS pixels. */
  isLarger(box: number, other: number): boolean {
    const pixels = (width: number) => modulePixels(this.#symbol?.size ?? 1, width, ratioFor(this.#host));
    return pixels(Math.floor(box)) > pixels(other);
  }

  /** Encodes a new OTP, in the link if there is one. Returns an error if it is too long for a QR code. */
  encode(otp: string, link: string | null = null): unknown {
    this.#useLink(link);
    const text = this.#template ? fillOtp(this.#template, otp) : otp;
    if (text === this.#text) return undefined;
    this.#text = this.#symbol = undefined;
    try {
      this.#symbol = encode(text);
      this.#text = text;
      return undefined;
    } catch (error) {
      return error;
    }
  }

  /** A wrong link is reported once, and the code holds the OTP alone: the site's app can still scan it. */
  #useLink(link: string | null): void {
    if (link === this.#link) return;
    this.#link = link;
    this.#template = undefined;
    try {
      if (link) this.#template = parseQrLink(link);
    } catch (error) {
      console.warn(`<onegini-otp-login qr-link>: ${(error as Error).message}`);
    }
  }

  hostConnected(): void {
    // It also fires once after the first layout, when nothing has changed yet.
    this.#resized = new ResizeObserver(() => this.#paintAll(false));
    this.#watchResolution();
    this.#painted = new WeakMap();
  }

  hostDisconnected(): void {
    this.#resized?.disconnect();
    // A code that arrives now is painted but not observed.
    this.#resized = undefined;
    this.#resolution?.removeEventListener("change", this.#repaint);
  }

  hostUpdated(): void {
    const symbol = this.#symbol;
    if (!symbol) return;
    for (const canvas of this.#canvases()) {
      if (this.#painted.get(canvas) === symbol) continue;
      if (!this.#painted.has(canvas)) this.#observe(canvas);
      this.#painted.set(canvas, symbol);
      paint(canvas, symbol, true);
    }
  }

  #canvases(): NodeListOf<HTMLCanvasElement> {
    return this.#host.renderRoot.querySelectorAll("canvas");
  }

  #observe(canvas: HTMLCanvasElement): void {
    const box = canvas.parentElement!;
    try {
      this.#resized?.observe(box, { box: "device-pixel-content-box" });
    } catch {
      this.#resized?.observe(box);
    }
    canvas.addEventListener("contextrestored", this.#repaint);
  }

  /** A query matches one resolution, so each change needs a new query. */
  #watchResolution(): void {
    this.#resolution?.removeEventListener("change", this.#repaint);
    this.#resolution = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
    this.#resolution.addEventListener("change", this.#repaint);
  }

  readonly #repaint = (): void => {
    this.#watchResolution();
    this.#paintAll(true);
  };

  #paintAll(isLost: boolean): void {
    const symbol = this.#symbol;
    if (symbol) for (const canvas of this.#canvases()) paint(canvas, symbol, isLost);
  }
}

/** Device pixels per CSS pixel of an element. */
const ratioFor = (element: Element & { currentCSSZoom?: number }): number =>
  devicePixelRatio * (element.currentCSSZoom ?? 1);

/** @param isLost whether the canvas shows something else now; if not, it is painted only in a new size */
function paint(canvas: HTMLCanvasElement, { size, path }: QrSymbol, isLost: boolean): void {
  const ratio = ratioFor(canvas);
  const box = canvas.parentElement!.clientWidth;
  const module = modulePixels(size, box, ratio);
  const edge = module * size;
  const whole = canvasPixels(edge, box, ratio);
  // Browsers round lengths down to 1/64 px: without a little more, a page's `zoom` makes the canvas too small by that much.
  const css = `${whole / ratio + 0.001}px`;
  if (!isLost && canvas.width === whole && canvas.style.width === css) return;
  canvas.width = canvas.height = whole;
  // `!important` inside the shadow tree wins over any rule of a site for the part.
  for (const side of ["width", "height"]) canvas.style.setProperty(side, css, "important");
  const context = canvas.getContext("2d", { alpha: false });
  if (!context) return;
  context.fillStyle = "#fff";
  context.fillRect(0, 0, whole, whole);
  const offset = Math.floor(Math.floor((whole - edge) / ratio / 2) * ratio);
  context.setTransform(module, 0, 0, module, offset, offset);
  context.fillStyle = "#000";
  context.fill(new Path2D(path));
}
