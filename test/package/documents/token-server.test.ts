import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test, type TestContext } from "node:test";
import {
  createPhone,
  createTokenServer,
  type TokenServer,
  type TokenServerOptions,
} from "onegini-otp-login/emulator";
import { receivedCode } from "../../../src/element/flow/renewal.js";
import { en } from "../../../src/locales/en.js";
import { createLoginKit } from "../../../src/server/create-login-kit.js";
import type { CommonOptions } from "../../../src/server/options.js";
import type { Transport } from "../../../src/server/token-server/transport.js";
import { until } from "../../support/until.js";
import { VirtualClock } from "../../support/virtual-clock.js";

const documentText = readFileSync(new URL("../../../docs/token-server.md", import.meta.url), "utf8");

const origin = "https://www.example.com";

/** What is wrong at the Token Server or in the kit. */
interface Mistake {
  tokenServer?: Partial<TokenServerOptions>;
  kit?: Partial<CommonOptions>;
  /** What comes instead of the Token Server's answer. */
  transport?: Transport;
  clock?: VirtualClock;
}

const answers =
  (status: number, body: string): Transport =>
  () =>
    Promise.resolve({ status, text: body });

const failsWith =
  (code: string): Transport =>
  () =>
    Promise.reject(Object.assign(new Error("No answer"), { code }));

function neverAnswers(): Mistake {
  const clock = new VirtualClock();
  const transport: Transport = () => {
    // Once the kit has set its time-out.
    setImmediate(() => void clock.advance(5));
    return new Promise(() => undefined);
  };
  return { clock, transport };
}

const tokenServerAt = (url: string): CommonOptions["tokenServer"] => ({
  url,
  clientId: "site",
  clientSecret: "site-secret",
  type: "qr-code",
});

/** In the order of the document. */
const startMistakes: Mistake[] = [
  { tokenServer: { enabled: false } },
  { tokenServer: { types: [{ name: "qrcode" }] } },
  // A type whose method is SMS.
  { transport: answers(200, '{"transaction_id":"1","auth_method":"sms","time_to_live":300000}') },
  { tokenServer: { faults: { start: "not_found" } } },
  { tokenServer: { clients: [{ id: "site", secret: "another" }] } },
  { tokenServer: { clients: [{ id: "site", secret: "site-secret", mobileAuthentication: false }] } },
  { tokenServer: { callbackUris: ["https://www.example.com/callback"] } },
  { kit: { message: "x".repeat(156), maxMessageLength: 200 } },
  { kit: { tokenServer: tokenServerAt("http://localhost/oauth") } },
  { transport: answers(404, "<h1>Not found</h1>") },
  { transport: failsWith("ENOTFOUND") },
  { transport: failsWith("DEPTH_ZERO_SELF_SIGNED_CERT") },
  neverAnswers(),
  { tokenServer: { faults: { start: 1002 } } },
];

interface Scene {
  /** Sends a call of the page or of the Token Server. */
  post: (path: string, body?: object) => Promise<Response>;
  /** The page asks for the status of its attempt. */
  poll: () => Promise<Response>;
  tokenServer: TokenServer;
  /** The kit's only line on the console, as the document shows it. */
  line: () => Promise<string>;
}

/** A kit that writes to the console, because it has no hook, and the emulator. */
function scene(
  t: TestContext,
  { tokenServer: mistakes, kit: options, transport, clock = new VirtualClock() }: Mistake = {},
): Scene {
  const lines: string[] = [];
  let begun: Response | undefined;
  for (const level of ["warn", "error"] as const) {
    t.mock.method(console, level, (line: string) => void lines.push(line));
  }
  const tokenServer = createTokenServer({
    types: [{ name: "qr-code" }],
    clients: [{ id: "site", secret: "site-secret" }],
    ...mistakes,
  });
  const toEmulator: Transport = async ({ url, method, headers, body = null }) => {
    const answer = await tokenServer.fetch(new Request(url, { method, headers, body }));
    return { status: answer.status, text: await answer.text() };
  };
  const kit = createLoginKit(
    {
      origin,
      tokenServer: tokenServerAt("http://localhost"),
      message: "Log in",
      signIn: () => new Response(),
      transport: transport ?? toEmulator,
      // There are no addresses here, and the kit would warn of that.
      clientIp: () => "192.0.2.1",
      ...options,
    },
    clock,
  );
  return {
    async post(path, body = {}) {
      const headers = { origin, "sec-fetch-site": "same-origin", "content-type": "application/json" };
      const request = { method: "POST", headers, body: JSON.stringify(body) };
      const answer = await kit.fetch(new Request(`${origin}/otp-login${path}`, request));
      if (answer.status === 201 && path === "") begun = answer.clone();
      return answer;
    },
    async poll() {
      const { attempt } = (await begun?.json()) as { attempt: string };
      const cookie = begun?.headers.getSetCookie()[0]?.split(";")[0] ?? "";
      return kit.fetch(new Request(`${origin}/otp-login/${attempt}`, { headers: { cookie } }));
    },
    tokenServer,
    async line() {
      await until(() => lines.length > 0, "a line");
      assert.equal(lines.length, 1, lines.join("\n"));
      return asShown(lines[0] ?? "");
    },
  };
}

