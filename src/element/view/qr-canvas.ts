import type { LitElement, ReactiveController } from "lit";
import type { QrSymbol } from "../../protocol/qr.js";

/** Free pixels around the code in the box that it lies in, both sides together. */
const margin = 16;
const minPixelsPerModule = 4;

/**
 * The edge of one module in device pixels: whole, as large as the box allows, and never under four CSS pixels.
 * @param box the box's width in CSS pixels
 */
export const modulePixels = (modules: number, box: number, devicePixelRatio: number): number =>
  Math.max(
    Math.floor(((box - margin) * devicePixelRatio) / modules),
    Math.ceil(minPixelsPerModule * devicePixelRatio),
  );

/**
 * Paints the code on every canvas of the host: when there is a new one, in the frame in which it is rendered, and
 * when the size or the resolution changes. A canvas, because extensions that darken pages repaint SVG.
 */
export class CodePainter implements ReactiveController {
  #painted = new WeakMap<Element, QrSymbol>();
  #resized: ResizeObserver | undefined;
  #resolution: MediaQueryList | undefined;
  readonly #host: LitElement;
  readonly #symbol: () => QrSymbol | undefined;

  constructor(host: LitElement, symbol: () => QrSymbol | undefined) {
    this.#host = host;
    this.#symbol = symbol;
    host.addController(this);
  }

  hostConnected(): void {
    this.#resized = new ResizeObserver(this.#repaint);
    this.#watchResolution();
    this.#painted = new WeakMap();
    this.#host.requestUpdate();
  }

  hostDisconnected(): void {
    this.#resized?.disconnect();
    // A code that arrives just now is painted, and nothing of it is watched.
    this.#resized = undefined;
    this.#resolution?.removeEventListener("change", this.#repaint);
  }

  hostUpdated(): void {
    const symbol = this.#symbol();
    if (!symbol) return;
    for (const canvas of this.#canvases()) {
      if (this.#painted.get(canvas) === symbol) continue;
      if (!this.#painted.has(canvas)) this.#observe(canvas);
      this.#painted.set(canvas, symbol);
      paint(canvas, symbol);
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

  /** A query matches one resolution only: after each change the next one is watched. */
  #watchResolution(): void {
    this.#resolution?.removeEventListener("change", this.#repaint);
    this.#resolution = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
    this.#resolution.addEventListener("change", this.#repaint);
  }

  readonly #repaint = (): void => {
    this.#watchResolution();
    const symbol = this.#symbol();
    if (symbol) for (const canvas of this.#canvases()) paint(canvas, symbol);
  };
}

function paint(canvas: HTMLCanvasElement, { size, path }: QrSymbol): void {
  const zoom = (canvas as Element & { currentCSSZoom?: number }).currentCSSZoom ?? 1;
  const ratio = devicePixelRatio * zoom;
  const module = modulePixels(size, canvas.parentElement!.clientWidth, ratio);
  const edge = module * size;
  canvas.width = canvas.height = edge;
  // `!important` from inside the shadow tree is above any rule that a site writes for the part.
  for (const side of ["width", "height"]) canvas.style.setProperty(side, `${edge / ratio}px`, "important");
  const context = canvas.getContext("2d", { alpha: false });
  if (!context) return;
  context.fillStyle = "#fff";
  context.fillRect(0, 0, edge, edge);
  context.scale(module, module);
  context.fillStyle = "#000";
  context.fill(new Path2D(path));
}
