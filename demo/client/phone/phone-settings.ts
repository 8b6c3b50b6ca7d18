import { find, say } from "../playground/page-elements.js";
import { canBeUser, platformCodes, setEnrolled, type Platform, type Problem } from "./sdk.js";

/** The settings beside the phone. */
export class Settings {
  #user = "demo-user";
  readonly #onOtherPhone: () => void;
  readonly #select = find("#user", HTMLSelectElement);
  readonly #other = find("#other-user", HTMLInputElement);
  readonly #platform = find("#platform", HTMLSelectElement);
  readonly #unlocked = find("#unlocked", HTMLInputElement);
  readonly #enrolled = find("#enrolled", HTMLInputElement);
  readonly #tellsScanned = find("#tells-scanned", HTMLInputElement);
  readonly #enrollments = storedEnrollments(sessionStorage);

  /** @param onOtherPhone is called when another user or platform is chosen */
  constructor(form: HTMLFormElement, onOtherPhone: () => void) {
    this.#onOtherPhone = onOtherPhone;
    // An app link opens the page anew.
    this.#platform.value = sessionStorage.getItem(platformKey) ?? "android";
    this.#listenToUser(form);
    this.#platform.addEventListener("change", () => {
      sessionStorage.setItem(platformKey, this.#platform.value);
      this.#show();
      onOtherPhone();
    });
    this.#enrolled.addEventListener("change", () => void this.#enroll(this.#enrolled.checked));
    this.#show();
  }

  get user() {
    return this.#user;
  }

  get platform(): Platform {
    return this.#platform.value === "ios" ? "ios" : "android";
  }

  get unlocked() {
    return this.#unlocked.checked;
  }

  get enrolled() {
    return this.#enrolled.checked;
  }

  /** Whether the app tells the bank that it has scanned a code. */
  get tellsScanned() {
    return this.#tellsScanned.checked;
  }

  unlock(): void {
    this.#unlocked.checked = true;
  }

  /** Enrolls the user's phone; resolves to the problem if that failed. */
  enroll(): Promise<Problem | undefined> {
    return this.#enroll(true);
  }

  /** Stores what the Token Server just said about the user's enrollment. */
  setEnrollment(enrollment: Enrollment): void {
    this.#enrollments.set(this.#user, enrollment);
    this.#show();
  }

  #listenToUser(form: HTMLFormElement): void {
    const [select, other] = [this.#select, this.#other];
    select.addEventListener("change", () => {
      if (select.value !== "") return this.#switchTo(select.value);
      other.value = "";
      other.hidden = false;
      other.focus();
    });
    // Both Enter and leaving the field choose the other user.
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!other.hidden) {
        this.#switchTo(other.value.trim());
        select.focus();
      }
    });
    other.addEventListener("blur", () => {
      if (other.hidden) return;
      if (other.value.trim() === "") this.#show();
      else this.#switchTo(other.value.trim());
    });
    other.addEventListener("keydown", ({ key }) => {
      if (key !== "Escape") return;
      this.#show();
      select.focus();
    });
  }

  #show(problem = ""): void {
    const { options } = this.#select;
    for (const name of this.#enrollments.users()) {
      if (![...options].some((option) => option.value === name)) {
        options.add(new Option(name, name), options.length - 1);
      }
    }
    this.#select.value = this.#user;
    this.#other.hidden = true;
    const enrollment = this.#enrollments.of(this.#user);
    this.#enrolled.checked = enrollment === "enrolled";
    say("#locked-code", String(platformCodes[this.platform].noUser));
    say("#not-enrolled-code", enrollment === "ended" ? "9020" : "9021");
    say("#settings-problem", problem);
  }

  #switchTo(name: string): void {
    if (!canBeUser(name)) return this.#show("This name can’t be used. Choose another.");
    const changed = name !== this.#user;
    this.#user = name;
    this.#enrollments.set(name, this.#enrollments.of(name));
    this.#show();
    if (changed) this.#onOtherPhone();
  }

  async #enroll(wanted: boolean): Promise<Problem | undefined> {
    const user = this.#user;
    const result = await setEnrolled(user, wanted);
    if (result.kind === "done" && (wanted || this.#enrollments.of(user) !== "never")) {
      this.#enrollments.set(user, wanted ? "enrolled" : "ended");
    }
    this.#show(result.kind === "problem" ? result.problem.message : "");
    return result.kind === "problem" ? result.problem : undefined;
  }
}

/** A user's enrollment, as far as this page knows: other pages may change it too. */
type Enrollment = "never" | "enrolled" | "ended";

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
