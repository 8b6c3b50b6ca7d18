import { createServer, type ServerResponse } from "node:http";
import type { TestContext } from "node:test";
import { listen } from "../../../support/listen.js";
import { isAnswer, rules, type Verdict } from "./attempt-state.js";

/** The answer to a start. */
export type StartMode = "started" | "down" | "refused";

/** A Token Server on its own port. The run decides its answers, and it remembers them. */
export class ModelTokenServer {
  url = "";
  starts: StartMode = "started";
  /** Called before each answer. The answer is sent when it resolves. */
  turn: (label: string) => Promise<void> = () => Promise.resolve();
  /** The clock of the run. */
  now: () => number = () => 0;
  #verdicts = new Map<string, Verdict>();
  #startedBy = new Map<string, string>();
  #numbers = new Map<string, string>();
  #polledAt = new Map<string, number>();
  #answeredAt = new Map<string, number>();
  #polls: { id: string; at: number }[] = [];
  /** The users of real acceptances, by transaction. */
  #accepted = new Map<string, Set<string>>();
  #begun = 0;

  /** Forgets everything, for the next run. */
  reset(): void {
    this.starts = "started";
    this.turn = () => Promise.resolve();
    for (const map of [this.#verdicts, this.#startedBy, this.#numbers, this.#polledAt, this.#answeredAt])
      map.clear();
    this.#accepted.clear();
  }

  verdict(id: string): Verdict {
    return this.#verdicts.get(id) ?? { kind: "wait" };
  }

  decide(id: string, verdict: Verdict): void {
    this.#verdicts.set(id, verdict);
  }

  /** The transaction that a call began. The call is named by its user agent. */
  startedBy(userAgent: string): string | undefined {
    return this.#startedBy.get(userAgent);
  }

  /** The number that the phone shows, if any. */
  numberOf(id: string): string | undefined {
    return this.#numbers.get(id);
  }

  /** A snapshot of when each result was last polled and last answered. */
  memory(): { polledAt(id: string): number; answeredAt(id: string): number } {
    const [polledAt, answeredAt] = [new Map(this.#polledAt), new Map(this.#answeredAt)];
    return {
      polledAt: (id) => polledAt.get(id) ?? -Infinity,
      answeredAt: (id) => answeredAt.get(id) ?? -Infinity,
    };
  }

  /** The result polls since this was last called. */
  takePolls(): { id: string; at: number }[] {
    return this.#polls.splice(0);
  }

  hasAccepted(id: string, user: string): boolean {
    return this.#accepted.get(id)?.has(user) ?? false;
  }

  async listen(t: Pick<TestContext, "after">): Promise<void> {
    const server = createServer((req, res) => {
      let body = "";
      req.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
      req.on("end", () => {
        const polled = /\/transaction\/([^/?]+)$/.exec(req.url ?? "")?.[1];
        void (polled === undefined ? this.#start(res, new URLSearchParams(body)) : this.#result(res, polled));
      });
    });
    this.url = await listen(t, server);
  }

  async #start(res: ServerResponse, asked: URLSearchParams): Promise<void> {
    const userAgent = asked.get("user_agent") ?? "";
    await this.turn(`the Token Server starts a transaction for ${userAgent}`);
    switch (this.starts) {
      case "started": {
        const id = `transaction-${++this.#begun}`;
        this.#startedBy.set(userAgent, id);
        const [number] = /\d+/.exec(asked.get("message") ?? "") ?? [];
        if (number !== undefined) this.#numbers.set(id, number);
        return json(res, 200, {
          transaction_id: id,
          auth_method: "otp",
          time_to_live: rules.codeMs,
          otp: btoa(JSON.stringify({ transaction_id: id, otp: "c2l4dGVlbiByYW5kb20gYg==" })),
        });
      }
      case "down":
        return json(res, 503, { error_code: 1002, description: "Temporarily unavailable" });
      case "refused":
        return json(res, 404, { error_code: 3005, description: "Unknown type" });
      default:
        return this.starts satisfies never;
    }
  }

  async #result(res: ServerResponse, id: string): Promise<void> {
    this.#polledAt.set(id, this.now());
    this.#polls.push({ id, at: this.now() });
    await this.turn(`the Token Server answers about ${id}`);
    const verdict = this.verdict(id);
    if (isAnswer(verdict)) this.#answeredAt.set(id, this.now());
    switch (verdict.kind) {
      case "approve":
        this.#accepted.set(id, (this.#accepted.get(id) ?? new Set()).add(verdict.user));
        return json(res, 200, about(id, { is_authenticated: true, user_id: verdict.user }));
      case "deny":
        return json(res, 200, about(id, failure("not_accepted")));
      case "close":
        return json(res, 200, about(id, failure(verdict.reason)));
      case "wait":
        return json(res, 404, { error_code: 3004, description: "Unknown transaction" });
      case "another":
        return json(res, 200, about(`${id}0`, { is_authenticated: true, user_id: "mallory" }));
      case "nonsense":
        return nonsense[verdict.how % nonsense.length]?.(res, id);
      case "down":
        return void res.destroy();
      default:
        return verdict satisfies never;
    }
  }
}

const json = (res: ServerResponse, status: number, body: unknown): void =>
  void res.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));

const about = (id: string, rest: object): object => ({
  callback_uri: "https://www.example.test/otp-login/callback",
  transaction_id: id,
  timestamp: 1,
  user_id: null,
  is_authenticated: false,
  authentication_method: "otp",
  ...rest,
});

const failure = (reason: string): object => ({
  not_authenticated_reason: { reason, description: `It was ${reason}.` },
});

/** Invalid answers that look like an acceptance. */
const nonsense: ((res: ServerResponse, id: string) => void)[] = [
  (res, id) => json(res, 200, about(id, { is_authenticated: "true", user_id: "mallory" })),
  (res, id) => json(res, 200, about(id, { is_authenticated: true, user_id: "" })),
  (res, id) => json(res, 200, about(id, { is_authenticated: true, user_id: null })),
  (res, id) => json(res, 200, about(id, { is_authenticated: true, user_id: { id: "mallory" } })),
  (res, id) => json(res, 201, about(id, { is_authenticated: true, user_id: "mallory" })),
  (res, id) => json(res, 500, about(id, { is_authenticated: true, user_id: "mallory" })),
  (res, id) => json(res, 200, [about(id, { is_authenticated: true, user_id: "mallory" })]),
  (res, id) => json(res, 404, { error_code: 4000, description: `Not ${id}` }),
  (res) => void res.writeHead(200, { "content-type": "application/json" }).end('{"is_authenticated":true,'),
  (res) => void res.writeHead(302, { location: "/elsewhere" }).end(),
];
