/** Finds an element of the page, or throws. */
export function find<Type extends Element>(selector: string, type: new () => Type): Type {
  const found = document.querySelector(selector);
  if (!(found instanceof type)) throw new Error(`The page lacks ${selector}.`);
  return found;
}

export const onPress = (selector: string, pressed: () => void): void =>
  find(selector, HTMLButtonElement).addEventListener("click", pressed);

export const say = (selector: string, text: string): void => {
  find(selector, HTMLElement).textContent = text;
};

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export function bindCopyButtons(): void {
  const said = find("#copied", HTMLElement);
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-copies]")) {
    const source = find(`#${button.dataset["copies"]}`, HTMLElement);
    button.addEventListener("click", () => {
      const done = (word: string): void => {
        button.textContent = word;
        said.textContent = word;
        setTimeout(() => {
          button.textContent = "Copy";
          said.textContent = "";
        }, 2_000);
      };
      navigator.clipboard.writeText(source.textContent ?? "").then(
        () => done("Copied"),
        // Without permission to copy, the text is selected for the person to copy.
        () => {
          getSelection()?.selectAllChildren(source);
          done("Selected");
        },
      );
    });
  }
}
