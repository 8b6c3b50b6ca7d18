import { pageVisibility } from "./flow/page-environment.js";

const parentOf = (element: Element): Element | null => {
  const root = element.getRootNode();
  return element.assignedSlot ?? element.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
};

/** The box of an element. One without styles has no width yet: it will be as wide as its parent. */
function boxOf(element: Element): DOMRect {
  const box = element.getBoundingClientRect();
  const around = box.width ? box : (parentOf(element)?.getBoundingClientRect() ?? box);
  return new DOMRect(around.x, box.y, around.width, box.height);
}

/** Whether two ranges overlap. The first may be empty: then its start must be in the second. */
const overlap = (start: number, end: number, from: number, to: number): boolean =>
  start < to && (end > from || start >= from);

const boxesOverlap = (box: DOMRect, other: DOMRect): boolean =>
  overlap(box.top, box.bottom, other.top, other.bottom) &&
  overlap(box.left, box.right, other.left, other.right);

/** Whether a person can see the place of an element, as far as boxes tell, without waiting for an observer. */
export const isInView = (element: Element): boolean => pageVisibility() === "visible" && isInWindow(element);

function isInWindow(element: Element): boolean {
  const { defaultView: view, body } = element.ownerDocument;
  if (!view || !isVisible(element)) return false;
  const box = boxOf(element);
  if (!boxesOverlap(box, new DOMRect(0, 0, view.innerWidth, view.innerHeight))) return false;
  // Ancestors that scroll or clip.
  for (let each = parentOf(element); each && each !== body; each = parentOf(each)) {
    if (getComputedStyle(each).overflow === "visible") continue;
    const clip = each.getBoundingClientRect();
    if (!clip.width || !clip.height || !boxesOverlap(box, clip)) return false;
  }
  // A frame in a page of another origin has no `frameElement`, and counts as in view.
  return !view.frameElement || isInWindow(view.frameElement);
}

/** Not in a part of the page with `display: none` or `visibility: hidden`. */
const isVisible = (element: Element): boolean => element.checkVisibility({ visibilityProperty: true });

/** Calls back, perhaps more than once, when an element comes into view and is visible. Returns a function that stops it. */
export function whenInView(element: Element, callback: () => void): () => void {
  let isStopped = false;
  // A box that clips may have no height only because the element is not rendered yet.
  queueMicrotask(() => {
    if (!isStopped && isInView(element)) callback();
  });
  const observer = new IntersectionObserver(
    (entries) => {
      // An element on an edge, or in a box without height, intersects with a ratio of 0: none of it can be seen.
      if (entries.at(-1)!.intersectionRatio > 0 && isVisible(element)) callback();
    },
    { threshold: [0, 0.01] },
  );
  observer.observe(element);
  return () => {
    isStopped = true;
    observer.disconnect();
  };
}
