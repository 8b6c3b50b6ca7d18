import { randomUUID } from "node:crypto";
import type { LoginKitEvent } from "../../src/server/kit-events.js";
import { createLoginKit } from "../../src/server/create-login-kit.js";
import type { LoginKitOptions } from "../../src/server/options.js";
import type { Transport } from "../../src/server/token-server/transport.js";
import { VirtualClock } from "./virtual-clock.js";

const origin = "https://www.example.com";

/** How the Token Server fails: it refuses the connection, never answers, or answers with this status. */
export type Fault = "refused" | "silent" | number;

/** Who starts a login. */
export interface Visitor {
  /** The browser's cookie, if it has one. */
  cookie?: string | undefined;
  /** Default: a network of their own. */
  address?: string | undefined;
  /** How the firewall before the Token Server treats this client's `User-Agent`. Default: it lets it pass. */
  dropped?: Fault | undefined;
}

/** What a visitor's start was answered, and after how many milliseconds. */
interface OutageAnswer {
  status: number;
  error: string | undefined;
  retryAfter: number;
  afterMs: number;
  setCookie: string | undefined;
}

/** A kit whose Token Server can fail, in virtual time. */
export class TokenServerOutage {
  readonly clock: VirtualClock;
  readonly events: LoginKitEvent[] = [];
  /** Undefined: it works. */
  fault: Fault | undefined;
  /** The starts that it was called for so far, those of the kit itself included. */
  starts = 0;
  /** The forms of the kit's own starts, which have no address. */
  readonly ownStarts: URLSearchParams[] = [];
  /** The result calls so far. */
  results = 0;
  readonly kit;
  #called = (): void => undefined;
  #visitors = 0;
  #address = "";

  constructor(options: Partial<LoginKitOptions> = {}, clock = new VirtualClock()) {
    this.clock = clock;
    this.kit = createLoginKit(
      {
        origin,
        tokenServer: {
          url: "https://token-server.example.com",
          clientId: "site",
          clientSecret: "secret",
          type: "qr-code",
        },
        message: "Log in",
        signIn: () => ({}),
        clientIp: () => this.#address,
        transport: (call) => this.#answer(call),
        onEvent: (event) => void this.events.push(event),
        ...options,
      } as LoginKitOptions,
      this.clock,
    );
  }

  /**
   * A visitor opens the login page. Resolves once the Token Server is called for them, or they are answered without it.
   * `answer` resolves when they are answered: that may take virtual time.
   */
  async visit({ cookie, address, dropped }: Visitor = {}): Promise<{ answer: Promise<OutageAnswer> }> {
    this.#visitors += 1;
    this.#address = address ?? `2001:${(this.#visitors & 0xffff).toString(16)}::1`;
    const since = this.clock.now();
    const called = new Promise<void>((resolve) => (this.#called = resolve));
    const headers = {
      ...(cookie !== undefined && { cookie }),
      ...(dropped !== undefined && { "user-agent": `dropped: ${dropped}` }),
    };
    const answer = this.#call("POST", "", headers).then(async (response) => ({
      status: response.status,
      error: ((await response.json()) as { error?: string }).error,
      retryAfter: Number(response.headers.get("retry-after")),
      afterMs: this.clock.now() - since,
      setCookie: response.headers.get("set-cookie")?.split(";")[0],
    }));
    await Promise.race([answer, called]);
    return { answer };
  }

  /** Visits by clients whose answer takes no time. Returns the statuses. */
  async visits(count: number, visitor?: Visitor): Promise<number[]> {
    const statuses: number[] = [];
    for (let visit = 0; visit < count; visit++)
      statuses.push((await (await this.visit(visitor)).answer).status);
    // The kit may be trying by itself.
    await this.clock.settle();
    return statuses;
  }

  /** A visitor with a code. Returns what asks for their status. */
  async visitorWithCode(): Promise<() => Promise<unknown>> {
    const response = await this.#call("POST", "");
    const { attempt } = (await response.json()) as { attempt: string };
    const cookie = response.headers.get("set-cookie")?.split(";")[0] ?? "";
    return async () => (await this.#call("GET", `/${attempt}`, { cookie })).json() as Promise<unknown>;
  }

  /** The events of an outage. */
  get outages(): LoginKitEvent[] {
    return this.events.filter(
      ({ type }) => type === "token_server_down" || type === "token_server_recovered",
    );
  }

  #call(method: string, path: string, headers: Record<string, string> = {}): Promise<Response> {
    const url = `${origin}/otp-login${path}`;
    return this.kit.fetch(
      new Request(url, { method, headers: { origin, "sec-fetch-site": "same-origin", ...headers } }),
    );
  }

  async #answer({ method, url, body, signal }: Parameters<Transport>[0]): ReturnType<Transport> {
    const form = new URLSearchParams(body);
    if (method === "POST") this.starts += 1;
    else this.results += 1;
    if (method === "POST" && !form.has("ip_address")) this.ownStarts.push(form);
    else this.#called();
    const [, dropped] = /^dropped: (.*)$/.exec(form.get("user_agent") ?? "") ?? [];
    const fault = dropped ?? this.fault;
    if (fault === "refused") throw Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
    if (fault === "silent")
      return new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(new Error("aborted")));
      });
    if (fault !== undefined) return { status: Number(fault), text: '{"error":"invalid_client"}' };
    const id = method === "POST" ? randomUUID() : url.replace(/^.*\//, "");
    const answer =
      method === "POST"
        ? { transaction_id: id, otp: btoa(id), time_to_live: 3_600_000 }
        : { transaction_id: id, is_authenticated: true, user_id: "alice" };
    return { status: 200, text: JSON.stringify(answer) };
  }
}
