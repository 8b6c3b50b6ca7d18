import { randomUUID } from "node:crypto";
import { createLoginKit } from "../../src/server/create-login-kit.js";
import type { Transport } from "../../src/server/token-server/transport.js";
import { VirtualClock } from "./virtual-clock.js";

const origin = "https://www.example.com";

/** How the Token Server fails: it refuses the connection, never answers, or answers with this status. */
export type Fault = "refused" | "silent" | number;

/** What a visitor's start was answered, and after how many milliseconds. */
export interface OutageAnswer {
  status: number;
  error: string | undefined;
  retryAfter: number;
  afterMs: number;
}

/** A kit whose Token Server can fail, in virtual time. Each visitor comes from a network of their own. */
export class TokenServerOutage {
  readonly clock = new VirtualClock();
  /** Undefined: it works. */
  fault: Fault | undefined;
  /** The calls of starts so far. */
  starts = 0;
  /** The result calls so far. */
  results = 0;
  #called = (): void => undefined;
  #visitors = 0;
  readonly #kit = createLoginKit(
    {
      origin,
      tokenServer: {
        url: "https://token-server.example.com",
        clientId: "site",
        clientSecret: "secret",
        type: "qr-code",
      },
      signIn: () => ({}),
      clientIp: () => `2001:${(this.#visitors & 0xffff).toString(16)}::1`,
      transport: (call) => this.#answer(call),
      onEvent: () => undefined,
    },
    this.clock,
  );

  /**
   * A new visitor opens the login page. Resolves once the Token Server is called for them, or they are answered without it.
   * `answer` resolves when they are answered: that may take virtual time.
   */
  async visit(): Promise<{ answer: Promise<OutageAnswer> }> {
    this.#visitors += 1;
    const since = this.clock.now();
    const called = new Promise<void>((resolve) => (this.#called = resolve));
    const answer = this.#call("POST", "").then(async (response) => ({
      status: response.status,
      error: ((await response.json()) as { error?: string }).error,
      retryAfter: Number(response.headers.get("retry-after")),
      afterMs: this.clock.now() - since,
    }));
    await Promise.race([answer, called]);
    return { answer };
  }

  /** A visitor with a code. Returns what asks for their status. */
  async visitorWithCode(): Promise<() => Promise<unknown>> {
    const response = await this.#call("POST", "");
    const { attempt } = (await response.json()) as { attempt: string };
    const cookie = response.headers.get("set-cookie")?.split(";")[0] ?? "";
    return async () => (await this.#call("GET", `/${attempt}`, { cookie })).json() as Promise<unknown>;
  }

  #call(method: string, path: string, headers: Record<string, string> = {}): Promise<Response> {
    const url = `${origin}/otp-login${path}`;
    return this.#kit.fetch(
      new Request(url, { method, headers: { origin, "sec-fetch-site": "same-origin", ...headers } }),
    );
  }

  async #answer({ method, url, signal }: Parameters<Transport>[0]): ReturnType<Transport> {
    if (method === "POST") this.starts += 1;
    else this.results += 1;
    this.#called();
    const { fault } = this;
    if (fault === "refused") throw Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
    if (fault === "silent")
      return new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(new Error("aborted")));
      });
    if (fault !== undefined) return { status: fault, text: '{"error":"invalid_client"}' };
    const id = method === "POST" ? randomUUID() : url.replace(/^.*\//, "");
    const body =
      method === "POST"
        ? { transaction_id: id, otp: btoa(id), time_to_live: 3_600_000 }
        : { transaction_id: id, is_authenticated: true, user_id: "alice" };
    return { status: 200, text: JSON.stringify(body) };
  }
}
