import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../test/support/services/free-port.js";
import { start } from "./support/child.js";
import { conclude, eachOf, percentile } from "../figures.js";
import type { Answer, StatusStream } from "../../test/support/visitor.js";
import { accept, enroll, scan } from "./support/phone.js";
import { ask, openPage, type Page } from "./support/visitor.js";

/**
 * Measures the worst that one address can do to all others within the limits: the time from the acceptance on the phone
 * to the status on the page, for people at other addresses, while one address uses its limits fully. All limits have
 * their defaults. Measured with and without authentication of the callback.
 */

/** The kit's own limits, which one address may use up. */
const startsAMinute = 300;
/**
 * How long it starts attempts before the measurement. One minute's streams lead to fewer result calls than a server may
 * make.
 */
const minutes = 2;
const transactionsAnAttempt = 20;
const streamsAnAttempt = 2;
/** Codes of each attempt that it requests before the measurement. The others are for the measurement. */
const codesAtFirst = 14;

/** After this time another stream or callback leads to another result call for the same transaction. */
const pauseMs = 2000;

/** Together with the streams, these lead to more result calls than a server may make in a second. */
const callbacksASecond = 1000;

/** In the long run enough to use up all codes of its attempts. */
const renewalsASecond = (startsAMinute / 60) * (transactionsAnAttempt - 1);

/** A wrong password: the address does not know the callback's. */
const guess = `Basic ${Buffer.from("token-server:guess").toString("base64")}`;

interface Attempt {
  page: Page;
  transactions: string[];
  streams: StatusStream<Answer>[];
}

/**
 * One address that uses its limits fully. It starts as many attempts and codes as it may. It keeps reopening each
 * attempt's streams, polls, renews, and forges callbacks for its own transactions.
 */
class Abuser {
  readonly #origin: string;
  readonly #address: string;
  readonly #attempts: Attempt[] = [];
  #isEnded = false;
  /** How many requests it sent, by kind. */
  readonly sent = { starts: 0, renewals: 0, streams: 0, polls: 0, callbacks: 0 };

  constructor(origin: string, address: string) {
    this.#origin = origin;
    this.#address = address;
  }

  /** Begins as many attempts as one address may in two minutes, and gets the first codes of each. */
  async start(): Promise<void> {
    for (let minute = 0; minute < minutes; minute++) {
      const nextMinute = sleep(minute + 1 < minutes ? 61_000 : 0);
      await this.#startAll();
      await nextMinute;
    }
  }

  async #startAll(): Promise<void> {
    await eachOf(startsAMinute, 16, async () => {
      const attempt = await this.#begin();
      while (attempt.transactions.length < codesAtFirst) await this.#renew(attempt).catch(() => sleep(100));
    });
  }

  async #begin(): Promise<Attempt> {
    this.sent.starts += 1;
    const page = await openPage(this.#origin, this.#address);
    const attempt = { page, transactions: [transactionOf(page.otp)], streams: [] };
    this.#attempts.push(attempt);
    return attempt;
  }

  async #renew({ page, transactions }: Attempt): Promise<void> {
    this.sent.renewals += 1;
    const { otp } = await page.visitor.renew(page.attempt);
    transactions.push(transactionOf(otp));
  }

  /** Sends requests of all kinds until `end` is called. */
  async go(): Promise<void> {
    const canBeRenewed = ({ transactions }: Attempt): boolean => transactions.length < transactionsAnAttempt;
    const perAttempt = (act: (attempt: Attempt) => void): Promise<void> =>
      this.#repeat(pauseMs / this.#attempts.length, (turn) =>
        act(this.#attempts[turn % this.#attempts.length]!),
      );
    await Promise.all([
      perAttempt((attempt) => void this.#openStream(attempt).catch(ignore)),
      perAttempt(({ page }) => {
        this.sent.polls += 1;
        page.visitor.get(`/${page.attempt}`).catch(ignore);
      }),
      this.#repeat(1000 / callbacksASecond, (turn) => {
        this.sent.callbacks += 1;
        const { transactions } = this.#attempts[turn % this.#attempts.length]!;
        const id = transactions[Math.floor(turn / this.#attempts.length) % transactions.length];
        const body = JSON.stringify({ transaction_id: id });
        this.#post(`${this.#origin}/otp-login/callback`, body, { authorization: guess }).catch(ignore);
      }),
      this.#repeat(1000 / renewalsASecond, (turn) => {
        const attempts = this.#attempts.filter(canBeRenewed);
        const attempt = attempts[turn % attempts.length];
        if (attempt) this.#renew(attempt).catch(ignore);
      }),
      this.#repeat(60_000 / startsAMinute, () => {
        this.#begin().catch(ignore);
      }),
    ]);
  }

  end(): void {
    this.#isEnded = true;
    for (const { streams } of this.#attempts) for (const stream of streams) stream.close();
  }

  async #openStream({ page, streams }: Attempt): Promise<void> {
    this.sent.streams += 1;
    streams.push(await page.visitor.stream(page.attempt));
    // The server ends the oldest one when there are too many.
    if (streams.length > streamsAnAttempt) streams.shift()?.close();
  }

  #post(url: string, body: string, headers: Record<string, string>) {
    const type = { "content-type": "application/json" };
    return ask(url, { method: "POST", headers: { ...type, ...headers }, body, localAddress: this.#address });
  }

  /**
   * Calls `act` at even intervals. Late calls are caught up on, one per turn of the event loop, so that other work goes
   * on.
   */
  async #repeat(everyMs: number, act: (turn: number) => void): Promise<void> {
    const beganAt = performance.now();
    for (let turn = 0; !this.#isEnded; turn++) {
      const waitMs = beganAt + turn * everyMs - performance.now();
      await (waitMs > 0 ? sleep(waitMs) : nextTurn());
      act(turn);
    }
  }
}

