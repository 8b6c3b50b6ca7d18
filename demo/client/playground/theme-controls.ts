import { cardContrasts, schemes, type PairContrast } from "../card-contrast.js";
import { computedColour, hexColour, type Scheme } from "../contrast.js";
import { readTheme } from "../theme/read-theme.js";
import { prefix, tag, type Kind } from "../theme/theme.js";
import { isValue } from "../theme/values.js";
import { declarationsOf } from "./css-values.js";
import type { ElementStage } from "./element-stage.js";
import type { Settings } from "./playground-settings.js";

/** The controls of what a theme can set: properties, parts, and the element's own color-scheme. */
export class ThemeControls {
  readonly #properties: HTMLInputElement[];
  readonly #parts: HTMLInputElement[];
  readonly #ownScheme: HTMLSelectElement;
  readonly #pageScheme: HTMLSelectElement;
  readonly #pickers: HTMLInputElement[];
  readonly #presets: HTMLButtonElement[];
  readonly #stage: ElementStage;

  constructor(form: HTMLFormElement, stage: ElementStage, onChange: () => void) {
    const select = (name: string) => form.elements.namedItem(name) as HTMLSelectElement;
    this.#stage = stage;
    this.#properties = [...form.querySelectorAll<HTMLInputElement>("[data-property]")];
    this.#parts = [...form.querySelectorAll<HTMLInputElement>("[data-part]")];
    this.#ownScheme = select("own-scheme");
    this.#pageScheme = select("scheme");
    this.#pickers = [...form.querySelectorAll<HTMLInputElement>("[data-picks]")];
    this.#presets = [...form.querySelectorAll<HTMLButtonElement>("[data-css]")];
    for (const picker of this.#pickers)
      picker.addEventListener("input", () => this.#pick(picker.dataset["picks"] ?? ""));
    for (const button of this.#presets)
      button.addEventListener("click", () => {
        const values = valuesOf(button.dataset["css"] ?? "");
        for (const control of this.#controls()) control.value = values.get(control.name) ?? "";
        this.#openParts();
        onChange();
      });
  }

  /** Marks what is invalid, and what is not a value by itself. To be called before the form is read. */
  validate(): void {
    for (const control of this.#properties) {
      const kind = control.dataset["kind"] as Kind;
      const isValid = control.value === "" || isValue(kind, control.value);
      mark(control, isValid ? "" : `This is no CSS ${kind === "color" ? "colour" : kind}.`);
    }
    for (const control of this.#parts) {
      const { declarations } = declarationsOf(control.value);
      const isValid = control.value.trim() === "" || Object.keys(declarations).length > 0;
      mark(control, isValid ? "" : leftOutOf(control.value) || "No CSS declaration.");
    }
  }

  /** Those of the set properties whose value is what the element has without them. It must show them already. */
  defaults({ properties }: Settings): string[] {
    return this.#properties
      .filter(({ dataset }) => Object.hasOwn(properties, dataset["property"] ?? ""))
      .filter((control) => this.#isDefault(control))
      .map(({ dataset }) => dataset["property"] ?? "");
  }

  #isDefault({
    value,
    dataset: { property = "", kind, default: byDefault = "" },
  }: HTMLInputElement): boolean {
    if (kind !== "color" && kind !== "length") return value === byDefault;
    if (kind === "length") return normalLength(value) === normalLength(byDefault);
    const own = this.#stage.colourWithout(property);
    return (
      own !== undefined && schemes.every((each) => computedColour(own, each) === computedColour(value, each))
    );
  }

  /** Shows the element's present colours in the pickers, their contrast, and which preset the controls have. */
  show(): void {
    for (const picker of this.#pickers) {
      const colour = this.#stage.colour(picker.dataset["picks"] ?? "");
      const hex = colour === undefined ? null : hexColour(colour, picker.dataset["scheme"] as Scheme);
      if (hex !== null) picker.value = hex;
    }
    const contrasts = cardContrasts(this.#stage.element, () => ["var(--page)"]);
    for (const control of this.#properties) {
      const { text, isLow } = control.validity.valid
        ? this.#said(contrasts.filter((pair) => pair.text === control.dataset["property"]))
        : { text: control.validationMessage, isLow: true };
      sayBelow(control, text, isLow);
    }
    for (const control of this.#parts) {
      const leftOut = leftOutOf(control.value);
      sayBelow(
        control,
        control.validity.valid ? leftOut && `Left out. ${leftOut}` : control.validationMessage,
        true,
      );
    }
    const now = new Map(this.#controls().flatMap(({ name, value }) => (value === "" ? [] : [[name, value]])));
    for (const button of this.#presets) {
      const values = valuesOf(button.dataset["css"] ?? "");
      const isChosen =
        values.size === now.size && [...values].every(([name, value]) => now.get(name) === value);
      button.setAttribute("aria-pressed", String(isChosen));
    }
  }

  /** Opens the list of the parts if something is set there. */
  #openParts(): void {
    const isSet = this.#parts.some(({ value }) => value !== "");
    const list = this.#parts[0]?.closest("details");
    if (isSet && list) list.open = true;
  }

  #said(pairs: readonly PairContrast[]): { text: string; isLow: boolean } {
    const shown = this.#shownSchemes();
    const isLow = pairs.some(({ figures }) => shown.some((scheme) => figures[scheme]?.isLow));
    const sentences = pairs.map(
      ({ ground, figures }) =>
        `On ${ground}: ${shown.map((scheme) => `${figures[scheme]?.text ?? "no colour"} ${scheme}`).join(", ")}.`,
    );
    return { text: [...sentences, ...(isLow ? ["Too low for text."] : [])].join(" "), isLow };
  }

  #shownSchemes(): Scheme[] {
    const scheme = this.#ownScheme.value || this.#pageScheme.value;
    return schemes.filter((each) => scheme.includes(each));
  }

  /** Writes the colours of a property's two pickers into its text. */
  #pick(property: string): void {
    const [light = "", dark = ""] = schemes.map(
      (scheme) =>
        this.#pickers.find(({ dataset }) => dataset["picks"] === property && dataset["scheme"] === scheme)
          ?.value,
    );
    const control = this.#properties.find(({ dataset }) => dataset["property"] === property);
    if (control) control.value = light === dark ? light : `light-dark(${light}, ${dark})`;
  }

  #controls = (): (HTMLInputElement | HTMLSelectElement)[] => [
    this.#ownScheme,
    ...this.#properties,
    ...this.#parts,
  ];
}

