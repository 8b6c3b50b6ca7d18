import type { Beginning, Network } from "../../playground/playground-choices.js";

/** Sets this browser's network. Resolves when the server has stored it. */
async function setNetwork(network: Network): Promise<void> {
  const answer = await fetch("/playground/network", {
    method: "PUT",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(network),
    keepalive: true,
  });
  if (!answer.ok) throw new Error(`The network could not be set (${answer.status}).`);
}

/** The attributes that a page's server writes into the element's tag. */
export interface Begun {
  attempt: string;
  otp: string;
  /** Seconds. */
  expiresIn: number;
  /** Of the number on the phone, where the login may ask for it. */
  digits?: number;
}

/** Begins as a page's server does; resolves to undefined if the element is to begin by itself. */
export async function beginOnServer(beginning: Beginning): Promise<Begun | undefined> {
  if (beginning === "element") return undefined;
  const begun = await call("POST", "/playground/begin", { beginning }, "The server could not begin.");
  return begun as unknown as Begun;
}

/** The user of the playground's phone. */
const user = "playground-user";

interface Scan {
  otp: string;
  transactionId: string;
  message: string;
}

/** The last code that the phone scanned. It waits for an answer. */
let lastScan: Scan | undefined;

/** Scans the newest code of this browser's playground, once. */
async function scanOnPhone(): Promise<Scan> {
  const { otp } = await call("GET", "/playground/otp", undefined, "There is no code to scan.");
  if (lastScan && lastScan.otp === otp) return lastScan;
  await call("PUT", `/phone/users/${user}`, { enrolled: true });
  const answer = await call("POST", `/phone/users/${user}/scan`, { otp });
  const scan: Scan = {
    otp: String(otp),
    transactionId: String(answer["transaction_id"]),
    message: String(answer["message"]),
  };
  lastScan = scan;
  return scan;
}

/** Scans the newest code and tells the page, as the site's app does. */
export async function tellScanned(): Promise<void> {
  const { transactionId } = await scanOnPhone();
  await call("POST", "/app/scanned", { transaction_id: transactionId, user });
}

/** Scans the newest code and answers. Resolves to the phone's text. */
export async function answerOnPhone(accept: boolean): Promise<string> {
  const { transactionId, message } = await scanOnPhone();
  lastScan = undefined;
  await call("POST", `/phone/transactions/${transactionId}/answer`, { accept });
  return message;
}

async function call(
  method: string,
  path: string,
  body?: object,
  problem?: string,
): Promise<Record<string, unknown>> {
  const answer = await fetch(path, {
    method,
    ...(body && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    cache: "no-store",
  });
  const text = await answer.text();
  const value = (text === "" ? {} : JSON.parse(text)) as Record<string, unknown>;
  const { message } = value;
  if (!answer.ok) throw new Error(problem ?? (typeof message === "string" ? message : `${answer.status}`));
  return value;
}

/** Sends the controls' network to the server, one change after the other, so that the last one stays. */
export class NetworkControl {
  readonly #onProblem: (problem: unknown) => void;
  #last = "";
  #ready = Promise.resolve();

  constructor(onProblem: (problem: unknown) => void) {
    this.#onProblem = onProblem;
  }

  follow(network: Network): void {
    const text = JSON.stringify(network);
    if (text === this.#last) return;
    this.#last = text;
    this.#ready = this.#ready.then(() => setNetwork(network)).catch(this.#onProblem);
  }

  /** Resolves when the last change has taken effect. A failed change goes to `onProblem`. */
  ready = (): Promise<void> => this.#ready;
}
