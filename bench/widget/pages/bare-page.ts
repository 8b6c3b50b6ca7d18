import { css, html, LitElement, type TemplateResult } from "lit";
import { map, Observable, type Subscription } from "rxjs";
import { encode, type QrSymbol } from "../../../src/protocol/qr.js";

/**
 * The smallest page with the element's libraries: it requests a code and draws it. It has no errors, texts, status,
 * time or design.
 */
class BareCode extends LitElement {
  static override styles = css`
    :host {
      display: block;
    }
  `;
  #symbol: QrSymbol | undefined;
  #asking: Subscription | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#asking = code.pipe(map(encode)).subscribe((symbol) => {
      this.#symbol = symbol;
      this.requestUpdate();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#asking?.unsubscribe();
  }

  protected override render(): TemplateResult {
    return html`<canvas></canvas>`;
  }

  protected override updated(): void {
    const canvas = this.renderRoot.querySelector("canvas");
    if (canvas && this.#symbol) draw(canvas, this.#symbol);
  }
}

const modulePixels = 6;

function draw(canvas: HTMLCanvasElement, { size, path }: QrSymbol): void {
  canvas.width = canvas.height = size * modulePixels;
  const context = canvas.getContext("2d", { alpha: false });
  if (!context) return;
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.scale(modulePixels, modulePixels);
  context.fillStyle = "#000";
  context.fill(new Path2D(path));
}

/** Sends the request as the element does. */
const code = new Observable<string>((subscriber) => {
  fetch("/otp-login", { method: "POST", body: "{}", headers: { "Content-Type": "application/json" } })
    .then((response) => response.json() as Promise<{ otp: string }>)
    .then(
      ({ otp }) => subscriber.next(otp),
      (error: unknown) => subscriber.error(error),
    );
});

customElements.define("bare-code", BareCode);

// What else the element imports from its libraries. Exported, so that the bundler keeps all of it.
export { nothing, svg } from "lit";
export {
  BehaviorSubject,
  catchError,
  concat,
  defer,
  distinctUntilChanged,
  EMPTY,
  filter,
  merge,
  of,
  Subject,
  switchMap,
  take,
  takeUntil,
} from "rxjs";
