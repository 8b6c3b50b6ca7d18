/** What people must be able to tell from its ground. */
export interface Drawn {
  /** Such as "the text of title". */
  what: string;
  kind: "text" | "edges" | "lines";
  /** As `getComputedStyle` gives it. */
  colour: string;
  element: Element;
  /** Whether it is seen on what is around the element, as an edge is, and not on the element's own ground. */
  isAround: boolean;
}

const isSeen = (element: Element): boolean =>
  element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
  !element.closest(".heard, [part=status], :disabled, [aria-disabled=true]");

const hasText = (element: Element): boolean =>
  [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent!.trim());

const hasEdge = ({ borderTopStyle, borderTopWidth, borderTopColor }: CSSStyleDeclaration): boolean =>
  borderTopStyle !== "none" && parseFloat(borderTopWidth) > 0 && borderTopColor !== "rgba(0, 0, 0, 0)";

/** A colour as the browser computes it in a place. */
export function computedIn(place: Element, value: string): string {
  const probe = document.createElement("div");
  probe.style.cssText = `color: ${value}; forced-color-adjust: none`;
  place.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/**
 * What the element draws in its present state. Where its dialog is open, only that. The colour of the focus is that of its
 * property: only the browser can give the focus.
 */
export function* drawnIn(root: ShadowRoot): Iterable<Drawn> {
  const isEnlarged = root.querySelector("dialog[open]") !== null;
  for (const element of root.querySelectorAll("*")) {
    if (!isSeen(element) || (isEnlarged && !element.closest("dialog"))) continue;
    const style = getComputedStyle(element);
    const named = element.closest("[part]:not([part='']), [class]:not([class=''])")!;
    const name = named.part.value || named.getAttribute("class");
    const drawn = (what: string, kind: Drawn["kind"], colour: string, isAround: boolean): Drawn => ({
      what,
      kind,
      colour,
      element,
      isAround,
    });
    if (hasText(element)) yield drawn(`the text of ${name}`, "text", style.color, false);
    if (element.matches("svg.icon")) yield drawn("an icon", "edges", style.color, false);
    if (element.matches("button, a, .cell") && hasEdge(style) && !element.matches(".link"))
      yield drawn(`the edge of ${name}`, "edges", style.borderTopColor, true);
    if (element.matches(".button:not(.outlined)"))
      yield drawn(`the ground of ${name}`, "edges", style.backgroundColor, true);
    if (element.matches("button, a"))
      yield drawn(`the focus of ${name}`, "edges", computedIn(element, "var(--_focus)"), true);
    if (element.matches("section, .number") && hasEdge(style))
      yield drawn(`the line of ${name}`, "lines", style.borderTopColor, true);
  }
}
