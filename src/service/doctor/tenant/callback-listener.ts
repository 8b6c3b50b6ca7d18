import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createLoginKit, type LoginKit } from "onegini-otp-login/node";
import { ownMembers, parseJson } from "../../../protocol/login-api.js";
import { codeOrText } from "../../process/error-code.js";
import { listen, urlOf } from "../../process/listen.js";
import { defaultLimits } from "../../../server/defaults/limits.js";
import type { DoctorSettings } from "../doctor-settings.js";

/** How a callback authenticated, compared with the settings. */
type Authentication =
  /** As set: with this user name and password, or without any. */
  | "as-set"
  /** With a user name or a password that differs from the settings. */
  | "other"
  /** Without, although the settings have a user name and a password. */
  | "none"
  /** With a user name and a password, although the settings have none. */
  | "not-set";

export interface ReceivedCallback {
  at: number;
  authentication: Authentication;
  /** Whether the kit would have asked for the result. */
  isAccepted: boolean;
  /** What came, and why the kit refuses it: `came by GET, and the kit answers 405: …`. Undefined if it does not. */
  refusal: string | undefined;
}

/** `error`: a system error's code, such as `EADDRINUSE`, or `no-port`. */
export type Listening = CallbackListener | { error: string };

/** More than the kit takes: the transaction's id may be at the end of a callback that is too large. */
const maxBytes = 16_384;
/** Anybody can post, so the number of kept callbacks is limited. */
const maxKept = 1000;

/** `text`: its address and the first bytes of its body. */
type Kept = ReceivedCallback & { transactionId: string | undefined; text: string };

/** Listens where the site's server or the service would, and lets a kit answer each callback. Never rejects. */
export async function listenForCallbacks(settings: DoctorSettings, now: () => number): Promise<Listening> {
  if (settings.port === undefined) return { error: "no-port" };
  const listener = new CallbackListener(settings, now);
  try {
    await listener.listen(settings.port);
    return listener;
  } catch (error) {
    return { error: codeOrText(error) };
  }
}

/** Receives callbacks in place of the site's server or the service. */
export class CallbackListener {
  /** Where it listens. */
  address = "";
  /** Called with the path and body of each callback. */
  onReceived: (text: string) => void = () => undefined;
  readonly #settings: DoctorSettings;
  readonly #now: () => number;
  readonly #kit: LoginKit;
  readonly #kept: Kept[] = [];
  readonly #server = createServer((request, response) => {
    this.#answer(request, response).catch(() => response.destroy());
  });

  constructor(settings: DoctorSettings, now: () => number) {
    this.#settings = settings;
    this.#now = now;
    this.#kit = kitForCallbacks(settings);
  }

  async listen(port: number): Promise<void> {
    this.address = urlOf(await listen(this.#server, port, this.#settings.host));
  }

  /** A transaction's first callback that the kit accepts; else the first that only fails authentication; else any. */
  received(id: string): ReceivedCallback | undefined {
    return (
      this.#kept.find(({ transactionId, isAccepted }) => transactionId === id && isAccepted) ??
      this.#kept.find(({ transactionId, refusal }) => transactionId === id && refusal === undefined) ??
      this.#kept.find(({ text }) => text.includes(id))
    );
  }

  /** The other transactions for which callbacks came. */
  others(id: string): string[] {
    const ids = this.#kept.map(({ transactionId }) => transactionId).filter((other) => other !== undefined);
    return [...new Set(ids)].filter((other) => other !== id && !other.startsWith(ownPrefix));
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
    void this.#kit.close();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const { method = "GET", url = "/" } = request;
    response.setHeader("cache-control", "no-store");
    const { href, pathname } = new URL(url, kitOrigin);
    if (pathname !== `${this.#settings.path}/callback`) return void response.writeHead(404).end();
    const sent = method === "GET" || method === "HEAD" ? {} : { body };
    const answered = await this.#kit.fetch(
      new Request(href, { method, headers: headersOf(request), ...sent }),
    );
    const { status, headers } = answered;
    const text = `${url} ${body}`;
    if (this.#kept.length < maxKept)
      this.#kept.push({
        at: this.#now(),
        authentication: authenticationOf(request, status, this.#settings),
        isAccepted: status === 204,
        refusal: await refusalIn(answered, request),
        transactionId: transactionIn(body),
        text,
      });
    response.writeHead(status, Object.fromEntries(headers)).end();
    this.onReceived(text);
  }
}

/** The prefix of the transaction ids in doctor's own test callbacks. */
export const ownPrefix = "doctor-";

const kitOrigin = "https://doctor.invalid";

/** A kit with the site's callback settings. It makes no calls to a Token Server. */
function kitForCallbacks(settings: DoctorSettings): LoginKit {
  const { "callback-username": username, "callback-password": password, path } = settings;
  return createLoginKit({
    origin: kitOrigin,
    path,
    tokenServer: { url: kitOrigin, clientId: "doctor", clientSecret: "doctor", type: "doctor" },
    transport: () => Promise.reject(new Error("doctor asks itself")),
    message: "doctor",
    ...(username !== undefined &&
      password !== undefined && { callback: { username, password: [...password] } }),
    signIn: () => undefined,
    onEvent: () => undefined,
  });
}

async function refusalIn(
  answered: Response,
  { method, headers }: IncomingMessage,
): Promise<string | undefined> {
  const { status } = answered;
  if (status === 204 || status === 401) return undefined;
  if (status === 413) return `larger than ${defaultLimits.bodyBytes / 1024} kB, and the kit answers 413`;
  const { error_description: why } = ownMembers(parseJson(await answered.text()));
  const type = headers["content-type"];
  return `came by ${method}${type === undefined ? "" : ` with ${type}`}, and the kit answers ${status}: ${String(why)}`;
}

const headersOf = ({ rawHeaders }: IncomingMessage): [string, string][] =>
  rawHeaders.flatMap((name, at) =>
    at % 2 === 0 &&
    !/^(?:connection|transfer-encoding|content-length|keep-alive|expect|host|upgrade)$/i.test(name)
      ? [[name, rawHeaders[at + 1] ?? ""] as [string, string]]
      : [],
  );

/** Reads to the end, so that the sender gets the answer, and keeps the first bytes. */
async function readBody(request: AsyncIterable<Buffer>): Promise<string> {
  let bytes = Buffer.alloc(0);
  for await (const chunk of request)
    if (bytes.length < maxBytes) bytes = Buffer.concat([bytes, chunk]).subarray(0, maxBytes);
  return bytes.toString();
}

function transactionIn(body: string): string | undefined {
  const id = ownMembers(parseJson(body))["transaction_id"];
  return typeof id === "string" ? id : undefined;
}

/** @param status the kit's answer */
function authenticationOf(
  { headers: { authorization: given } }: IncomingMessage,
  status: number,
  settings: DoctorSettings,
): Authentication {
  if (status === 401) return given === undefined ? "none" : "other";
  const isUnchecked = settings["callback-username"] === undefined && /^basic /i.test(given ?? "");
  return isUnchecked ? "not-set" : "as-set";
}

/** The headers of a callback with the settings' user name and each password; empty where there are none. */
export function callbackAuthorizations({
  "callback-username": username,
  "callback-password": passwords,
}: DoctorSettings): string[] {
  if (username === undefined) return [];
  return (passwords ?? []).map(
    (password) => `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`,
  );
}
