import type { CodeAnswer, StartAnswer } from "../../protocol/login-api.js";
import {
  attemptSettled,
  invalidRequest,
  limitExceeded,
  serverError,
  temporarilyUnavailable,
  tokenServerCallsExceeded,
  unknownAttempt,
  type ApiError,
} from "../http/api-error.js";
import type { Attempt } from "../store/attempt.js";
import { createAttemptId } from "../attempt/attempts.js";
import { change, type NewTransaction } from "../attempt/transitions.js";
import { loggedAddress, userAgentOf, type Call } from "../http/call.js";
import { jsonResponse } from "../http/response.js";
import type { BrowserCookie } from "../http/browser-cookie.js";
import { secondsLeft } from "../attempt/deadlines.js";
import type { Core } from "../core.js";
import { clientAt, type Client } from "../limits/networks.js";
import type { Place, WaitingPlaces } from "../live/waiting-places.js";
import type { LoginPause } from "../pause/login-pause.js";
import type { StartLimits } from "./start-limits.js";
import { languageCode } from "../http/content-negotiation.js";
import type { Pairing } from "../login/pairing.js";
import type { LiveAttempts } from "../live/live-attempts.js";
import type { WaitingAttempts } from "../live/waiting-attempts.js";
import { sha256 } from "../text/bytes.js";
import { drawnAtOnce, randomShare } from "../runtime.js";
import type { StartBreaker } from "../token-server/start-breaker.js";
import { withNumber } from "../token-server/message.js";
import { troubleEvent, type Trouble } from "../token-server/token-server-client.js";
import type { StartedTransaction } from "../token-server/token-server-answers.js";
import type { CallQuota } from "../limits/call-quota.js";

/** With what the endpoint starts a transaction. */
interface OtpCollaborators<Context> {
  cookie: BrowserCookie;
  live: LiveAttempts;
  places: WaitingPlaces;
  waiting: WaitingAttempts;
  pause: LoginPause;
  startLimits: StartLimits;
  breaker: StartBreaker;
  quota: CallQuota;
  /** Undefined if no code has a number. */
  pairing: Pairing<Context> | undefined;
}

/** A started transaction, with the instant at which its code expires (milliseconds since the epoch). */
type Issued = StartedTransaction & {
  endsAt: number;
  /** The number in its message, with `pairing`. */
  number: string | undefined;
};

/** The answer to a start. */
interface Started {
  answer: StartAnswer;
  /** Undefined if the browser has its cookie already. */
  setCookie: string | undefined;
}

/** While the Token Server is down, a page asks again after this time, or up to twice as long. */
const backSeconds = 10;

/** The two calls that answer with an OTP: a start and a renewal. */
export class OtpEndpoint<Context> {
  readonly #core: Core<Context>;
  readonly #with: OtpCollaborators<Context>;

  constructor(core: Core<Context>, collaborators: OtpCollaborators<Context>) {
    this.#core = core;
    this.#with = collaborators;
  }

  /** `POST /`: begins an attempt. A browser without the kit's cookie gets one. */
  async start(call: Call<Context>, body: Record<string, unknown>): Promise<Response> {
    const { language: pageLanguage } = body;
    if (pageLanguage !== undefined && typeof pageLanguage !== "string") {
      throw invalidRequest('"language" must be a string, such as "nl".');
    }
    const { answer, setCookie } = await this.begin(call, pageLanguage);
    return jsonResponse(201, answer, setCookie === undefined ? {} : { "set-cookie": setCookie });
  }

  /** Begins an attempt, for `start` and for `kit.begin`. */
  async begin(call: Call<Context>, pageLanguage: string | undefined): Promise<Started> {
    const { breaker, cookie, pause, places, startLimits } = this.#with;
    // Before the start is counted.
    await pause.check();
    if (!breaker.admits()) {
      const sentCookie = cookie.read(call.request.headers.get("cookie"));
      // Not for its address, because all pages of an office ask again while the Token Server is down.
      if (sentCookie !== undefined) await startLimits.countRefused(call, await sha256(sentCookie));
      throw this.#tokenServerDown();
    }
    // A client that resets its connection at once has no address, and its starts are counted together with others of that kind.
    const client = call.hasAddress ? clientAt(call.address()) : undefined;
    const place = places.take(client);
    try {
      return await this.#beginAt(place, client, call, pageLanguage);
    } catch (error) {
      places.free(place);
      throw error;
    }
  }

