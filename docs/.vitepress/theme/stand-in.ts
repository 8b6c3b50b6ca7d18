import type { StatusAnswer } from "../../../src/protocol/login-api.js";
import { firstCode } from "./first-code.js";

export type Scene =
  | "requesting"
  | "pending"
  | "scanned"
  | "reconnecting"
  | "approved"
  | "number"
  | "completed"
  | "denied"
  | "expired"
  | "failed";

/** How long "requesting" and "approved" stay. */
const heldMs = 10_000;

const json = (value: unknown, status = 200): Response => Response.json(value, { status });

/** A text as long as a real OTP. Nobody can log in with it. */
const code = () => ({
  status: "pending",
  otp: btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(90)))),
  expires_in: 60,
});

const held = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    setTimeout(resolve, heldMs);
    signal.addEventListener("abort", () => reject(signal.reason as Error));
  });

/** Those of the page, by their endpoints. `fetch` asks them from the first one on. */
const standIns = new Map<string, StandIn>();
let isFetchReplaced = false;

function replaceFetch(): void {
  const { fetch } = globalThis;
  globalThis.fetch = (input, init) => {
    const request = new Request(input, init);
    const { pathname } = new URL(request.url);
    const [, endpoint = ""] = /^(.*\/otp-login)(\/|$)/.exec(pathname) ?? [];
    return standIns.get(endpoint)?.answer(request, pathname) ?? fetch(input, init);
  };
  isFetchReplaced = true;
}

/** A site's backend, played in the page: it answers the calls of one element as the chosen scene needs it. */
export class StandIn {
  scene: Scene = "pending";
  readonly endpoint: string;

  /** @param endpoint ends in `/otp-login` */
  constructor(endpoint: string) {
    this.endpoint = endpoint;
    standIns.set(endpoint, this);
    if (!isFetchReplaced) replaceFetch();
  }

  remove(): void {
    standIns.delete(this.endpoint);
  }

  async answer(request: Request, path: string): Promise<Response> {
    const { method, headers, signal } = request;
    if (method === "GET") return this.#status(headers.get("Accept"), signal);
    if (path.endsWith("/otp")) return json(code(), 201);
    if (path.endsWith("/login")) {
      if (this.scene === "approved") await held(signal);
      return this.scene === "number"
        ? this.#ask((await request.json()) as { number?: string | null })
        : json({});
    }
    if (this.scene === "requesting") await held(signal);
    if (this.scene !== "failed") return json({ attempt: crypto.randomUUID(), ...code() }, 201);
    // The next try works.
    this.scene = "pending";
    return json({ error: "temporarily_unavailable", error_description: "" }, 503);
  }

  /** Asks for the number on the phone: the first one is wrong, the next one right. */
  #ask({ number }: { number?: string | null }): Response {
    const isTyped = typeof number === "string";
    if (isTyped) this.scene = "completed";
    const error = isTyped ? "wrong_number" : "pairing_required";
    const left = { digits: firstCode.digits, tries_left: isTyped ? 2 : 3, expires_in: 240 };
    // Without a description the element takes a 403 for the site's own.
    return json({ error, error_description: "Played by the page.", ...left }, 403);
  }

  #status(accept: string | null, signal: AbortSignal): Response {
    if (this.scene === "reconnecting") throw new TypeError("The connection is cut.");
    const answer = this.#statusNow();
    if (accept === "application/json") return json({ ...answer, interval: 2 });
    const event = `event: status\ndata: ${JSON.stringify(answer)}\n\n`;
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(event));
        signal.addEventListener("abort", () => controller.error(signal.reason as Error));
      },
    });
    return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
  }

  #statusNow(): StatusAnswer {
    const { scene } = this;
    if (scene === "denied" || scene === "expired") {
      // The next try works.
      this.scene = "pending";
      return { status: scene };
    }
    if (scene === "approved" || scene === "number" || scene === "completed") return { status: "approved" };
    return { status: "pending", expires_in: 60, ...(scene === "scanned" && { scanned: true }) };
  }
}
