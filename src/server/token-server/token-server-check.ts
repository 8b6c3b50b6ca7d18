import type { Runtime } from "../runtime.js";
import { troubleDetails, type StartOutcome, type TokenServerClient } from "./token-server-client.js";

/** Whether the Token Server starts a code for this site. */
export type TokenServerCheck =
  | { ok: true }
  /**
   * It does not. `reason` says so in the kit's words, such as "answered 401" or "could not be reached at https://…
   * (CERT_HAS_EXPIRED)"; `code` and `description` are the Token Server's own. What each means: docs/token-server.md, "What can go
   * wrong".
   */
  | { ok: false; reason: string; status?: number; code?: string; description?: string };

/** How long a result is kept. */
const keptMs = 60_000;

/** Asks the Token Server for a code that nobody is shown, and keeps the result for a while. */
export class TokenServerChecks {
  readonly #tokenServer: TokenServerClient;
  readonly #message: string | undefined;
  readonly #runtime: Runtime;
  #kept: { result: Promise<TokenServerCheck>; until: number } | undefined;

  /** @param message of the code; undefined if the type has its own */
  constructor(tokenServer: TokenServerClient, message: string | undefined, runtime: Runtime) {
    this.#tokenServer = tokenServer;
    this.#message = message;
    this.#runtime = runtime;
  }

  /** Calls at the same time share one. Never rejects. */
  check(): Promise<TokenServerCheck> {
    const now = this.#runtime.now();
    if (!this.#kept || now >= this.#kept.until) this.#kept = { result: this.#ask(), until: now + keptMs };
    return this.#kept.result;
  }

  async #ask(): Promise<TokenServerCheck> {
    const outcome = await this.start();
    return outcome.kind === "started" ? { ok: true } : { ok: false, ...troubleDetails(outcome.trouble) };
  }

  /** Asks for such a code now, with nothing of a client. Never rejects. */
  start(): Promise<StartOutcome> {
    return this.#tokenServer.start({
      message: this.#message,
      languageCode: undefined,
      ipAddress: undefined,
      userAgent: undefined,
    });
  }
}
