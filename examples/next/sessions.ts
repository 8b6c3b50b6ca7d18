import { cookies } from "next/headers";

/** The site's sessions, in memory. Next loads this module more than once in one process. */
const globals = globalThis as { sessions?: Map<string, { attempt: string; userId?: string }> };
const sessions = (globals.sessions ??= new Map());

const isHttps = (process.env.ORIGIN ?? "").startsWith("https:");
// On https, browsers accept a `__Host-` cookie only from this very host, and only one, for all paths.
const name = isHttps ? "__Host-session" : "session";
const attributes = { path: "/", httpOnly: true, sameSite: "lax", secure: isHttps } as const;

/** `signIn` may run twice for one attempt: both runs lead to one session. */
export async function beginSession(userId: string, attempt: string): Promise<void> {
  const known = [...sessions].find(([, session]) => session.attempt === attempt)?.[0];
  const id = known ?? crypto.randomUUID();
  if (!known) sessions.set(id, { attempt, userId });
  (await cookies()).set({ name, value: id, ...attributes });
}

export async function currentUser(): Promise<string | undefined> {
  const id = (await cookies()).get(name)?.value;
  return id ? sessions.get(id)?.userId : undefined;
}

/** Marks the session as ended: without the mark, a repeated login would begin it again. */
export async function endSession(): Promise<void> {
  const jar = await cookies();
  const session = sessions.get(jar.get(name)?.value ?? "");
  if (session) delete session.userId;
  jar.set({ name, value: "", ...attributes, maxAge: 0 });
}
