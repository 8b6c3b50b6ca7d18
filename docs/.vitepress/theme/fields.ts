import { h, type VNode } from "vue";

/** A list to choose from, with its label. */
export const select = (
  label: string,
  options: readonly (readonly [value: string, text: string])[],
  value: string,
  choose: (value: string) => void,
): VNode =>
  h("label", [
    h("span", label),
    h(
      "select",
      { value, onChange: (event: Event) => choose((event.target as HTMLSelectElement).value) },
      options.map(([each, text]) => h("option", { value: each, selected: each === value }, text)),
    ),
  ]);

/** A text to type, with its label. */
export const field = (
  label: string,
  value: string,
  write: (value: string) => void,
  attributes: Readonly<Record<string, unknown>> = {},
): VNode =>
  h("label", [
    h("span", label),
    h("input", {
      value,
      spellcheck: false,
      autocomplete: "off",
      onInput: (event: Event) => write((event.target as HTMLInputElement).value),
      ...attributes,
    }),
  ]);