/** A line up to what differs each time: the Token Server's own words, a stack, ids and times. */
const asShown = (line: string): string =>
  line
    .replace(/^(?:warn|error) onegini-otp-login: /, "")
    .replace(/(reached at) https?:\/\/\S+/, "$1 https://…")
    .replace(/^(token_server_trouble .*?),"(?:description|durationMs)".*/, "$1,…}")
    .replace(/^(callback_missing .*?),"description".*/, "$1,…}")
    .replace(/^(request_refused .*?),"method".*/, "$1,…}")
    .replace(/ \| at .*/, "…");

const startOfTrouble = 'token_server_trouble {"call":"start",';

function assertShown(line: string): void {
  assert.equal(documentText.includes(`\`${line}\``), true, `It does not show ${line}`);
}

describe("docs/token-server.md", () => {
  test("shows the line of each mistake at the start of a login, and no others", async (t) => {
    const lines = new Set<string>();
    for (const mistake of startMistakes) {
      const { post, line } = scene(t, mistake);
      const { status } = await post("");
      const text = await line();
      assert.equal(status === 500 || status === 503, true, `${status} for ${text}`);
      assert.equal(text.startsWith(startOfTrouble), true, text);
      lines.add(text.slice(startOfTrouble.length, -1));
    }
    const shown = [...documentText.matchAll(/`("reason":[^`]*)`/g)].map(([, line = ""]) => line);
    assert.deepEqual(shown.sort(), [...lines].sort());
    assertShown(`onegini-otp-login: ${startOfTrouble}`);
  });

  for (const fault of [{ status: 401, body: '{"error":"invalid_client"}' }, 1000] as const) {
    test(`shows the line of a result call that is answered with ${JSON.stringify(fault)}`, async (t) => {
      const { post, tokenServer, line } = scene(t);
      const { otp } = (await (await post("")).json()) as { otp: string };
      const { transaction_id } = JSON.parse(atob(otp)) as { transaction_id: string };
      tokenServer.setFaults({ result: fault });
      await post("/callback", { transaction_id });
      assertShown(await line());
    });
  }

  test("shows the line of a callback that does not arrive", async (t) => {
    const clock = new VirtualClock();
    const { post, poll, tokenServer, line } = scene(t, { clock });
    const { otp } = (await (await post("")).json()) as { otp: string };
    const phone = createPhone(tokenServer, "alice");
    await phone.enroll();
    phone.onConfirmation((confirmation) => confirmation.accept());
    tokenServer.setFaults({ callbacks: { lose: true } });
    await phone.handleMobileAuthWithOtp(otp);
    await poll();
    await clock.advance(10);
    assertShown(await line());
  });

  test("shows the line of a callback with wrong credentials", async (t) => {
    const { post, line } = scene(t, { kit: { callback: { username: "token-server", password: "secret" } } });
    assert.equal((await post("/callback", { transaction_id: "1" })).status, 401);
    assertShown(await line());
  });

  test("shows the line of a message function that returns nothing", async (t) => {
    const { post, line } = scene(t, { kit: { message: () => "" } });
    assert.equal((await post("")).status, 500);
    assertShown(await line());
  });

  test("shows the line of a server that knows no addresses", async (t) => {
    const { post, line } = scene(t, { kit: { clientIp: () => undefined } });
    assert.equal((await post("")).status, 201);
    assertShown(await line());
  });

  test("shows the error of a missing option", (t) => {
    const wrong = { ...tokenServerAt("http://localhost"), clientSecret: undefined as never };
    assert.throws(
      () => scene(t, { kit: { tokenServer: wrong } }),
      ({ message }: Error) => (assertShown(message), true),
    );
  });

  test("says what the page shows in its own words", () => {
    assert.equal(documentText.includes(`### The page shows "${en.unavailable}"`), true);
  });
});

test("the time to decide is as long as docs/token-server.md says for each life of a code", () => {
  const rows = [...documentText.matchAll(/^\| (\d+) seconds +\| (\d+) s +\| a code every (\d+) s +\|$/gm)];
  assert.equal(rows.length > 0, true);
  for (const [, life, least, every] of rows) {
    const { renewAt, endsAt } = receivedCode({ otp: "x", expires_in: Number(life) }, 0);
    assert.deepEqual([endsAt - renewAt, renewAt], [Number(least) * 1000, Number(every) * 1000], life);
  }
});
