import { browserKey } from "../../protocol/login-api.js";

/**
 * Keeps the attempt whose app link was pressed, for all tabs of this browser: a phone may unload the page while the person is in
 * the app, or show another tab afterwards, and the app may open a new one.
 */
export interface KeptAttempt {
  attempt: string;
  /** The instant until which the code that went to the app can still log in. */
  until: number;
  /** `sent`: the number of a return was sent, with nobody's press. `completed` and `ended`: how the attempt has ended. */
  mark: "open" | "sent" | "completed" | "ended";
  /** Where the page would have gone after the login, on its own origin. */
  page: string | undefined;
}

/** That time after the code's end: the server's grace, and its waits for the Token Server and for the number on the phone. */
const afterCodeMs = 370_000;

/** Storage may be blocked: then nothing is kept. */
export const tryStorage = <T>(use: () => T): T | undefined => {
  try {
    return use();
  } catch {
    return undefined;
  }
};

/** Returns the stored text, if it could be stored. */
const store = (endpoint: string, { attempt, until, mark, page }: KeptAttempt): string | undefined =>
  tryStorage(() => {
    const text = [attempt, until, mark, page].join(" ").trim();
    localStorage.setItem(browserKey(endpoint), text);
    return text;
  });

/** Keeps an attempt. Of one that is kept already, the mark and the page stay. Returns the stored text, if it could be stored. */
export function storeAttempt(
  endpoint: string,
  attempt: string,
  codeEndsAt: number,
  mark: KeptAttempt["mark"],
  page?: string,
): string | undefined {
  const kept = keptAttempt(endpoint);
  const before = kept?.attempt === attempt ? kept : undefined;
  return store(endpoint, {
    attempt,
    until: codeEndsAt + afterCodeMs,
    mark: before?.mark ?? mark,
    page: page ?? before?.page,
  });
}

/** What is kept, also of an attempt that has ended. One whose time is over is removed. */
export const keptAttempt = (endpoint: string): KeptAttempt | undefined =>
  tryStorage(() => {
    const [attempt, until, mark = "open", page] =
      localStorage.getItem(browserKey(endpoint))?.split(" ") ?? [];
    if (attempt && Number(until) > Date.now())
      return { attempt, until: Number(until), mark: mark as KeptAttempt["mark"], page };
    localStorage.removeItem(browserKey(endpoint));
    return undefined;
  });

/** The kept attempt that has not ended. */
export const storedAttempt = (endpoint: string): string | undefined => {
  const { attempt, mark } = keptAttempt(endpoint) ?? {};
  return mark === "completed" || mark === "ended" ? undefined : attempt;
};

/** Another tab may have stored another attempt: that one stays. */
export function markAttempt(endpoint: string, attempt: string, mark: KeptAttempt["mark"]): void {
  const kept = keptAttempt(endpoint);
  if (kept?.attempt === attempt && storedAttempt(endpoint)) store(endpoint, { ...kept, mark });
}