/** Requests fail when the connections are closed at the end. */
const ignore = (): void => undefined;

/** The transaction's id in an OTP. */
const transactionOf = (otp: string): string =>
  (JSON.parse(Buffer.from(otp, "base64").toString()) as { transaction_id: string }).transaction_id;

const logins = 300;
const loginsASecond = 10;
const atATime = 32;
/** Time for all kinds of its requests to begin. */
const settleMs = 5000;

const users = Array.from({ length: atATime }, (_, index) => `user-${index}`);
const addressOf = (index: number): string => `127.0.2.${1 + (index % 250)}`;

async function measure(password: string | undefined): Promise<void> {
  const port = String(await freePort());
  const callbackUrl = `http://127.0.0.1:${port}/otp-login/callback`;
  const tokenServer = await start(
    "token-server",
    password === undefined ? [] : [`--callback-url=${callbackUrl}`, `--callback-password=${password}`],
  );
  const site = await start("kit-server", [tokenServer.url], {
    LIMITED: "1",
    PORT: port,
    ...(password !== undefined && { CALLBACK_PASSWORD: password }),
  });
  for (const user of users) await enroll(tokenServer.url, user);

  const quietMs = await acceptances(site.url, tokenServer.url);
  const abuser = new Abuser(site.url, "127.0.3.1");
  await abuser.start();
  const abuse = abuser.go();
  await sleep(settleMs);
  const before = { ...abuser.sent };
  const beganAt = performance.now();
  const abusedMs = await acceptances(site.url, tokenServer.url);
  const seconds = (performance.now() - beganAt) / 1000;
  const sent = Object.entries(abuser.sent).map(
    ([kind, count]) => `${((count - before[kind as keyof typeof before]) / seconds).toFixed(0)} ${kind}`,
  );
  abuser.end();
  await abuse;
  for (const child of [site, tokenServer]) child.kill();

  const [quiet, abused] = [quietMs, abusedMs].map((values) =>
    [0.5, 0.99].map((share) => percentile(values, share).toFixed(0)).join(" and "),
  );
  console.log(`\nThe callback ${password === undefined ? "takes no" : "takes"} Basic authentication`);
  console.log(`One address sends in a second: ${sent.join(", ")}`);
  console.log(`${logins} logins of others, median and p99: without it ${quiet} ms, with it ${abused} ms`);
  conclude({
    what: "from acceptance to status, p99",
    unit: " ms",
    values: [percentile(abusedMs, 0.99)],
    bounds: [{ of: "figure", relation: "≤", value: 1000 }],
  });
}

/**
 * People log in with a renewed code, each from its own address. Returns how long each waits from the acceptance to the
 * status.
 */
async function acceptances(site: string, tokenServer: string): Promise<number[]> {
  const times: number[] = [];
  const free = [...users];
  const beganAt = performance.now();
  await eachOf(logins, atATime, async (index) => {
    await sleep(beganAt + (index * 1000) / loginsASecond - performance.now());
    const user = free.pop() ?? "";
    const { visitor, attempt } = await openPage(site, addressOf(index));
    const stream = await visitor.stream(attempt);
    await stream.status("pending");
    const { otp } = await visitor.renew(attempt);
    const transaction = await scan(tokenServer, user, otp);
    const acceptedAt = performance.now();
    await accept(tokenServer, transaction);
    await stream.status("approved");
    times.push(performance.now() - acceptedAt);
    free.push(user);
  });
  return times;
}

await measure(undefined);
await measure("callback-secret");
process.exit();
