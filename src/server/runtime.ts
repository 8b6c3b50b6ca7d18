/** What the kit takes from its surroundings. Tests put virtual time and known randomness in its place. */
export interface Runtime {
  /** Whole milliseconds since the epoch. */
  now(): number;
  /** Runs `task` once, after `delayMs`. Returns a function that prevents it. */
  after(delayMs: number, task: () => void): () => void;
  /** Fills an array with random bytes, fit for secrets. */
  random(length: number): Uint8Array;
}

/** The longest delay that every platform's timers take; beyond it they fire at once. */
const maxDelayMs = 2 ** 31 - 1;

/**
 * The time since this process began, on top of the time that it began at: whoever sets the host's clock by an hour ends
 * no code and revives none.
 */
export const steadyNow = (): number => Math.floor(performance.timeOrigin + performance.now());

/** The surroundings of a server in service. */
export const systemRuntime: Runtime = {
  now: steadyNow,
  after(delayMs, task) {
    const timer = setTimeout(task, Math.min(Math.max(delayMs, 0), maxDelayMs));
    return () => clearTimeout(timer);
  },
  random: (length) => crypto.getRandomValues(new Uint8Array(length)),
};

/** Bytes as base64url without padding (RFC 4648 §5). */
export const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

/** The SHA-256 hash of a text, in base64url. */
export const sha256 = async (text: string): Promise<string> =>
  base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))));
