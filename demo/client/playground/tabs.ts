/** Tabs as the ARIA Authoring Practices have them: arrow keys, Home and End; one stop for the Tab key. */
export function bindTabs(list: HTMLElement): void {
  const tabs = [...list.querySelectorAll<HTMLElement>("[role=tab]")];

  const show = (shown: HTMLElement): void => {
    for (const tab of tabs) {
      tab.setAttribute("aria-selected", String(tab === shown));
      tab.tabIndex = tab === shown ? 0 : -1;
      document.getElementById(tab.getAttribute("aria-controls") ?? "")!.hidden = tab !== shown;
    }
  };
  const next = (key: string, at: number): number | undefined => {
    switch (key) {
      case "ArrowRight":
        return (at + 1) % tabs.length;
      case "ArrowLeft":
        return (at - 1 + tabs.length) % tabs.length;
      case "Home":
        return 0;
      case "End":
        return tabs.length - 1;
      default:
        return undefined;
    }
  };

  for (const [at, tab] of tabs.entries()) {
    tab.addEventListener("click", () => show(tab));
    tab.addEventListener("keydown", (event) => {
      const to = event.ctrlKey || event.altKey || event.metaKey ? undefined : next(event.key, at);
      const target = to === undefined ? undefined : tabs[to];
      if (!target) return;
      event.preventDefault();
      show(target);
      target.focus();
    });
  }
}
