import { expect } from "chai";
import { firstValueFrom, lastValueFrom, toArray } from "rxjs";
import { httpBackend } from "../../../src/element/api/http-backend.js";
import { RequestError } from "../../../src/element/api/backend.js";
import { parsePairingAnswer } from "../../../src/protocol/login-api.js";

interface Answer {
  status?: number;
  type?: string;
  header?: Record<string, string>;
  /** Written one after the other. */
  chunks?: string[];
  /** Does not end the answer. */
  hold?: boolean;
  /** Cuts the connection before the answer. */
  cut?: boolean;
  delayMs?: number;
}
interface Request {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
  open: boolean;
  at: number;
  endedAt?: number;
}

let count = 0;

/** An endpoint of the test runner's server that answers everything in this one way, and its log. */
function endpointThat(answer: Answer, mayAsk?: boolean) {
  const id = `${Date.now()}-${++count}`;
  const requests = async (): Promise<Request[]> =>
    (await fetch(`/__requests/${id}`)).json() as Promise<Request[]>;
  const url = `${location.origin}/__answer/${encodeURIComponent(JSON.stringify({ ...answer, id }))}`;
  return { backend: httpBackend(url, "nl", () => mayAsk === true), requests, url };
}

const json = (value: unknown, status = 200, header: Record<string, string> = {}): Answer => ({
  status,
  header,
  chunks: [JSON.stringify(value)],
});
const html = (status: number): Answer => ({ status, type: "text/html", chunks: ["<!doctype html><p>No"] });
const error = (code: string, status: number, header: Record<string, string> = {}) =>
  json({ error: code, error_description: "Because." }, status, header);
const events = (...chunks: string[]): Answer => ({ type: "text/event-stream", chunks });

async function failureOf(promise: Promise<unknown>): Promise<RequestError> {
  try {
    await promise;
  } catch (cause) {
    expect(cause).to.be.instanceOf(RequestError);
    return cause as RequestError;
  }
  throw new Error("It did not fail.");
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise(requestAnimationFrame);
}

