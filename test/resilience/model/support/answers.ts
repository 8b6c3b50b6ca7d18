import type { Status } from "./attempt-state.js";

/** An answer, in words. */
export type Said = string;

export const unknown: Said = "404 unknown_attempt";
export const settled: Said = "409 attempt_settled";
export const statusIs = ({ status }: { status: string }, expiresIn: number | undefined): Said =>
  expiresIn === undefined ? `is ${status}` : `is ${status} for ${expiresIn} s`;
export const newCode = (seconds: number): Said => `new code for ${seconds} s`;
export const signedIn = (user: string | undefined): Said => `signed in ${user}`;
/** The end of work that nobody is told about. */
export const done: Said = "done";

/** What an answer of the login API says, in the words of the model; undefined if there was none. */
export async function inWords(response: Response | undefined): Promise<Said | undefined> {
  if (!response) return undefined;
  const body = (await json(response)) as {
    status?: string;
    expires_in?: number;
    otp?: string;
    error?: string;
    user?: string;
  };
  if (response.status === 201 && body.otp) return newCode(body.expires_in ?? NaN);
  if (response.status === 200 && body.status) return statusIs({ status: body.status }, body.expires_in);
  if (response.status === 200 && body.user) return signedIn(body.user);
  return `${response.status} ${body.error}`;
}

/** The JSON of an answer. */
export const json = async (response: Response | undefined): Promise<unknown> =>
  JSON.parse((await response?.text()) || "{}");

/** The status that a status answer shows. */
export const shownStatus = (said: Said | undefined): Status | undefined =>
  said?.startsWith("is ") ? (said.split(" ")[1] as Status) : undefined;

/** All that a client can see of an answer, but for its `Date`. */
export async function bytesOf(response: Response | undefined): Promise<string> {
  const headers = [...(response?.headers ?? [])].filter(([name]) => name !== "date");
  // A stream would be read for ever.
  const isStream = response?.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
  if (isStream) await response?.body?.cancel();
  const body = isStream ? "a stream" : await response?.text();
  return JSON.stringify([response?.status, response?.statusText, headers, body]);
}
