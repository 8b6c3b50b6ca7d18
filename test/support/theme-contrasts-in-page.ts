import { contrast } from "../../demo/client/contrast.js";
import { computedIn, drawnIn } from "../../demo/client/theme/drawn.js";
import { everything } from "../element/support/locales.js";
import { model, pending } from "../element/support/models.js";
import { showCard, type ViewCard } from "../element/support/view-card.js";

/** The least contrasts. */
export interface Least {
  text: number;
  /** Of controls, their focus, the ring and icons. */
  edges: number;
  /** Of the card, the empty ring and the numbers' circles, which carry no meaning by themselves. */
  lines?: number;
}

const link = { appLink: "x:otp" } as const;
const states = {
  ...everything,
  "app link beside": model(pending(), { app: "beside", ...link }),
  "app first": model(pending(), { app: "first", ...link }),
  "app first, other phone": model(pending(), { app: "first", ...link, otherPhone: true }),
  "app first, idle": model({ phase: "idle" }, { app: "first" }),
  enlarged: model(pending(), { enlarged: true }),
};
const cards = new Map<string, ViewCard>();

const dialogOf = (card: ViewCard) => card.shadowRoot!.querySelector("dialog");

export async function showEverything(): Promise<void> {
  for (const [name, state] of Object.entries(states)) {
    const card = await showCard(state);
    cards.set(name, card);
    // A modal dialog would keep the focus from the other cards.
    dialogOf(card)?.close();
  }
}

const parentOf = (element: Element): Element | null =>
  element.assignedSlot ?? element.parentElement ?? (element.getRootNode() as ShadowRoot).host ?? null;

/** The colours behind an element, from the page to the nearest. A dialog is above the page. */
function behind(element: Element | null): string[] {
  const colours: string[] = [];
  for (let each = element; each; each = each.matches("dialog") ? null : parentOf(each))
    colours.unshift(getComputedStyle(each).backgroundColor);
  return [computedIn(document.body, "Canvas"), ...colours];
}

export function tooLow({ text, edges, lines }: Least): string[] {
  const found = new Set<string>();
  for (const [state, card] of cards) {
    const root = card.shadowRoot!;
    if (card.model.enlarged) dialogOf(card)!.showModal();
    for (const animation of root.getAnimations())
      if (animation.effect!.getComputedTiming().endTime !== Infinity) animation.finish();
    const check = (what: string, least: number, colour: string, element: Element | null): void => {
      const figure = contrast(colour, ...behind(element));
      if (figure < least) found.add(`${state}: ${what} has ${figure.toFixed(2)}, not ${least}`);
    };
    for (const { what, kind, colour, element, isAround } of drawnIn(root)) {
      if (!what.startsWith("the focus of")) {
        const least = { text, edges, lines }[kind];
        if (least !== undefined) check(what, least, colour, isAround ? parentOf(element) : element);
        continue;
      }
      (element as HTMLElement).focus({ focusVisible: true });
      const { outlineColor, outlineStyle } = getComputedStyle(element);
      if (outlineStyle === "none") found.add(`${state}: no focus ring where there should be ${what}`);
      else check(what, edges, outlineColor, parentOf(element));
      (element as HTMLElement).blur();
    }
    dialogOf(card)?.close();
    // The pointer is on nothing here, so these two are computed.
    if (matchMedia("(forced-colors: active)").matches) continue;
    const hover = computedIn(root.querySelector("section")!, "var(--_hover)");
    check("a link under the pointer", text, hover, root.querySelector("section"));
    const button = contrast(computedIn(root.querySelector("section")!, "var(--_on-accent)"), hover);
    if (button < text) found.add(`the main button under the pointer has ${button.toFixed(2)}, not ${text}`);
  }
  return [...found];
}