function mark(control: HTMLInputElement, problem: string): void {
  control.setCustomValidity(problem);
  if (problem === "") control.removeAttribute("aria-invalid");
  else control.setAttribute("aria-invalid", "true");
}

function sayBelow(control: HTMLInputElement, text: string, isLow: boolean): void {
  const said = document.getElementById(`${control.id}-said`)!;
  said.textContent = text;
  said.classList.toggle("low", isLow);
}

/** Which of a part's declarations the code does not have, and why; empty if it has all. */
function leftOutOf(text: string): string {
  const { wrong, foreign } = declarationsOf(text);
  return [
    ...(wrong.length === 0 ? [] : [`No CSS declaration: ${wrong.join("; ")}.`]),
    ...(foreign.length === 0 ? [] : [`Other pages do not have this variable: ${foreign.join("; ")}.`]),
  ].join(" ");
}

function normalLength(value: string): string {
  const { style } = document.createElement("i");
  style.borderTopLeftRadius = value;
  return style.borderTopLeftRadius;
}

/** The values of a theme's style sheet, by the names of their controls. */
function valuesOf(css: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const { selector, declarations } of readTheme(css).theme) {
    const part = /::part\(([\w-]+)\)$/.exec(selector)?.[1];
    const written = Object.entries(declarations);
    if (part !== undefined)
      values.set(`part-${part}`, written.map((each) => `${each.join(": ")};`).join(" "));
    if (selector !== tag) continue;
    for (const [name, value] of written)
      values.set(name === "color-scheme" ? "own-scheme" : name.replace(prefix, "property-"), value);
  }
  return values;
}
