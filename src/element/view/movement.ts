/** Where the disc and the message are, and the arc around the disc. */
interface Place {
  disc: Element;
  words: Element;
  discBox: DOMRect;
  wordsY: number;
  arc: Element | null;
}

const middle = ({ top, height }: DOMRect): number => top + height / 2;

/** Where the disc is now, if there is one. */
export function placeOf(root: ShadowRoot): Place | undefined {
  const disc = root.querySelector(".disc");
  const message = root.querySelector(".message");
  if (!disc || !message) return undefined;
  return {
    disc,
    words: message.parentElement!,
    discBox: disc.getBoundingClientRect(),
    wordsY: message.getBoundingClientRect().top,
    arc: disc.querySelector(".arc"),
  };
}

/**
 * Lets the disc and the message travel from their place of before to the new one: the browser moves them by `transform` alone,
 * and the layout is the new one from the first frame. Of the message its top counts: one of two lines would begin on the disc. To be
 * called after a render.
 */
export function moveFrom(before: Place | undefined, root: ShadowRoot): void {
  const after = placeOf(root);
  if (!before || !after || matchMedia("(prefers-reduced-motion)").matches) return;
  const move = middle(before.discBox) - middle(after.discBox);
  if (Math.abs(move) < 1) return;
  // Chromium may draw a frame just before the start.
  const timing = { duration: 200, easing: "cubic-bezier(.2,0,0,1)", fill: "backwards" } as const;
  const scale = before.discBox.height / after.discBox.height;
  after.disc.animate({ transform: [`translateY(${move}px) scale(${scale})`, "none"] }, timing);
  after.words.animate(
    { transform: [`translateY(${before.wordsY - after.wordsY}px)`, "none"], opacity: [0.4, 1] },
    timing,
  );
  const { arc } = before;
  if (!arc || after.arc) return;
  after.disc.append(arc);
  arc.animate({ opacity: [1, 0] }, 80).onfinish = () => arc.remove();
}
