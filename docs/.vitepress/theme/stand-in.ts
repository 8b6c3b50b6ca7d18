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
  /** The number on the phone. Without one, the first that is typed is wrong and the next right. */
  number: string | undefined;
  readonly endpoint: string;
  #wrongCount = 0;
  readonly #streams = new Set<ReadableStreamDefaultController<Uint8Array>>();

  /** @param endpoint ends in `/otp-login` */
  constructor(endpoint: string) {
    this.endpoint = endpoint;
    standIns.set(endpoint, this);
    if (!isFetchReplaced) replaceFetch();
  }

  remove(): void {
    standIns.delete(this.endpoint);
  }

  /** Plays the scene in the login that is open. */
  tell(scene: Scene): void {
    this.scene = scene;
    const event = this.#event();
    for (const stream of this.#streams) stream.enqueue(event);
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
    this.#wrongCount = 0;
    if (this.scene === "requesting") await held(signal);
    const digits = this.number === undefined ? undefined : firstCode.digits;
    if (this.scene !== "failed") return json({ attempt: crypto.randomUUID(), ...code(), digits }, 201);
    // The next try works.
    this.scene = "pending";
    return json({ error: "temporarily_unavailable", error_description: "" }, 503);
  }

  /** Asks for the number on the phone. */
  #ask({ number }: { number?: string | null }): Response {
    const isTyped = typeof number === "string";
    if (isTyped && number === this.number) this.scene = "completed";
    if (this.scene === "completed") return json({});
    if (isTyped) this.#wrongCount++;
    if (isTyped && this.number === undefined) this.scene = "completed";
    const triesLeft = 3 - this.#wrongCount;
    const error = !isTyped ? "pairing_required" : triesLeft > 0 ? "wrong_number" : "pairing_failed";
    const left = { digits: firstCode.digits, tries_left: triesLeft, expires_in: 240 };
    // Without a description the element takes a 403 for the site's own.
    return json({ error, error_description: "Played by the page.", ...left }, 403);
  }

  #status(accept: string | null, signal: AbortSignal): Response {
    if (this.scene === "reconnecting") throw new TypeError("The connection is cut.");
    if (accept === "application/json") return json({ ...this.#statusNow(), interval: 2 });
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#streams.add(controller);
        controller.enqueue(this.#event());
        signal.addEventListener("abort", () => {
          this.#streams.delete(controller);
          controller.error(signal.reason as Error);
        });
      },
    });
    return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
  }

  #event(): Uint8Array {
    return new TextEncoder().encode(`event: status\ndata: ${JSON.stringify(this.#statusNow())}\n\n`);
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
