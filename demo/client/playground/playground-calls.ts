import type { Beginning } from "../../playground/beginning.js";
import type { Network } from "../../playground/playground-choices.js";

/** Sets this browser's network. Resolves when it is so. */
export async function setNetwork(network: Network): Promise<void> {
  const answer = await fetch("/playground/network", {
    method: "PUT",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(network),
    keepalive: true,
  });
  if (!answer.ok) throw new Error(`The network could not be set (${answer.status}).`);
}

/** What a page's server writes into the element's tag. */
export interface Begun {
  attempt: string;
  otp: string;
  /** Seconds. */
  expiresIn: number;
}

/** Begins as a page's server does with the page; resolves to undefined where the element begins by itself. */
export async function beginOnServer(beginning: Beginning): Promise<Begun | undefined> {
  if (beginning === "element") return undefined;
  const begun = await call("POST", "/playground/begin", { beginning }, "The server could not begin.");
  return begun as unknown as Begun;
}

/** Who holds the phone at hand. */
const user = "playground-user";

/** Scans the newest code of this browser's playground and answers. Resolves to what the phone showed. */
export async function answerOnPhone(accept: boolean): Promise<string> {
  const { otp } = await call("GET", "/playground/otp", undefined, "There is no code to scan.");
  await call("PUT", `/phone/users/${user}`, { enrolled: true });
  const scan = await call("POST", `/phone/users/${user}/scan`, { otp });
  await call("POST", `/phone/transactions/${String(scan["transaction_id"])}/answer`, { accept });
  return String(scan["message"]);
}

async function call(
  method: string,
  path: string,
  body?: object,
  problem?: string,
): Promise<Record<string, unknown>> {
  const answer = await fetch(path, { method, body: body ? JSON.stringify(body) : null, cache: "no-store" });
  const text = await answer.text();
  const value = (text === "" ? {} : JSON.parse(text)) as Record<string, unknown>;
  const { message } = value;
  if (!answer.ok) throw new Error(problem ?? (typeof message === "string" ? message : `${answer.status}`));
  return value;
}
