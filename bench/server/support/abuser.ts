import { request, type ClientRequest } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { eachOf } from "../../figures.js";
import { ask, openPage, type Page } from "./visitor.js";

/** The kit's own limits, which one address may use up. */
const startsAMinute = 300;
/** So long it starts attempts: the result calls for one minute's streams are fewer than a server makes. */
const minutes = 2;
const transactionsAnAttempt = 20;
const streamsAnAttempt = 2;

/** After this time another stream or callback leads to another result call for the same transaction. */
const pauseMs = 2000;

/** More than the result calls that a server makes in a second, together with the streams. */
const callbacksASecond = 1000;

interface Attempt {
  page: Page;
  transactions: string[];
  streams: ClientRequest[];
}

/**
 * One address that uses all that the limits leave it: as many attempts, and codes of each, as it may have; it opens each
 * attempt's streams again and again, polls, and forges callbacks for its own transactions.
 */
export class Abuser {
  readonly #origin: string;
  readonly #address: string;
  readonly #attempts: Attempt[] = [];
  #isEnded = false;
  /** What it sent, by kind. */
  readonly sent = { starts: 0, renewals: 0, streams: 0, polls: 0, callbacks: 0 };

  constructor(origin: string, address: string) {
    this.#origin = origin;
    this.#address = address;
  }

  /** Begins as many attempts as one address may in two minutes, and gets all codes of each. */
  async start(): Promise<void> {
    for (let minute = 0; minute < minutes; minute++) {
      const nextMinute = sleep(minute + 1 < minutes ? 61_000 : 0);
      await this.#startAll();
      await nextMinute;
    }
  }

  async #startAll(): Promise<void> {
    await eachOf(startsAMinute, 16, async () => {
      const page = await openPage(this.#origin, this.#address);
      this.sent.starts += 1;
      const transactions = [transactionOf(page.otp)];
      this.#attempts.push({ page, transactions, streams: [] });
      while (transactions.length < transactionsAnAttempt) {
        const answer = await this.#post(`${page.url}/otp`, "", page.headers);
        this.sent.renewals += 1;
        if (answer.status === 201) transactions.push(transactionOf((JSON.parse(answer.text) as Page).otp));
        else if (answer.status === 503) await sleep(100);
        else throw new Error(`A renewal was answered ${answer.status}: ${answer.text}`);
      }
    });
  }

  /** Goes on until `end` is called. */
  async go(): Promise<void> {
    const all = this.#attempts.flatMap(({ transactions }) => transactions);
    const perAttempt = (act: (attempt: Attempt) => void): Promise<void> =>
      this.#repeat(pauseMs / this.#attempts.length, (turn) =>
        act(this.#attempts[turn % this.#attempts.length]!),
      );
    await Promise.all([
      perAttempt((attempt) => this.#openStream(attempt)),
      perAttempt(({ page }) => {
        this.sent.polls += 1;
        const headers = { ...page.headers, accept: "application/json" };
        ask(page.url, { headers, localAddress: this.#address }).catch(ignore);
      }),
      this.#repeat(1000 / callbacksASecond, (turn) => {
        this.sent.callbacks += 1;
        const body = JSON.stringify({ transaction_id: all[turn % all.length] });
        this.#post(`${this.#origin}/otp-login/callback`, body, {}).catch(ignore);
      }),
      this.#repeat(60_000 / startsAMinute, () => {
        this.sent.starts += 1;
        this.#post(`${this.#origin}/otp-login`, "", { origin: this.#origin }).catch(ignore);
      }),
    ]);
  }

  end(): void {
    this.#isEnded = true;
    for (const { streams } of this.#attempts) for (const stream of streams) stream.destroy();
  }

  #openStream({ page, streams }: Attempt): void {
    this.sent.streams += 1;
    const headers = { ...page.headers, accept: "text/event-stream" };
    // Each on a connection of its own: the server ends the oldest one when there are too many.
    const stream = request(page.url, { agent: false, headers, localAddress: this.#address }, (response) =>
      response.resume(),
    );
    stream.on("error", ignore);
    stream.end();
    streams.push(stream);
    if (streams.length > streamsAnAttempt) streams.shift()?.destroy();
  }

  #post(url: string, body: string, headers: Record<string, string>) {
    const type = { "content-type": "application/json" };
    return ask(url, { method: "POST", headers: { ...type, ...headers }, body, localAddress: this.#address });
  }

  /** Does something at even intervals. What was late is made up for. */
  async #repeat(everyMs: number, act: (turn: number) => void): Promise<void> {
    const beganAt = performance.now();
    for (let turn = 0; !this.#isEnded; turn++) {
      const waitMs = beganAt + turn * everyMs - performance.now();
      if (waitMs > 0) await sleep(waitMs);
      act(turn);
    }
  }
}

/** At the end, connections are broken off. */
const ignore = (): void => undefined;

/** The transaction's id in an OTP. */
const transactionOf = (otp: string): string =>
  (JSON.parse(Buffer.from(otp, "base64").toString()) as { transaction_id: string }).transaction_id;