  async #beginAt(
    place: Place,
    client: Client | undefined,
    call: Call<Context>,
    pageLanguage: string | undefined,
  ): Promise<Started> {
    const { attempts, runtime } = this.#core;
    const { cookie, quota, startLimits, waiting } = this.#with;
    const language = languageCode(pageLanguage, call.request.headers.get("accept-language"));
    const sentCookie = cookie.read(call.request.headers.get("cookie"));
    const randomness = drawnAtOnce(runtime);
    const number = this.#with.pairing?.createNumber(randomness);
    const secret = sentCookie ?? cookie.create(randomness);
    const browser = await sha256(secret);
    const address = call.address();
    // Before the start is counted: one for which there is no quota is not counted against its address.
    const giveBack = quota.reserve("start", client);
    if (!giveBack) throw tokenServerCallsExceeded(quota.retryAfterMs("start", client));
    try {
      await startLimits.count(call, sentCookie === undefined ? undefined : browser);
    } catch (error) {
      giveBack();
      throw error;
    }
    const issued = await this.#issue(call, language, number);

    const id = createAttemptId(randomness);
    const userAgent = userAgentOf(call.request);
    const attempt = await attempts.begin(
      {
        id,
        browser,
        ...(language !== undefined && { language }),
        ...(address !== undefined && { address }),
        ...(userAgent !== undefined && { userAgent }),
      },
      await this.#transactionOf(issued, id),
    );
    waiting.begun(attempt, place);
    call.attempt = id;
    this.#codeStarted("attempt_started", call, id, issued);
    const digits = this.#with.pairing?.digits;
    return {
      answer: { attempt: id, ...this.#answer(issued), ...(digits !== undefined && { digits }) },
      setCookie: sentCookie === undefined ? cookie.header(secret) : undefined,
    };
  }

  /** `POST /{attempt}/otp`: starts one more transaction of a pending attempt. */
  async renew(call: Call<Context>, attempt: Attempt): Promise<Response> {
    const { attempts, config } = this.#core;
    const { breaker, live, pause } = this.#with;
    await live.pollLast(attempt);
    await pause.check();
    if (!breaker.admits()) throw this.#tokenServerDown();
    const place = await attempts.update(attempt, change, {
      kind: "renewal_started",
      maxTransactions: config.limits.transactionsPerAttempt,
    });
    if (!place) throw unknownAttempt();
    if (place.outcome === "unchanged") throw this.#renewalError(place.attempt);

    const issued = await this.#issueForRenewal(call, place.attempt);
    const transaction = await this.#transactionOf(issued, attempt.id);
    const renewed = await attempts.update(place.attempt, change, { kind: "renewed", ...transaction });
    if (!renewed) throw unknownAttempt();
    // A phone that scanned an older code may have accepted or declined in the meantime.
    if (renewed.outcome === "unchanged") throw attemptSettled();
    this.#codeStarted("code_renewed", call, attempt.id, issued);
    return jsonResponse(201, this.#answer(issued));
  }

  #codeStarted(
    type: "attempt_started" | "code_renewed",
    call: Call<Context>,
    attempt: string,
    { endsAt }: Issued,
  ): void {
    const { report, runtime } = this.#core;
    this.#with.live.codeStarted(endsAt);
    const durationMs = runtime.now() - call.beganAt;
    report({ type, level: "info", attempt, ...loggedAddress(call), durationMs });
  }

  /** 503, spread, because all pages would ask in the moment in which the Token Server is back. */
  #tokenServerDown(): ApiError {
    return temporarilyUnavailable(Math.ceil(backSeconds * (1 + randomShare(this.#core.runtime))));
  }

  /** Why an attempt cannot be renewed. The limit is checked before the status. */
  #renewalError(attempt: Attempt): ApiError {
    const { config, runtime } = this.#core;
    if (attempt.startedCount < config.limits.transactionsPerAttempt) return attemptSettled();
    // There will be no more codes in this attempt. A new one makes sense once the last code is over.
    const endsAt = Math.max(...attempt.transactions.map((transaction) => transaction.endsAt));
    return limitExceeded(
      "transactionsPerAttempt",
      "too_many_requests",
      "This attempt has had all of its codes. Start a new one.",
      (secondsLeft(endsAt, runtime.now()) + 1) * 1000,
    );
  }

  /** What is stored of a code: of its number, with `pairing`, no more than a code by the site's keys. */
  async #transactionOf({ id, endsAt, number }: Issued, attempt: string): Promise<NewTransaction> {
    const { pairing } = this.#with;
    if (!pairing || number === undefined) return { id, endsAt };
    return { id, endsAt, ...(await pairing.stored(number, attempt, id)) };
  }

  async #issueForRenewal(call: Call<Context>, attempt: Attempt): Promise<Issued> {
    const { attempts, config, runtime } = this.#core;
    const { language, address } = attempt;
    const { quota } = this.#with;
    const client = config.addresses.clientAt(address);
    try {
      if (!quota.take("renewal", client))
        throw tokenServerCallsExceeded(quota.retryAfterMs("renewal", client));
      return await this.#issue(call, language, this.#with.pairing?.createNumber(runtime));
    } catch (error) {
      await attempts.update(attempt, change, { kind: "renewal_abandoned" });
      throw error;
    }
  }

  /** Starts a transaction with everything that the phone shows about it, for the person to compare. */
  async #issue(
    call: Call<Context>,
    language: string | undefined,
    number: string | undefined,
  ): Promise<Issued> {
    const { config, report, runtime } = this.#core;
    const { request, context } = call;
    const text = await config.message?.({ language, request, context });
    const address = call.address();
    const { breaker } = this.#with;
    // Others may have called since it was asked first.
    if (!breaker.admits()) throw this.#tokenServerDown();
    const beganAt = runtime.now();
    const trouble = (of: Trouble): void =>
      report({
        ...troubleEvent("start", of, runtime.now() - beganAt),
        ...(call.attempt !== undefined && { attempt: call.attempt }),
        ...(address !== undefined && { address }),
      });
    const outcome = await breaker.start({
      message: text !== undefined && number !== undefined ? withNumber(text, number) : text,
      languageCode: language,
      ipAddress: address,
      userAgent: userAgentOf(request),
    });
    switch (outcome.kind) {
      case "started":
        return { ...outcome.transaction, endsAt: runtime.now() + outcome.transaction.ttlMs, number };
      case "rejected":
        trouble(outcome.trouble);
        throw serverError();
      case "unavailable":
        trouble(outcome.trouble);
        throw temporarilyUnavailable();
      default:
        return outcome satisfies never;
    }
  }

  #answer({ otp, ttlMs }: Issued): CodeAnswer {
    // Counted from the Token Server's answer, a few milliseconds ago, so that a code of one minute starts with 60.
    return { status: "pending", otp, expires_in: Math.floor(ttlMs / 1000) };
  }
}
