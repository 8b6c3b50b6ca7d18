import { html, nothing, type TemplateResult } from "lit";
import * as icons from "./icons.js";
import { hasCode, type Handlers, type ViewModel } from "./view-model.js";
import { timeText } from "./time-view.js";

const close = (event: Event): void => (event.currentTarget as Element).closest("dialog")!.close();

/** A press beside the dialog hits the dialog's own box: all that is inside it belongs to its children. */
const closeFromBeside = (event: Event): void => {
  if (event.target === event.currentTarget) close(event);
};

/** The code as large as the window allows. It is modal: the element opens and closes it. */
export const dialogView = (model: ViewModel, { shrunk }: Handlers): TemplateResult => {
  const { words, enlarged } = model;
  return html`<dialog aria-labelledby="scan" @close=${shrunk} @click=${closeFromBeside}>
    ${
      enlarged
        ? html`<div class="large">
            <h2 id="scan">${words.step2.replaceAll("**", "")}</h2>
            <button class="link close" type="button" aria-label=${words.close} @click=${close}>
              ${icons.cross}
            </button>
            <div class="box">
              ${hasCode(model) ? html`<canvas role="img" aria-label=${words.codeName}></canvas>` : nothing}
            </div>
            ${timeText(model)}
          </div>`
        : nothing
    }
  </dialog>`;
};
