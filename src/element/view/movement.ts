const duration = 200;
const easing = "cubic-bezier(.2,0,0,1)";

/** Where the disc and the message are, and the arc that goes. */
interface Place {
  disc: DOMRect;
  message: DOMRect;
  arc: Element | null;
}

/** Where the disc is now, if there is one. To be called before a render. */
export function placeOf(root: ShadowRoot): Place | undefined {
  const disc = root.querySelector(".disc");
  const message = root.querySelector(".message");
  if (!disc || !message || matchMedia("(prefers-reduced-motion: reduce)").matches) return undefined;
  return {
    disc: disc.getBoundingClientRect(),
    message: message.getBoundingClientRect(),
    arc: disc.querySelector(".arc"),
  };
}

/**
 * Lets the disc and the message travel from their place of before to the new one: the browser moves them by `transform` alone,
 * and the layout is the new one from the first frame. To be called after a render.
 */
export function moveFrom(before: Place, root: ShadowRoot): void {
  const after = placeOf(root);
  if (!after) return;
  const middle = ({ top, height }: DOMRect) => top + height / 2;
  const [discY, wordsY] = [
    middle(before.disc) - middle(after.disc),
    middle(before.message) - middle(after.message),
  ];
  if (Math.abs(discY) < 1) return;
  const disc = root.querySelector(".disc")!;
  const scale = before.disc.height / after.disc.height;
  disc.animate([{ transform: `translateY(${discY}px) scale(${scale})` }, {}], { duration, easing });
  root
    .querySelector(".message")!
    .parentElement!.animate([{ transform: `translateY(${wordsY}px)`, opacity: 0.4 }, {}], {
      duration,
      easing,
    });
  if (!before.arc || after.arc) return;
  disc.append(before.arc);
  before.arc.animate([{}, { opacity: 0 }], 80).onfinish = () => before.arc!.remove();
}
