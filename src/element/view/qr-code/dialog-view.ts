import { html, nothing, type TemplateResult } from "lit";
import * as icons from "../icons.js";
import { timeText } from "../code-view.js";
import type { CodePainter } from "./qr-canvas.js";
import { rich } from "../steps-view.js";
import { hasCode, type Handlers, type ViewModel } from "../view-model.js";

const close = (event: Event): void => (event.currentTarget as Element).closest("dialog")!.close();

/** A click on the backdrop has the dialog itself as its target. */
const closeFromBackdrop = (event: Event): void => {
  if (event.target === event.currentTarget) close(event);
};

/** The code as large as the window allows. {@link EnlargedCode} opens and closes the dialog. */
export const dialogView = (model: ViewModel, { dialogClosed }: Handlers): TemplateResult => {
  const { words, enlarged } = model;
  return html`<dialog part="dialog" aria-labelledby="scan" @close=${dialogClosed} @click=${closeFromBackdrop}>
    ${
      enlarged
        ? html`<div class="large">
            <h2 id="scan" part="dialog-title">${rich(words.step2)}</h2>
            <button class="link close" part="close" type="button" aria-label=${words.close} @click=${close}>
              ${icons.cross}
            </button>
            <div class="box">
              ${hasCode(model.clock) ? html`<canvas role="img" aria-label=${words.codeName}></canvas>` : nothing}
            </div>
            ${timeText(model)}
          </div>`
        : nothing
    }
  </dialog>`;
};

/** Opens and closes the dialog of a shadow root. */
export class EnlargedCode {
  /** Whether the dialog should be open. */
  isWanted = false;
  /** From opening until the browser's `close` event: meanwhile nothing behind the dialog is announced. */
  isModal = false;
  /** Whether the code would be larger in the dialog than it is on the card. */
  isPossible = true;

  /** To be called when the person asks for the large code. */
  want(): void {
    this.isWanted = this.isPossible;
    this.isModal = false;
  }

  /**
   * Compares the code's sizes in the dialog and on the card; where the dialog's is not larger, there is no dialog. To be called
   * after each render. Returns whether the answer has changed.
   */
  measure(root: ShadowRoot, painter: CodePainter): boolean {
    const code = root.querySelector(".code");
    if (!code) return false;
    // The least width of the dialog is that of the code's box, also while the dialog is closed.
    const box = parseFloat(getComputedStyle(root.querySelector("dialog")!).minInlineSize);
    const was = this.isPossible;
    this.isPossible = painter.isLarger(box, code.clientWidth);
    this.isWanted &&= this.isPossible;
    return this.isPossible !== was;
  }

  /** To be called after each render. */
  sync(root: ShadowRoot): void {
    const dialog = root.querySelector("dialog")!;
    if (dialog.open === this.isWanted) return;
    if (!this.isWanted) return dialog.close();
    // The person has closed it: the event that says so is on its way.
    if (this.isModal) return;
    // The dialog gives the focus back to this button, also when the code itself was pressed.
    root.querySelector<HTMLElement>(".enlarge")?.focus();
    dialog.showModal();
    this.isModal = true;
  }

  /** The `close` event comes later than the close: the dialog may be open again. */
  closed(root: ShadowRoot): void {
    this.isModal = root.querySelector("dialog")!.open;
    if (!this.isModal) this.isWanted = false;
  }
}
