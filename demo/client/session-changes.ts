import { openPageChannel } from "./page-channel.js";

/** What happens to the session of this browser. */
type SessionChange = "begun" | "ended";

/** Tells the other tabs what happens to the session in this one, and hears it from them. */
export function openSessionChanges(onChange: (change: SessionChange) => void): {
  tell: (change: SessionChange) => void;
} {
  const channel = openPageChannel("demo-bank-session", (change) => {
    if (change === "begun" || change === "ended") onChange(change);
  });
  return { tell: (change) => channel.post(change) };
}

/**
 * Whether this browser has a session. Scripts cannot read its cookie, so the server is asked. Undefined if it does not say: then
 * the page stays as it is.
 */
export async function hasSession(): Promise<boolean | undefined> {
  try {
    const { ok, status } = await fetch("/account", { method: "HEAD" });
    return ok || (status === 401 ? false : undefined);
  } catch {
    return undefined;
  }
}
