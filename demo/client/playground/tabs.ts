/**
 * Tabs as the ARIA Authoring Practices have them: arrow keys, Home and End; one stop for the Tab key. Returns a function that
 * shows one.
 */
export function bindTabs(list: HTMLElement): (shown: HTMLElement) => void {
  const tabs = [...list.querySelectorAll<HTMLElement>("[role=tab]")];

  const show = (shown: HTMLElement): void => {
    for (const tab of tabs) {
      tab.setAttribute("aria-selected", String(tab === shown));
      tab.tabIndex = tab === shown ? 0 : -1;
      document.getElementById(tab.getAttribute("aria-controls") ?? "")!.hidden = tab !== shown;
    }
  };
  const next = (key: string, from: HTMLElement): HTMLElement | undefined => {
    // A wide window does not need them all.
    const seen = tabs.filter((tab) => tab.checkVisibility());
    const at = seen.indexOf(from);
    switch (key) {
      case "ArrowRight":
        return seen[(at + 1) % seen.length];
      case "ArrowLeft":
        return seen.at(at - 1);
      case "Home":
        return seen[0];
      case "End":
        return seen.at(-1);
      default:
        return undefined;
    }
  };

  for (const tab of tabs) {
    tab.addEventListener("click", () => show(tab));
    tab.addEventListener("keydown", (event) => {
      const target = event.ctrlKey || event.altKey || event.metaKey ? undefined : next(event.key, tab);
      if (!target) return;
      event.preventDefault();
      show(target);
      target.focus();
    });
  }
  return show;
}
