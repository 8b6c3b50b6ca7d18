import { canBeUser, platformCodes, setEnrolled, type Platform, type Problem } from "./sdk.js";

/** The settings beside the phone. */
export interface Settings {
  readonly user: string;
  readonly platform: Platform;
  readonly unlocked: boolean;
  readonly enrolled: boolean;
  /** Whether the app tells the bank that it has scanned a code. */
  readonly tellsScanned: boolean;
  unlock: () => void;
  /** Enrolls the user's phone; resolves to the problem if that failed. */
  enroll: () => Promise<Problem | undefined>;
  /** Stores what the Token Server just said about the user's enrollment. */
  setEnrollment: (enrollment: Enrollment) => void;
}

/** Binds the page's form. `onOtherPhone` is called when another user or platform is chosen. */
export function bindSettings(form: HTMLFormElement, onOtherPhone: () => void): Settings {
  const select = element(form, "#user", HTMLSelectElement);
  const other = element(form, "#other-user", HTMLInputElement);
  const platform = element(form, "#platform", HTMLSelectElement);
  const unlocked = element(form, "#unlocked", HTMLInputElement);
  const enrolled = element(form, "#enrolled", HTMLInputElement);
  const tellsScanned = element(form, "#tells-scanned", HTMLInputElement);
  const lockedCode = element(form, "#locked-code", HTMLElement);
  const notEnrolledCode = element(form, "#not-enrolled-code", HTMLElement);
  const problemLine = element(form, "#settings-problem", HTMLElement);
  const enrollments = storedEnrollments(sessionStorage);
  let user = "demo-user";
  // An app link opens the page anew.
  platform.value = sessionStorage.getItem(platformKey) ?? "android";
  const chosenPlatform = (): Platform => (platform.value === "ios" ? "ios" : "android");

  function show(problem = ""): void {
    for (const name of enrollments.users()) {
      if (![...select.options].some((option) => option.value === name)) {
        select.options.add(new Option(name, name), select.options.length - 1);
      }
    }
    select.value = user;
    other.hidden = true;
    enrolled.checked = enrollments.of(user) === "enrolled";
    lockedCode.textContent = String(platformCodes[chosenPlatform()].noUser);
    notEnrolledCode.textContent = enrollments.of(user) === "ended" ? "9020" : "9021";
    problemLine.textContent = problem;
  }

  function switchTo(name: string): void {
    if (!canBeUser(name)) return show("This name can’t be used. Choose another.");
    const changed = name !== user;
    user = name;
    enrollments.set(user, enrollments.of(user));
    show();
    if (changed) onOtherPhone();
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
  // Both Enter and leaving the field choose the other user.
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
  platform.addEventListener("change", () => {
    sessionStorage.setItem(platformKey, platform.value);
    show();
    onOtherPhone();
  });
  enrolled.addEventListener("change", () => void enroll(enrolled.checked));
  show();

  return {
    get user() {
      return user;
    },
    get platform() {
      return chosenPlatform();
    },
    get unlocked() {
      return unlocked.checked;
    },
    get enrolled() {
      return enrolled.checked;
    },
    get tellsScanned() {
      return tellsScanned.checked;
    },
    unlock: () => (unlocked.checked = true),
    enroll: () => enroll(true),
    setEnrollment(enrollment) {
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

/** A user's enrollment, as far as this page knows: other pages may change it too. */
export type Enrollment = "never" | "enrolled" | "ended";

/** The enrollments that this tab knows. They survive a reload, as the emulator does. */
interface Enrollments {
  of: (user: string) => Enrollment;
  set: (user: string, enrollment: Enrollment) => void;
  users: () => string[];
}

const key = "demo-phone-enrollments";
const platformKey = "demo-phone-platform";

/** The demo enrolls `demo-user` at its start, so that the first login works. */
const initialEnrollments: [string, Enrollment][] = [
  ["demo-user", "enrolled"],
  ["new-user", "never"],
];

function storedEnrollments(storage: Storage): Enrollments {
  const known = new Map<string, Enrollment>([...initialEnrollments, ...read(storage)]);
  return {
    of: (user) => known.get(user) ?? "never",
    set(user, enrollment) {
      known.set(user, enrollment);
      storage.setItem(key, JSON.stringify([...known]));
    },
    users: () => [...known.keys()],
  };
}

function read(storage: Storage): [string, Enrollment][] {
  try {
    const value: unknown = JSON.parse(storage.getItem(key) ?? "[]");
    return Array.isArray(value) ? value.filter(isEntry) : [];
  } catch {
    return [];
  }
}

const isEntry = (entry: unknown): entry is [string, Enrollment] =>
  Array.isArray(entry) &&
  typeof entry[0] === "string" &&
  (entry[1] === "never" || entry[1] === "enrolled" || entry[1] === "ended");
