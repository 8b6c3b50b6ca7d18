import { contrast } from "../../demo/client/contrast.js";
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

const isSeen = (element: Element): boolean =>
  element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
  !element.closest(".heard, [role=status], :disabled, [aria-disabled=true]");

const parentOf = (element: Element): Element | null =>
  element.assignedSlot ?? element.parentElement ?? (element.getRootNode() as ShadowRoot).host ?? null;

/** The colours behind an element, from the page to the nearest. A dialog is above the page. */
function behind(element: Element | null): string[] {
  const colours: string[] = [];
  for (let each = element; each; each = each.matches("dialog") ? null : parentOf(each))
    colours.unshift(getComputedStyle(each).backgroundColor);
  return [computedIn(document.body, "Canvas"), ...colours];
}

/** A colour as the browser computes it in a place. */
function computedIn(place: Element, value: string): string {
  const probe = document.createElement("div");
  probe.style.cssText = `color: ${value}; forced-color-adjust: none`;
  place.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

const hasText = (element: Element): boolean =>
  [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent!.trim());

const hasEdge = ({ borderTopStyle, borderTopWidth, borderTopColor }: CSSStyleDeclaration): boolean =>
  borderTopStyle !== "none" && parseFloat(borderTopWidth) > 0 && borderTopColor !== "rgba(0, 0, 0, 0)";

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
    for (const element of root.querySelectorAll("*")) {
      if (!isSeen(element) || (card.model.enlarged && !element.closest("dialog"))) continue;
      const style = getComputedStyle(element);
      const name = element.part.value || element.getAttribute("class") || element.localName;
      if (hasText(element)) check(`the text of ${name}`, text, style.color, element);
      if (element.matches("svg.icon")) check("an icon", edges, style.color, element);
      if (element.matches("button, a, .cell")) {
        if (hasEdge(style) && !element.matches(".link"))
          check(`the edge of ${name}`, edges, style.borderTopColor, parentOf(element));
        if (element.matches(".button:not(.outlined)"))
          check(`the ground of ${name}`, edges, style.backgroundColor, parentOf(element));
      }
      if (element.matches("button, a")) {
        (element as HTMLElement).focus({ focusVisible: true });
        const { outlineColor, outlineStyle } = getComputedStyle(element);
        if (outlineStyle === "none") found.add(`${state}: ${name} has no focus ring`);
        else check(`the focus of ${name}`, edges, outlineColor, parentOf(element));
        (element as HTMLElement).blur();
      }
      if (lines !== undefined && element.matches("section, .number") && hasEdge(style))
        check(`the line of ${name}`, lines, style.borderTopColor, parentOf(element));
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
