import { rememberedEnrollments, type Enrollment } from "./enrollments.js";
import { canBeUser, setEnrolled, type Problem } from "./sdk.js";

/** What the person sets beside the phone. */
export interface Settings {
  readonly user: string;
  readonly unlocked: boolean;
  readonly enrolled: boolean;
  unlock: () => void;
  /** Enrolls the user's phone; gives the problem if it did not come to that. */
  enroll: () => Promise<Problem | undefined>;
  /** Takes note of what the Token Server just said about the user's enrollment. */
  learn: (enrollment: Enrollment) => void;
}

/** Binds the form of the page. `onUser` is called when another user takes the phone. */
export function bindSettings(form: HTMLFormElement, onUser: () => void): Settings {
  const select = element(form, "#user", HTMLSelectElement);
  const other = element(form, "#other-user", HTMLInputElement);
  const unlocked = element(form, "#unlocked", HTMLInputElement);
  const enrolled = element(form, "#enrolled", HTMLInputElement);
  const code = element(form, "#not-enrolled-code", HTMLElement);
  const problemLine = element(form, "#settings-problem", HTMLElement);
  const enrollments = rememberedEnrollments(sessionStorage);
  let user = "demo-user";

  function show(problem = ""): void {
    for (const name of enrollments.users()) {
      if (![...select.options].some((option) => option.value === name)) {
        select.options.add(new Option(name, name), select.options.length - 1);
      }
    }
    select.value = user;
    other.hidden = true;
    enrolled.checked = enrollments.of(user) === "enrolled";
    code.textContent = enrollments.of(user) === "ended" ? "9020" : "9021";
    problemLine.textContent = problem;
  }

  function switchTo(name: string): void {
    if (!canBeUser(name)) return show("This name can’t be used. Choose another.");
    const changed = name !== user;
    user = name;
    enrollments.set(user, enrollments.of(user));
    show();
    if (changed) onUser();
  }

  async function enroll(wanted: boolean): Promise<Problem | undefined> {
    const subject = user;
    const result = await setEnrolled(subject, wanted);
    if (result.kind === "done" && (wanted || enrollments.of(subject) !== "never")) {
      enrollments.set(subject, wanted ? "enrolled" : "ended");
    }
    show(result.kind === "problem" ? result.problem.message : "");
    return result.kind === "problem" ? result.problem : undefined;
  }

  select.addEventListener("change", () => {
    if (select.value !== "") return switchTo(select.value);
    other.value = "";
    other.hidden = false;
    other.focus();
  });
  // Enter submits, leaving the field changes; both name the other user.
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!other.hidden) {
      switchTo(other.value.trim());
      select.focus();
    }
  });
  other.addEventListener("blur", () => {
    if (other.hidden) return;
    if (other.value.trim() === "") show();
    else switchTo(other.value.trim());
  });
  other.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape") return;
    show();
    select.focus();
  });
  enrolled.addEventListener("change", () => void enroll(enrolled.checked));
  show();

  return {
    get user() {
      return user;
    },
    get unlocked() {
      return unlocked.checked;
    },
    get enrolled() {
      return enrolled.checked;
    },
    unlock: () => (unlocked.checked = true),
    enroll: () => enroll(true),
    learn(enrollment) {
      enrollments.set(user, enrollment);
      show();
    },
  };
}

function element<Type extends Element>(root: ParentNode, selector: string, type: new () => Type): Type {
  const found = root.querySelector(selector);
  if (!(found instanceof type)) throw new Error(`The page lacks ${selector}.`);
  return found;
}
