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

/** What a control says unless a person set it. */
function usualOf(control: Control): string {
  if (isCheckbox(control)) return control.defaultChecked ? "on" : "off";
  if (control instanceof HTMLSelectElement) {
    return ([...control.options].find((option) => option.defaultSelected) ?? control.options[0])?.value ?? "";
  }
  switch (control.type) {
    case "hidden":
      // Its markup follows its value: there is no other.
      return "";
    default:
      return control.defaultValue;
  }
}

/** What the controls say; what one cannot be, such as a number that is too large, is left out. */
export function dataOf(form: HTMLFormElement): FormData {
  const data = new FormData(form);
  for (const control of controlsOf(form)) if (!control.checkValidity()) data.delete(control.name);
  return data;
}

/** What differs from the usual, as an address's fragment; empty where nothing does. */
export function toFragment(form: HTMLFormElement): string {
  const changed = controlsOf(form).filter(
    (control) => control.checkValidity() && valueOf(control) !== usualOf(control),
  );
  return new URLSearchParams(changed.map((control) => [control.name, valueOf(control)])).toString();
}

/** Sets the controls as a fragment says, and as usual what it does not name. What a control cannot be is left out. */
export function fromFragment(form: HTMLFormElement, fragment: string): void {
  const said = new URLSearchParams(fragment.replace(/^#/, ""));
  for (const control of controlsOf(form)) set(control, said.get(control.name) ?? usualOf(control));
}

function set(control: Control, value: string): void {
  if (isCheckbox(control)) {
    control.checked = value === "on";
    return;
  }
  control.value = value;
  // A select has no option for it, or a number is none: the controls of a browser refuse it themselves.
  if (control.value === "" || !control.checkValidity()) control.value = value === "" ? "" : usualOf(control);
}
