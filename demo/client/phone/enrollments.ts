/** How a user's phone stands with the Token Server, as far as this page knows: others may change it too. */
export type Enrollment = "never" | "enrolled" | "ended";

/** What this tab knows of each user's enrollment. It outlives a reload, as the emulator does. */
export interface Enrollments {
  of: (user: string) => Enrollment;
  set: (user: string, enrollment: Enrollment) => void;
  users: () => string[];
}

const key = "demo-phone-enrollments";

/** The demo enrolls its own user at its start, so that the first login just works. */
const atFirst: [string, Enrollment][] = [
  ["demo-user", "enrolled"],
  ["new-user", "never"],
];

export function rememberedEnrollments(storage: Storage): Enrollments {
  const known = new Map<string, Enrollment>([...atFirst, ...read(storage)]);
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
