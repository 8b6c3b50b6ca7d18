import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test, type TestContext } from "node:test";
import { createPhone, createTokenServer } from "onegini-otp-login/emulator";
import { memoryStore, type AttemptStore, type LoginKitEvent } from "onegini-otp-login/server";
import { createLoginKit } from "../../../src/server/create-login-kit.js";
import type { CommonOptions } from "../../../src/server/options.js";
import type { Transport } from "../../../src/server/token-server/transport.js";
import { VirtualClock } from "../../support/virtual-clock.js";

const origin = "https://www.example.com";

interface Options {
  kit?: Partial<CommonOptions>;
  signIn?: () => Response;
  /** Takes the place of the Token Server. */
  transport?: Transport;
}

/** A site and its Token Server, whose callbacks are lost. */
function scene(t: TestContext, { kit: options, signIn = () => Response.json({}), transport }: Options = {}) {
  const clock = new VirtualClock();
  const tokenServer = createTokenServer({
    types: [{ name: "qr-code" }],
    clients: [{ id: "site", secret: "site-secret" }],
    faults: { callbacks: { lose: true } },
  });
  const sent: string[] = [];
  const toEmulator: Transport = async ({ url, method, headers, body = null }) => {
    if (body !== null) sent.push(body);
    const answer = await tokenServer.fetch(new Request(url, { method, headers, body }));
    return { status: answer.status, text: await answer.text() };
  };
  const events: LoginKitEvent[] = [];
  const kit = createLoginKit(
    {
      origin,
      tokenServer: {
        url: "http://localhost",
        clientId: "site",
        clientSecret: "site-secret",
        type: "qr-code",
      },
      message: "Log in",
      signIn,
      transport: transport ?? toEmulator,
      onEvent: (event) => void events.push(event),
      ...options,
    },
    clock,
  );
  t.after(() => kit.close());
  const call = (method: "GET" | "POST", path: string, cookie = "", body?: object) =>
    kit.fetch(
      new Request(`${origin}/otp-login${path}`, {
        method,
        headers: {
          ...{ cookie, origin, "sec-fetch-site": "same-origin" },
          ...(body && { "content-type": "application/json" }),
        },
        ...(body && { body: JSON.stringify(body) }),
      }),
    );
  return {
    clock,
    events,
    /** The forms of the starts. */
    sent,
    start: () => call("POST", ""),
    /** A person answers on the phone, the page asks for the status, and logs in if it can. */
    logIn: async (accept = true) => {
      const started = await call("POST", "");
      const { attempt, otp } = (await started.json()) as { attempt: string; otp: string };
      const cookie = started.headers.getSetCookie()[0]?.split(";")[0] ?? "";
      const phone = createPhone(tokenServer, "alice");
      await phone.enroll();
      phone.onConfirmation((confirmation) => (accept ? confirmation.accept() : confirmation.deny()));
      await phone.handleMobileAuthWithOtp(otp);
      await call("GET", `/${attempt}`, cookie);
      await call("POST", `/${attempt}/login`, cookie);
      return {
        status: () => call("GET", `/${attempt}`, cookie),
        post: (number: string) => call("POST", `/${attempt}/login`, cookie, { number }),
      };
    },
  };
}

const fails = (): never => {
  throw new Error("The database is down");
};

const brokenStore = (): AttemptStore => ({
  ...memoryStore(),
  create: () => Promise.reject(new Error("The store is down")),
});

const numbered: Partial<CommonOptions> = {
  message: "Type {number}",
  pairing: { keys: ["a key of the tests, of 32 characters"] },
};

/** What leads to an event of level `error`: the events that can have it. */
const errors: Record<string, (t: TestContext) => Promise<LoginKitEvent[]>> = {
  async token_server_trouble(t) {
    const { events, start } = scene(t, { transport: () => Promise.resolve({ status: 401, text: "" }) });
    await start();
    return events;
  },
  async token_server_down(t) {
    const { clock, events, start } = scene(t, {
      transport: () => Promise.reject(Object.assign(new Error(), { code: "ECONNREFUSED" })),
    });
    for (let time = 0; time < 3; time++) await start();
    await clock.settle();
    return events;
  },
  async store_trouble(t) {
    const { events, start } = scene(t, { kit: { store: brokenStore() } });
    await start();
    return events;
  },
  async store_unreadable(t) {
    const found = { allowed: false, used: 1, resetMs: 1000, unreadable: "format 2" };
    const limiter = () => ({ count: () => Promise.resolve(found) });
    const { events, start } = scene(t, {
      kit: { store: { ...memoryStore(), limiter }, clientIp: () => "192.0.2.1" },
    });
    await start();
    return events;
  },
  async sign_in_failed(t) {
    const { events, logIn } = scene(t, { signIn: fails });
    await logIn();
    return events;
  },
  async pairing_error(t) {
    const pairing = { ...(numbered.pairing ?? assert.fail()), knownSince: fails };
    const { events, logIn } = scene(t, { kit: { ...numbered, pairing } });
    await logIn();
    return events;
  },
  async internal_error(t) {
    const { events, start } = scene(t, { kit: { message: fails } });
    await start();
    return events;
  },
};

/** By the code in the first column of the table. */
const alarms: Record<string, (t: TestContext) => Promise<void>> = {
  async 'level: "error"'(t) {
    for (const [type, cause] of Object.entries(errors)) {
      const raised = (await cause(t)).filter(({ level }) => level === "error");
      assert.deepEqual([...new Set(raised.map((event) => event.type))], [type]);
    }
  },
  async callback_missing(t) {
    const { clock, events, logIn } = scene(t);
    await logIn();
    await clock.advance(10);
    assert.equal(events.filter(({ type }) => type === "callback_missing").length, 1);
  },
  async attempt_denied(t) {
    const { events, logIn } = scene(t);
    await logIn(false);
    assert.equal(events.filter(({ type }) => type === "attempt_denied").length, 1);
  },
  async attempt_expired(t) {
    const { clock, events, logIn } = scene(t, { kit: numbered });
    const { status } = await logIn();
    await clock.advance(300);
    await status();
    const [expired] = events.filter((event) => event.type === "attempt_expired");
    assert.deepEqual([expired?.level, expired?.asked, expired?.userId], ["warn", true, "alice"]);
  },
  async pairing_failed(t) {
    const { events, logIn, sent } = scene(t, { kit: numbered });
    const { post } = await logIn();
    const wrong = ["0000", "1111", "2222", "3333"].filter((number) => !sent.at(-1)?.includes(number));
    for (const number of wrong.slice(0, 3)) await post(number);
    const [failed] = events.filter((event) => event.type === "pairing_failed");
    assert.equal(failed?.reason, "wrong_numbers");
  },
};

describe("each alarm in docs/kit-reference.md", () => {
  const page = readFileSync(new URL("../../../docs/kit-reference.md", import.meta.url), "utf8");
  const [, section = ""] = /^### Alarms\n(.*?)\n## /ms.exec(page) ?? [];
  const documented = [...section.matchAll(/^\|[^`|]*`([^`]+)`[^|]*\|/gm)].map(([, code = ""]) => code);

  test("is tried here, and there is no other", () => {
    assert.deepEqual(documented, Object.keys(alarms));
  });
  for (const [name, tried] of Object.entries(alarms)) test(`is raised: ${name}`, tried);

  test("is not raised by a login that works", async (t) => {
    const { events, logIn } = scene(t);
    await logIn();
    const alarming = events.filter(({ level, type }) => level === "error" || Object.hasOwn(alarms, type));
    assert.deepEqual(alarming, []);
  });
});
