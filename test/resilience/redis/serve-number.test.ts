import assert from "node:assert/strict";
import { after, before, describe, test, type TestContext } from "node:test";
import { trace } from "@opentelemetry/api";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { createClient } from "redis";
import { startRedis, type RedisServer } from "../../support/services/redis.js";
import { Browser } from "../../unit/server/support/browser.js";
import { numberIn, wrong } from "../../unit/server/support/number-on-phone.js";
import { origin, runService, type RunningService } from "../../unit/service/serve/running-service.js";

/** The number on the phone with two processes of `serve` that share Redis. */

const exporter = new InMemorySpanExporter();

describe("the number, with two services on Redis", () => {
  let redis: RedisServer;
  before(async () => {
    redis = await startRedis();
    trace.setGlobalTracerProvider(
      new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
    );
  });
  after(async () => {
    trace.disable();
    await redis.stop();
  });

  async function twoServices(t: TestContext, prefix: string) {
    const args = [
      ...["--redis-url", redis.url, "--redis-prefix", prefix, "--pairing", "unknown-browsers"],
      ...["--pairing-keys", "one-key-of-the-tests-of-32-characters", "--pairing-digits", "6"],
      ...["--message", "Log in to the site: {number}"],
    ];
    const one = await runService(t, { args });
    const two = await runService(t, { args, tokenServerUrl: one.emulator.url });
    return { one, two };
  }

  /** The same browser at each of the processes: a proxy chooses one for each call. */
  const at = ({ publicAddress }: RunningService, before?: Browser): Browser => {
    const browser = new Browser({ url: `${publicAddress}/otp-login`, origin });
    browser.cookie = before?.cookie;
    browser.known = before?.known;
    return browser;
  };

  async function accept({ emulator }: RunningService, browser: Browser, user = "alice") {
    const { attempt, otp } = await browser.start();
    const number = numberIn(emulator.starts.at(-1)?.get("message") ?? null);
    await (await emulator.phone(user)).handleMobileAuthWithOtp(otp);
    await browser.approval(attempt);
    return { attempt, number };
  }

  test("browsers that one process forgets are unknown in all, and those of other users are not", async (t) => {
    const { one, two } = await twoServices(t, "forget:");
    const browser = at(one);
    for (const user of ["alice", "bob"]) {
      const { attempt, number } = await accept(one, browser, user);
      const { status, json } = await browser.postLogin(attempt, number);
      assert.equal(status, 200);
      const body = { ticket: json["ticket"], cookie: browser.cookies };
      const redeemed = (await (await two.call("POST", "/redeem", { body })).json()) as {
        set_cookie: string[];
      };
      browser.take(redeemed.set_cookie);
    }
    const answer = await two.call("POST", "/forget-browsers", { body: { user_id: "alice" } });
    assert.equal(answer.status, 204);
    const statuses = [];
    for (const user of ["alice", "bob"])
      statuses.push((await browser.postLogin((await accept(one, browser, user)).attempt)).status);
    assert.deepEqual(statuses, [403, 200]);

    const client = await createClient({ url: redis.url }).connect();
    t.after(() => client.destroy());
    const marks = await client.hGetAll(`forget:known-since:${origin}`);
    assert.doesNotMatch(JSON.stringify(marks), /alice/);
  });

  test("is in no answer, log, metric, trace or key of Redis, as six fixed digits", async (t) => {
    const digits = "047130";
    const real = crypto.getRandomValues.bind(crypto);
    // Of the 64 bytes that a start draws, the first three are the number.
    t.mock.method(crypto, "getRandomValues", (bytes: Uint8Array<ArrayBuffer>) => {
      real(bytes);
      if (bytes.length !== 64) return bytes;
      const number = Number(digits);
      bytes.set([number >> 16, (number >> 8) & 255, number & 255]);
      return bytes;
    });
    const { one, two } = await twoServices(t, "secret:");
    const answers: string[] = [];
    const heard = async (response: Response): Promise<void> => {
      answers.push(JSON.stringify([...response.headers]), await response.clone().text());
    };
    const browser = at(one);
    const { attempt, number } = await accept(one, browser);
    assert.equal(number, digits, "the phone shows it");
    const client = await createClient({ url: redis.url }).connect();
    t.after(() => client.destroy());
    const stored: string[] = [];
    const dump = async (): Promise<void> => {
      for (const key of await client.keys("secret:*"))
        stored.push(
          key,
          (await client.type(key)) === "hash"
            ? JSON.stringify(await client.hGetAll(key))
            : ((await client.get(key)) ?? ""),
        );
    };
    await dump();
    const there = at(two, browser);
    for (const [from, typed] of [
      [browser, undefined],
      [there, wrong(digits)],
      [browser, digits],
    ] as const) {
      const { response, json } = await from.postLogin(attempt, typed);
      answers.push(JSON.stringify([[...response.headers], json]));
      await dump();
    }
    const again = await browser.postLogin(attempt);
    answers.push(JSON.stringify([[...again.response.headers], again.json]));
    const body = { ticket: again.json["ticket"], cookie: browser.cookie };
    await heard(await two.call("POST", "/redeem", { body }));
    await heard(await one.call("POST", "/begin", { body: { headers: {} } }));
    await heard(await one.call("GET", "/forget?known_browser=true"));
    await heard(await one.call("POST", "/forget-browsers", { body: { user_id: "alice" } }));
    for (const service of [one, two]) await heard(await service.call("GET", "/metrics"));
    await dump();
    const spans = exporter
      .getFinishedSpans()
      .map(({ name, attributes, events, status }) => [name, attributes, events, status]);
    const written = {
      answers,
      log: [...one.lines, ...two.lines],
      stored,
      spans: spans.map((span) => JSON.stringify(span)),
    };
    const token = new RegExp(`(?<![\\w-])${digits}(?![\\w-])`);
    for (const [where, texts] of Object.entries(written)) {
      assert.ok(texts.length > 4, where);
      const secrets = texts.filter((text) => token.test(text));
      assert.deepEqual(secrets, [], where);
    }
  });
});
