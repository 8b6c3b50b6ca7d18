import { present } from "./flow/page-environment.js";

/** While an element is in view and yet not visible, it is looked at so often: no browser tells when that ends. */
const lookMs = 500;

const isVisible = (element: Element): boolean => element.checkVisibility({ visibilityProperty: true });

const parentOf = (element: Element): Element | null => {
  const root = element.getRootNode();
  return element.assignedSlot ?? element.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
};

type Box = Pick<DOMRect, "top" | "bottom" | "left" | "right">;

/** Where an element is or will be: one that has no style yet is as wide as what it is in. */
function placeOf(element: Element): Box {
  const box = element.getBoundingClientRect();
  const around = box.width ? box : (parentOf(element)?.getBoundingClientRect() ?? box);
  return { top: box.top, bottom: box.bottom, left: around.left, right: around.right };
}

/** Whether two stretches have something in common; of one without a length it is the place that counts. */
const meet = (start: number, end: number, from: number, to: number): boolean =>
  start < to && (end > from || start >= from);

const isWithin = (place: Box, { top, bottom, left, right }: Box): boolean =>
  meet(place.top, place.bottom, top, bottom) && meet(place.left, place.right, left, right);

/** Whether a person sees the place of an element, as far as that is known at once. */
export const isSeen = (element: Element): boolean => present() === "visible" && isInView(element);

function isInView(element: Element): boolean {
  const { defaultView: view, body } = element.ownerDocument;
  if (!view || !isVisible(element)) return false;
  const place = placeOf(element);
  if (!isWithin(place, { top: 0, bottom: view.innerHeight, left: 0, right: view.innerWidth })) return false;
  // What scrolls or hides what is in it.
  for (let each = parentOf(element); each && each !== body; each = parentOf(each)) {
    if (getComputedStyle(each).overflow === "visible") continue;
    const box = each.getBoundingClientRect();
    if (!box.width || !box.height || !isWithin(place, box)) return false;
  }
  // Of another origin's page nobody can tell where the frame is in it.
  return !view.frameElement || isInView(view.frameElement);
}

/** Calls back, perhaps more than once, when a person sees something of an element. The return value ends it. */
export function whenSeen(element: Element, seen: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;
  const look = () => {
    if (isVisible(element)) seen();
    else timer = setTimeout(look, lookMs);
  };
  // A box that hides what is in it may have no height because the element is not rendered yet: in a moment it is, before a frame.
  queueMicrotask(() => {
    if (!isOver && isSeen(element)) seen();
  });
  const observer = new IntersectionObserver(
    (entries) => {
      clearTimeout(timer);
      // Rendered by now. What lies on an edge, or in a box without height, is in view by none of its pixels.
      if (entries.at(-1)!.intersectionRatio > 0) look();
    },
    { threshold: [0, 0.01] },
  );
  observer.observe(element);
  return () => {
    isOver = true;
    observer.disconnect();
    clearTimeout(timer);
  };
}
