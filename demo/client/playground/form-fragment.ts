import { mayComeFromLink } from "./link-values.js";

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

const controlsOf = (form: HTMLFormElement): Control[] =>
  [...form.elements].filter(
    (each): each is Control =>
      (each instanceof HTMLInputElement ||
        each instanceof HTMLSelectElement ||
        each instanceof HTMLTextAreaElement) &&
      each.name !== "",
  );

const isCheckbox = (control: Control): control is HTMLInputElement => control.type === "checkbox";

const valueOf = (control: Control): string =>
  isCheckbox(control) ? (control.checked ? "on" : "off") : control.value;

/** A control's value before a person changes it. */
function defaultOf(control: Control): string {
  if (isCheckbox(control)) return control.defaultChecked ? "on" : "off";
  if (control instanceof HTMLSelectElement) {
    return ([...control.options].find((option) => option.defaultSelected) ?? control.options[0])?.value ?? "";
  }
  switch (control.type) {
    case "hidden":
      // `defaultValue` of a hidden field follows its value.
      return "";
    default:
      return control.defaultValue;
  }
}

/** The valid values of the controls. An invalid one, such as a number that is too large, is left out. */
export function dataOf(form: HTMLFormElement): FormData {
  const data = new FormData(form);
  for (const control of controlsOf(form)) if (!control.checkValidity()) data.delete(control.name);
  return data;
}

/** The values that differ from the defaults, as a URL fragment; empty if none does. */
export function toFragment(form: HTMLFormElement): string {
  const changed = controlsOf(form).filter(
    (control) => control.checkValidity() && valueOf(control) !== defaultOf(control),
  );
  return new URLSearchParams(changed.map((control) => [control.name, valueOf(control)])).toString();
}

/** Sets the controls from a fragment, the others to their defaults. What is invalid, or may not come from a link, is ignored. */
export function fromFragment(form: HTMLFormElement, fragment: string): void {
  const said = new URLSearchParams(fragment.replace(/^#/, ""));
  for (const control of controlsOf(form)) {
    const value = said.get(control.name);
    const isUsed = value !== null && mayComeFromLink(control.name, value, location.href);
    set(control, isUsed ? value : defaultOf(control));
  }
}

function set(control: Control, value: string): void {
  if (isCheckbox(control)) {
    control.checked = value === "on";
    return;
  }
  // What was wrong with the value before.
  control.setCustomValidity("");
  control.value = value;
  // The browser itself rejects a value that is not an option or not a number: the control is then empty.
  if (control.value === "" || !control.checkValidity())
    control.value = value === "" ? "" : defaultOf(control);
}
