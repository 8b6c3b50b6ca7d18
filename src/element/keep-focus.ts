/**
 * The focus is the page's. Only when the control that has it goes away within the element does it move: to the new
 * phase's button, else to the heading, so that a keyboard or screen reader is not thrown to the page's top.
 */
export function keepFocus(root: ShadowRoot, focused: Element | null): void {
  if (!focused || isUsable(root, focused)) return;
  const button = [...root.querySelectorAll<HTMLElement>("[part=button]")].find((each) =>
    isUsable(root, each),
  );
  (button ?? root.querySelector<HTMLElement>("[part=title]"))?.focus();
}

const isUsable = (root: ShadowRoot, element: Element): boolean =>
  root.contains(element) && !element.closest("[inert]") && element.matches(":not(a), [href]");
