export const isShown = (element: Element): boolean =>
  element.checkVisibility({ visibilityProperty: true }) &&
  !element.closest("[inert], [part=status], .heard, dialog");

/** A piece of text that can be seen, what holds it, and its boxes, one a line or more. */
export interface Seen {
  text: Text;
  holder: Element;
  rects: DOMRect[];
}

export function textsOf(section: Element): Seen[] {
  const found: Seen[] = [];
  const walker = document.createTreeWalker(section, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode() as Text | null; text; text = walker.nextNode() as Text | null)
    if (text.data.trim() && isShown(text.parentElement!))
      found.push({ text, holder: text.parentElement!, rects: rectsOf(text) });
  return found;
}

export function rectsOf(text: Text, from = 0, to = text.length): DOMRect[] {
  const range = document.createRange();
  range.setStart(text, from);
  range.setEnd(text, to);
  return [...range.getClientRects()].filter(({ width }) => width > 0);
}

/** The places where a text overlaps the card's padding, overflows its own box or is cut. */
export function spilling(section: Element, texts: readonly Seen[]): string[] {
  const card = section.getBoundingClientRect();
  const padding = Number.parseFloat(getComputedStyle(section).paddingLeft);
  const found: string[] = [];
  for (const { text, holder, rects } of texts) {
    const box = holder.getBoundingClientRect();
    for (const rect of rects) {
      const inCard = rect.left >= card.left + padding - 1 && rect.right <= card.right - padding + 1;
      const inBox =
        rect.left >= box.left - 1 &&
        rect.right <= box.right + 1 &&
        rect.top >= box.top - 4 &&
        rect.bottom <= box.bottom + 4;
      if (!inCard || !inBox || rect.bottom > card.bottom) found.push(text.data.trim());
    }
    if (holder.clientWidth > 0 && holder.scrollWidth > holder.clientWidth + 1)
      found.push(`wide: ${text.data}`);
  }
  return found;
}