describe("the login API over HTTP", () => {
  const start = { attempt: "a/b", status: "pending", otp: "b3Rw", expires_in: 60 };

  it("starts with the page's language and gives the first code", async () => {
    const { backend, requests } = endpointThat(json({ ...start, more: 1 }, 201));
    expect(await firstValueFrom(backend.start())).to.deep.equal(start);
    const [request] = await requests();
    expect(request).to.include({ method: "POST", path: "", body: '{"language":"nl"}' });
    expect(request?.headers["content-type"]).to.equal("application/json");
  });

  it("escapes the attempt's id in paths", async () => {
    const { backend, requests } = endpointThat(json({ status: "pending", otp: "b3Rw", expires_in: 6 }, 201));
    await firstValueFrom(backend.renew("a/b"));
    expect((await requests())[0]).to.include({ method: "POST", path: "a%2Fb/otp" });
  });

  it("sends `Prefer: wait` only with a held poll", async () => {
    const { backend, requests } = endpointThat(json({ status: "pending", expires_in: 9, interval: 2 }));
    expect(await firstValueFrom(backend.poll("a", 0))).to.deep.equal({
      status: "pending",
      expires_in: 9,
      interval: 2,
    });
    await firstValueFrom(backend.poll("a", 20));
    const [plain, held] = await requests();
    expect(plain?.headers["prefer"]).to.equal(undefined);
    expect(held?.headers["prefer"]).to.equal("wait=20");
    expect(held?.headers["accept"]).to.equal("application/json");
  });

  it("sends nothing before it is subscribed, and aborts when it is unsubscribed", async () => {
    const { backend, requests } = endpointThat({ ...events(), hold: true });
    const stream = backend.stream("a");
    expect(await requests()).to.deep.equal([]);
    const subscription = stream.subscribe();
    await until(async () => (await requests()).length === 1);
    subscription.unsubscribe();
    await until(async () => (await requests()).every(({ open }) => !open));
  });

  it("sends the starts of one site one after the other", async () => {
    const { backend, requests } = endpointThat({ ...json(start, 201), delayMs: 150 });
    await Promise.all([firstValueFrom(backend.start()), firstValueFrom(backend.start())]);
    const [first, second] = await requests();
    expect(second!.at).to.be.at.least(first!.endedAt! - 5);
  });

  /** Until another request waits for the lock of the site. */
  const lockIsWanted = () => until(async () => (await navigator.locks.query()).pending!.length > 0);

  it("does not let a page's first start wait for another tab's lock, but the next one", async () => {
    const { backend, requests, url } = endpointThat(json(start, 201));
    let end = () => {};
    const turn = new Promise<void>((resolve) => (end = resolve));
    const other = navigator.locks.request(`onegini-otp-login ${url}`, () => turn);
    await firstValueFrom(backend.start());
    const next = firstValueFrom(backend.start());
    await lockIsWanted();
    expect(await requests()).to.have.length(1);
    end();
    await next;
    await other;
  });

  it("waits for a lock at most one second before a stream, and three seconds before a start", async () => {
    const { backend, requests } = endpointThat(json(start, 201));
    // As if a tab that is frozen held the lock.
    navigator.locks.request = () => new Promise<never>(() => {});
    const { setTimeout } = globalThis;
    const timers: { run: () => void; ms: number }[] = [];
    // No browser gives a timer so high a number, so nothing is cleared by it.
    globalThis.setTimeout = ((run: () => void, ms: number) =>
      timers.push({ run, ms }) + 1_000_000_000) as unknown as typeof setTimeout;
    const pass = (ms: number) => {
      for (const timer of timers.splice(0)) {
        expect(timer.ms).to.equal(ms);
        timer.run();
      }
    };
    try {
      await firstValueFrom(backend.start());
      await until(async () => timers.length === 2);
      // The first start was sent at once. It queues for the lock all the same.
      expect(timers.shift()!.ms).to.equal(3_000);
      const stream = backend.stream("a").subscribe({ error: () => {} });
      expect(await requests()).to.have.length(1);
      pass(1_000);
      await until(async () => (await requests()).length === 2);
      stream.unsubscribe();
      const next = firstValueFrom(backend.start());
      await until(async () => timers.length === 1);
      expect(await requests()).to.have.length(2);
      pass(3_000);
      await next;
    } finally {
      globalThis.setTimeout = setTimeout;
      Reflect.deleteProperty(navigator.locks, "request");
    }
  });

  it("opens no stream before the starts that were sent with the page's first one are answered", async () => {
    const { backend, requests, url } = endpointThat({ ...json(start, 201), delayMs: 150 });
    const first = firstValueFrom(backend.start());
    await until(async () => (await requests()).length === 1);
    let end = () => {};
    const turn = new Promise<void>((resolve) => (end = resolve));
    const other = navigator.locks.request(`onegini-otp-login ${url}`, () => turn);
    await first;
    // The answer is not a stream. It may arrive before the stream is closed.
    const stream = backend.stream("a").subscribe({ error: () => {} });
    await lockIsWanted();
    expect(await requests()).to.have.length(1);
    end();
    await other;
    await until(async () => (await requests()).length === 2);
    stream.unsubscribe();
  });

  describe("the code of an error", () => {
    const cases: [string, Answer, string][] = [
      ["an error of the API", error("temporarily_unavailable", 503), "temporarily_unavailable"],
      ["an unknown attempt", error("unknown_attempt", 404), "unknown_attempt"],
      ["a page that is not there", html(404), "invalid_response"],
      ["a page in the place of an answer", html(200), "invalid_response"],
      ["a server's error page", html(500), "server_error"],
      ["a proxy's error page", html(502), "temporarily_unavailable"],
      ["a proxy's limit", html(429), "too_many_requests"],
      ["an unknown code", error("surprise", 400), "invalid_response"],
      ["half a JSON", { chunks: ['{"attempt":"a'] }, "invalid_response"],
      ["an answer without an OTP", json({ ...start, otp: "" }, 201), "invalid_response"],
      ["an OTP with half a character", json({ ...start, otp: "\ud800" }, 201), "invalid_response"],
      ["a time that is none", json({ ...start, expires_in: "60" }, 201), "invalid_response"],
      ["a connection that breaks", { cut: true }, "network_error"],
    ];
    for (const [what, answer, code] of cases)
      it(`is ${code} for ${what}`, async () => {
        const { backend } = endpointThat(answer);
        expect((await failureOf(firstValueFrom(backend.start()))).code).to.equal(code);
      });

    it("is network_error for a server that does not exist", async () => {
      const backend = httpBackend("http://localhost:1/otp-login", undefined);
      expect((await failureOf(firstValueFrom(backend.start()))).code).to.equal("network_error");
    });
  });

  describe("reads Retry-After", () => {
    const retryAfterMs = async (value: string) => {
      const { backend } = endpointThat(error("too_many_requests", 429, { "Retry-After": value }));
      return (await failureOf(firstValueFrom(backend.start()))).retryAfterMs;
    };
    it("in seconds", async () => expect(await retryAfterMs("24")).to.equal(24_000));
    it("as a date", async () =>
      expect(await retryAfterMs(new Date(Date.now() + 30_000).toUTCString())).to.be.within(25_000, 30_000));
    it("as nothing if it is neither", async () => expect(await retryAfterMs("soon")).to.equal(0));
    it("as nothing if it is past", async () =>
      expect(await retryAfterMs(new Date(0).toUTCString())).to.equal(0));
    it("at most as an hour", async () => expect(await retryAfterMs("9999999")).to.equal(3_600_000));
  });

  describe("a login", () => {
    const codeOf = async (answer: Answer) => {
      const { backend } = endpointThat(answer);
      return (await failureOf(firstValueFrom(backend.login("a")))).code;
    };
    it("gives the site's answer", async () => {
      const { backend, requests } = endpointThat(json({ redirect_to: "/account", name: "Jane" }));
      expect(await firstValueFrom(backend.login("a"))).to.deep.equal({
        redirect_to: "/account",
        name: "Jane",
      });
      expect((await requests())[0]).to.include({ method: "POST", path: "a/login", body: "{}" });
    });
    it("is `login_refused` on a redirect, which is not followed", async () =>
      expect(await codeOf({ status: 302, header: { Location: "/elsewhere" } })).to.equal("login_refused"));
    it("is `login_refused` on a page", async () => expect(await codeOf(html(200))).to.equal("login_refused"));
    it("is `login_refused` on JSON that is not an object", async () =>
      expect(await codeOf(json([1]))).to.equal("login_refused"));
    it("is `login_refused` on an empty answer", async () =>
      expect(await codeOf({ status: 204 })).to.equal("login_refused"));
    it("is `login_refused` on any other 4xx", async () =>
      expect(await codeOf(error("invalid_request", 400))).to.equal("login_refused"));
    it("is `forbidden_origin` if the kit says so, with a description", async () =>
      expect(await codeOf(error("forbidden_origin", 403))).to.equal("forbidden_origin"));
    it("is `login_refused` on a 403 of the site, also with a word of the API", async () => {
      for (const body of [
        { code: "BANNED_USER", message: "No." },
        { error: "forbidden_origin" },
        { error: "unknown_attempt", error_description: "Because." },
        { error: "pairing_required", digits: 4, tries_left: 3, expires_in: 300 },
        ["banned"],
        "banned",
      ])
        expect(await codeOf(json(body, 403)), JSON.stringify(body)).to.equal("login_refused");
    });
    it("asks for the number if the kit does, with its answer", async () => {
      for (const code of ["pairing_required", "wrong_number"] as const) {
        const body = { error: code, error_description: "…", digits: 4, tries_left: 3, expires_in: 300 };
        const { backend } = endpointThat(json(body, 403));
        const failure = await failureOf(firstValueFrom(backend.login("a")));
        expect(failure.code).to.equal(code);
        expect(failure.answer).to.deep.equal({ status: 403, body });
      }
    });
    it("is `pairing_failed` if the number was wrong too often", async () =>
      expect(await codeOf(error("pairing_failed", 403))).to.equal("pairing_failed"));
    it("asks for the number if the kit does, also without an error", async () => {
      const members = { digits: 6, tries_left: 3, expires_in: 300 };
      const { backend, requests } = endpointThat(json({ number_required: true, ...members }), true);
      const failure = await failureOf(firstValueFrom(backend.login("a")));
      expect(failure.code).to.equal("pairing_required");
      expect(parsePairingAnswer(failure.answer?.body)).to.include(members);
      expect((await requests()).map(({ body }) => body)).to.deep.equal(['{"number":null}']);
    });
    it("is done with the site's own answer, whatever its members are called", async () => {
      const question = { number_required: true, digits: 4, tries_left: 3, expires_in: 300 };
      for (const answer of [
        { number_required: true, redirect_to: "/account" },
        { number_required: true, digits: 4 },
        { ...question, number_required: "true" },
        { ...question, tries_left: 0 },
        { ...question, redirect_to: "/account" },
      ]) {
        const { backend } = endpointThat(json(answer), true);
        expect(await firstValueFrom(backend.login("a")), JSON.stringify(answer)).to.deep.equal(answer);
      }
      // To a call that does not ask for it, the kit does not answer so.
      for (const [mayAsk, number] of [
        [false, undefined],
        [true, "4713"],
      ] as const) {
        const { backend } = endpointThat(json(question), mayAsk);
        expect(await firstValueFrom(backend.login("a", number))).to.deep.equal(question);
      }
    });
    it("tells of `null` only where the start has told of digits", async () => {
      for (const [digits, body] of [
        [{ digits: 4 }, '{"number":null}'],
        [{}, "{}"],
        [{ digits: "4" }, "{}"],
        [{ digits: 0 }, "{}"],
      ] as const)
        for (const mayAsk of [false, true]) {
          const { backend, requests } = endpointThat(json({ ...start, ...digits }, 201), mayAsk);
          await firstValueFrom(backend.start());
          expect(backend.mayAsk).to.equal(body !== "{}");
          await firstValueFrom(backend.login("a"));
          await firstValueFrom(backend.login("a", "4713"));
          expect((await requests()).slice(1).map((each) => each.body)).to.deep.equal([
            body,
            '{"number":"4713"}',
          ]);
        }
    });
    it("calls again without `null` where an older server does not take it", async () => {
      const { backend, requests } = endpointThat(error("invalid_request", 400), true);
      expect((await failureOf(firstValueFrom(backend.login("a")))).code).to.equal("login_refused");
      expect((await requests()).map(({ body }) => body)).to.deep.equal(['{"number":null}', "{}"]);
    });
    it("is not repeated after a 400 of the site, nor after another error", async () => {
      for (const answer of [json({ error: "blocked" }, 400), error("invalid_request", 415), html(400)]) {
        const { backend, requests } = endpointThat(answer, true);
        await failureOf(firstValueFrom(backend.login("a")));
        expect(await requests()).to.have.length(1);
      }
    });
    it("sends the number as it was typed", async () => {
      const { backend, requests } = endpointThat(json({}));
      await firstValueFrom(backend.login("a", " 47 13"));
      expect((await requests())[0]).to.include({ path: "a/login", body: '{"number":" 47 13"}' });
    });
    it("is `attempt_settled` if the attempt is over", async () =>
      expect(await codeOf(error("attempt_settled", 409))).to.equal("attempt_settled"));
    it("is `unknown_attempt` if the attempt is another browser's", async () =>
      expect(await codeOf(error("unknown_attempt", 404))).to.equal("unknown_attempt"));
    it("may be repeated on a 5xx", async () =>
      expect(await codeOf(html(503))).to.equal("temporarily_unavailable"));
  });

  describe("an answer that is not accepted", () => {
    const refusal = async (answer: Answer) => {
      const { backend } = endpointThat(answer);
      const error = await failureOf(firstValueFrom(backend.login("a")));
      return { error, response: error.cause as Response };
    };

    it("is there with its status and its parsed JSON", async () => {
      const body = { code: "BANNED_USER", message: "No." };
      expect((await refusal(json(body, 403))).error.answer).to.deep.equal({ status: 403, body });
      expect((await refusal(json([1]))).error.answer).to.deep.equal({ status: 200, body: [1] });
      expect((await refusal(html(403))).error.answer).to.deep.equal({ status: 403, body: undefined });
      expect((await refusal({ cut: true })).error.answer).to.equal(undefined);
    });

    it("can be read once more", async () => {
      for (const answer of [json({ code: "BANNED_USER" }, 403), html(403), html(200)]) {
        const { response } = await refusal(answer);
        expect(response.status).to.equal(answer.status);
        // After the end of the request, which aborts what is left of it.
        await new Promise((resolve) => setTimeout(resolve));
        expect(response.bodyUsed).to.equal(false);
        expect(await response.text()).to.equal(answer.chunks!.join(""));
      }
    });
  });

  describe("the status stream", () => {
    it("is recognized by its content type in any spelling", async () => {
      const { backend } = endpointThat({
        type: "Text/Event-Stream; charset=utf-8",
        chunks: ['event: status\ndata: {"status":"approved"}\n\n'],
      });
      expect(await lastValueFrom(backend.stream("a"))).to.deep.equal({
        type: "status",
        answer: { status: "approved" },
      });
    });

    it("is put together from chunks, with comments and retry", async () => {
      const { backend } = endpointThat(
        events(
          'event: status\ndata: {"status":"pen',
          'ding","expires_in":9}\n\n: still',
          " here\n\nretry: 1500\n\n",
          'event: status\r\ndata: {"status":\r\ndata: "approved"}\r\n\r\n',
        ),
      );
      expect(await lastValueFrom(backend.stream("a").pipe(toArray()))).to.deep.equal([
        { type: "status", answer: { status: "pending", expires_in: 9 } },
        { type: "alive" },
        { type: "retry", delayMs: 1500 },
        { type: "status", answer: { status: "approved" } },
      ]);
    });

    it("ignores invalid events", async () => {
      const { backend } = endpointThat(
        events(
          'data: {"status":"approved"}\n\n',
          "event: status\ndata: approved\n\n",
          'event: status\ndata: {"status":"scanned"}\n\n',
          "\u0000\n\nnonsense\n\n",
        ),
      );
      expect(await lastValueFrom(backend.stream("a").pipe(toArray()))).to.deep.equal([]);
    });

    it("is an error if the answer is not a stream", async () => {
      for (const [answer, code] of [
        [html(200), "invalid_response"],
        [json({ status: "pending" }), "invalid_response"],
        [error("unknown_attempt", 404), "unknown_attempt"],
        [error("too_many_requests", 429), "too_many_requests"],
      ] as const) {
        const { backend } = endpointThat(answer);
        expect((await failureOf(lastValueFrom(backend.stream("a").pipe(toArray())))).code).to.equal(code);
      }
    });
  });
});
