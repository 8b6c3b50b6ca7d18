import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test, type TestContext } from "node:test";
import { inspect } from "node:util";
import { createClient } from "redis";
import type { NodeContext } from "onegini-otp-login/node";
import { redisStore } from "onegini-otp-login/redis";
import type { LoginKitOptions } from "../../../../src/server/options.js";
import { startRedis, type RedisServer } from "../../../support/services/redis.js";
import { holds } from "../support/holds.js";
import { mark, markedSite, plainMark, type MarkedSite, type NamedBrowser } from "../support/marked-site.js";
import { monitorRedis } from "../support/redis-monitor.js";
import { findLeaks, formsOf, neverSeen, type Outflow, type Secret } from "../../../support/secrets.js";
import { until } from "../../../support/until.js";

/** What a page's request may carry that is none of the kit's business. */
const carried = {
  bearer: plainMark("bearer"),
  cookie: plainMark("cookie-of-the-site"),
  query: plainMark("query"),
  path: plainMark("path"),
  body: plainMark("body"),
  credentials: plainMark("wrong-password"),
};

const carriedSecrets: Secret[] = [
  { name: "Authorization of the page", value: carried.bearer, belongs: undefined },
  { name: "cookie of the site", value: carried.cookie, belongs: undefined },
  { name: "query", value: carried.query, belongs: /^address asked of the site$/ },
  { name: "path", value: carried.path, belongs: /^address asked of the site$/ },
  { name: "body of a page", value: carried.body, belongs: undefined },
  { name: "credentials of a stranger", value: carried.credentials, belongs: undefined },
];

async function answerOnPhone(world: MarkedSite, user: string, otp: string, accepts: boolean): Promise<void> {
  const phone = await world.phone(user);
  phone.onConfirmation((confirmation) => (accepts ? confirmation.accept() : confirmation.deny()));
  await phone.handleMobileAuthWithOtp(otp);
}

const reaches = async (browser: NamedBrowser, attempt: string, status: string): Promise<void> => {
  const stream = await browser.stream(attempt);
  await stream.status(status);
  await stream.end();
};

/** Accepted, with all that belongs to a login: a renewal, a stream, polls, the login, and once more. */
async function acceptedLogin(world: MarkedSite): Promise<void> {
  const alice = world.browser("alice");
  const headers = { authorization: `Bearer ${carried.bearer}` };
  const { attempt } = await alice.start({ headers, body: { language: "nl", password: carried.body } });
  const { otp } = await alice.renew(attempt);
  await alice.status(attempt, { prefer: "wait=1", ...headers, "x-other": carried.cookie });
  await answerOnPhone(world, "alice", otp, true);
  await reaches(alice, attempt, "approved");
  for (let time = 0; time < 2; time++) assert.equal((await alice.logIn(attempt)).status, 200);
}

async function deniedAndExpired(world: MarkedSite): Promise<void> {
  const bob = world.browser("bob");
  const denied = await bob.start();
  await answerOnPhone(world, "bob", denied.otp, false);
  await reaches(bob, denied.attempt, "denied");

  world.tokenServer.setFaults({
    start: async (usual) => Response.json({ ...((await usual.json()) as object), time_to_live: 50 }),
  });
  const carol = world.browser("carol");
  const { attempt } = await carol.start();
  world.tokenServer.setFaults({});
  await reaches(carol, attempt, "expired");
}

/** Calls of strangers, and calls that make no sense. */
async function refusedCalls(world: MarkedSite): Promise<void> {
  const dave = world.browser("dave");
  const mallory = world.browser("mallory");
  const { attempt } = await dave.start();
  await mallory.start();
  const cookie = `${dave.cookie}; other=${carried.cookie}`;
  const elsewhere = { origin: "https://evil.example", cookie };
  assert.equal((await mallory.post("", { headers: elsewhere })).status, 403);
  for (const path of [`/${attempt}`, `/${attempt}?token=${carried.query}`, `/${carried.path}`]) {
    assert.equal((await mallory.get(path)).status, 404);
  }
  assert.equal((await mallory.logIn(attempt)).status, 404);
  assert.equal((await dave.logIn(attempt)).status, 409);
  for (const [body, status] of [
    [`{"password": "${carried.body}"`, 400],
    [`["${carried.body}"]`, 400],
    [carried.body.repeat(200), 413],
  ] as const) {
    assert.equal((await dave.post("", { body, headers: { cookie } })).status, status);
  }
  for (const authorization of [
    undefined,
    `Basic ${Buffer.from(`token-server:${carried.credentials}`).toString("base64")}`,
    `Bearer ${carried.credentials}`,
  ]) {
    const headers = authorization === undefined ? {} : { authorization };
    const body = { transaction_id: carried.body };
    assert.equal((await mallory.post("/callback", { body, headers })).status, 401);
  }
}

/** A Token Server that repeats what it is sent, in each shape of its answers. */
async function repeatingTokenServer(world: MarkedSite): Promise<void> {
  const erin = world.browser("erin");
  const { echo, clientSecret } = world.marks;
  const decoded = (sent: string): string =>
    [...sent.matchAll(/[A-Za-z0-9+/]{24,}={0,2}/g)]
      .map(([code]) => Buffer.from(code, "base64").toString())
      .join(" ");
  const wordings: ((sent: string) => string)[] = [
    (sent) => /authorization: .*/i.exec(sent)?.[0] ?? "",
    (sent) => sent.slice(sent.lastIndexOf("\n")).slice(-280),
    (sent) => decodeURIComponent(sent.slice(sent.lastIndexOf("\n")).replaceAll("+", " ")).slice(-280),
    (sent) => decoded(sent),
    (sent) => decodeURIComponent(decoded(sent).replaceAll("+", " ")),
    () => JSON.stringify({ client_secret: clientSecret }),
    () => encodeURIComponent(clientSecret).toLowerCase(),
    () => `not a code: ${world.otps().at(-1)}`,
    () => `not a code: ${(JSON.parse(atob(world.otps().at(-1) ?? "")) as { otp: string }).otp}`,
  ];
  const { attempt } = await erin.start();
  for (const wording of wordings) {
    const said = (sent: string): string => `${echo} ${wording(sent)}`;
    for (const answer of [
      (sent: string) => Response.json({ error: said(sent), error_description: said(sent) }, { status: 400 }),
      (sent: string) => Response.json({ error_code: 1000, description: said(sent) }, { status: 404 }),
      (sent: string) => new Response(said(sent), { status: 500, headers: { "content-type": "text/html" } }),
      (sent: string) =>
        new Response(null, {
          status: 302,
          headers: { location: `http://127.0.0.1:1/?${encodeURIComponent(said(sent))}` },
        }),
    ]) {
      world.repeatBy(answer);
      assert.match(String((await erin.post("")).status), /^50[03]$/);
      assert.match(String((await erin.post(`/${attempt}/otp`)).status), /^50[03]$/);
    }
  }
  for (const wording of wordings) {
    world.repeatBy(undefined);
    const frank = world.browser("frank");
    const { attempt: failing, otp } = await frank.start();
    const { transaction_id } = JSON.parse(atob(otp)) as { transaction_id: string };
    world.repeatBy((sent) => {
      const said = `${echo} ${wording(sent)}`;
      return Response.json({
        transaction_id,
        is_authenticated: false,
        not_authenticated_reason: { reason: said, description: said },
      });
    });
    assert.equal((await frank.status(failing)).status, "failed");
  }
  world.repeatBy(undefined);
}

async function signInThatThrows(world: MarkedSite): Promise<void> {
  const grace = world.browser("grace");
  const { attempt, otp } = await grace.start();
  await answerOnPhone(world, "throws-for-grace", otp, true);
  await reaches(grace, attempt, "approved");
  for (let time = 0; time < 2; time++) assert.equal((await grace.logIn(attempt)).status, 500);
}

async function allLogins(world: MarkedSite): Promise<void> {
  await acceptedLogin(world);
  await deniedAndExpired(world);
  await refusedCalls(world);
  await repeatingTokenServer(world);
  await signInThatThrows(world);
}

/** What is written to the console from now on. */
function listenToConsole(t: TestContext): Outflow[] {
  const lines: Outflow[] = [];
  for (const method of ["debug", "log", "info", "warn", "error"] as const) {
    t.mock.method(console, method, (...args: unknown[]) => {
      const text = args.map((arg) => (typeof arg === "string" ? arg : inspect(arg, { depth: Infinity })));
      lines.push({ where: "console", text: text.join(" ") });
    });
  }
  return lines;
}

const quick: Partial<LoginKitOptions<NodeContext>> = { timeouts: { graceSeconds: 0.2 } };

function assertKept(outflows: Outflow[], secrets: Secret[]): void {
  assert.deepEqual(findLeaks(outflows, secrets), []);
  assert.deepEqual(neverSeen(outflows, secrets), [], "The search was blind to these.");
}

const isInMemory = ({ belongs }: Secret): boolean => belongs?.source !== "^redis$";

describe("whole logins with marked secrets", () => {
  test("tell none to any log, any other browser, or any address", async (t) => {
    const written = listenToConsole(t);
    const world = await markedSite(t, { options: () => quick });

    await allLogins(world);

    assertKept(world.outflows(), [...world.secrets(), ...carriedSecrets].filter(isInMemory));
    assert.deepEqual(written, [], "With a hook nothing is written to the console.");
  });

  test("tell none to the console either, without a hook and with the client's secret in the form", async (t) => {
    const written = listenToConsole(t);
    const world = await markedSite(t, {
      hook: false,
      clientAuthentication: "body",
      options: () => quick,
    });

    await allLogins(world);

    const outflows = [...world.outflows(), ...written];
    assertKept(outflows, [...world.secrets(), ...carriedSecrets].filter(isInMemory));
    for (const word of ["sign_in_failed", "token_server_trouble", "transaction_failed"]) {
      holds(
        written.some(({ text }) => text.includes(word)),
        word,
      );
    }
  });
});

describe("whole logins with marked secrets, on Redis", () => {
  let redis: RedisServer;
  beforeEach(async () => (redis = await startRedis()));
  afterEach(() => redis.stop());

  for (const hook of [true, false]) {
    test(`leave no code and no cookie there, nor its password anywhere, ${hook ? "with" : "without"} a hook`, async (t) => {
      const written = listenToConsole(t);
      const heard = await monitorRedis(t, redis);
      const password = plainMark("redis-password");
      redis.command("ACL", "SETUSER", "site", "on", `>${password}`, "~*", "&*", "+@all");
      const client = createClient({ url: redis.url, username: "site", password });
      client.on("error", (error) => console.error("the site's own words about Redis", error));
      await client.connect();
      const store = await redisStore({ client, commandSeconds: 0.5 });
      t.after(async () => {
        await store.close();
        client.destroy();
      });
      const world = await markedSite(t, { hook, options: () => ({ ...quick, store }) });

      await allLogins(world);
      const waiting = world.browser("heidi");
      const { attempt } = await waiting.start();
      const stream = await waiting.stream(attempt);
      await stream.status("pending");
      await redis.kill();
      assert.equal((await waiting.get(`/${attempt}`)).status, 503);
      assert.equal((await world.browser("ivan").post("")).status, 503);
      stream.close();

      const inRedis = { where: "redis", text: heard() };
      const outflows = [...world.outflows(), ...written, inRedis];
      const secrets: Secret[] = [
        ...world.secrets(),
        ...carriedSecrets,
        { name: "password of Redis", value: password, belongs: undefined },
      ];
      // Monitored commands are written with \" and \x.., and in them the attempts' JSON.
      holds(inRedis.text.includes('\\"transactions\\"'), "The monitor heard no attempt.");
      assertKept(outflows, secrets);
      const said = hook ? world.outflows() : written;
      holds(
        said.some(({ where, text }) => (where + text).includes("store_trouble")),
        "Nothing was told about the store.",
      );
    });
  }
});

describe("the search for secrets", () => {
  const secret = mark("a secret");
  for (const [form, written] of formsOf(secret)) {
    test(`finds one ${form}`, () => {
      const outflows = [{ where: "event x", text: `before ${written} after` }];
      const leaks = findLeaks(outflows, [{ name: "it", value: secret, belongs: /^elsewhere$/ }]);
      holds(leaks.length > 0, written);
      assert.deepEqual(findLeaks(outflows, [{ name: "it", value: secret, belongs: /^event x$/ }]), []);
    });
  }

  test("finds one in the middle of something that is base64 as a whole", () => {
    for (const before of ["", "a", "ab", "abc:"]) {
      const text = Buffer.from(`${before}${secret}; more`).toString("base64");
      holds(
        findLeaks([{ where: "x", text }], [{ name: "it", value: secret, belongs: undefined }]).length > 0,
      );
    }
  });

  test("says so where it was blind", () => {
    const secrets = [{ name: "it", value: secret, belongs: /^x$/ }];
    assert.deepEqual(neverSeen([{ where: "y", text: secret }], secrets), ["it"]);
  });
});

/** Leaks planted on purpose, by the functions that are the site's own: each class must be found. */
describe("a leak that is planted is found", () => {
  type Options = Partial<LoginKitOptions<NodeContext>>;
  const cookieOf = (request: Request): string =>
    /=([\w-]{43})/.exec(request.headers.get("cookie") ?? "")?.[1] ?? "";
  const failing = (message: (request: Request) => string): Options => ({
    signIn: ({ request }) => {
      throw new Error("outer", { cause: new Error(message(request)) });
    },
  });
  let lastOtp = (): string => "";

  const planted: [what: string, leak: RegExp, options: (marks: MarkedSite["marks"]) => Options][] = [
    ["an OTP in an event", /^OTP of alice, as it is: event sign_in_failed$/, () => failing(() => lastOtp())],
    ["a cookie in an event", /^cookie of alice, as it is: event sign_in_failed$/, () => failing(cookieOf)],
    [
      "a client's secret in an event",
      /^client secret, in hex: event sign_in_failed$/,
      ({ clientSecret }) => failing(() => Buffer.from(clientSecret).toString("hex")),
    ],
    [
      "a callback's password in an event",
      /^callback password, percent-encoded: event sign_in_failed$/,
      ({ callbackPassword }) => failing(() => encodeURIComponent(callbackPassword)),
    ],
    [
      "a page's Authorization in every event",
      /^Authorization of the page, as it is: event attempt_started$/,
      () => ({ clientIp: (request) => request.headers.get("authorization") ?? undefined }),
    ],
    [
      "an OTP in another answer's body",
      /^OTP of alice, in JSON: answer to alice: login, body$/,
      () => ({ signIn: () => Response.json({ otp: lastOtp() }) }),
    ],
    [
      "a cookie in an answer's body, in base64",
      /^cookie of alice, in base64 at 0: answer to alice: login, body$/,
      () => ({ signIn: ({ request }) => Response.json({ cookie: btoa(cookieOf(request)) }) }),
    ],
    [
      "a session in another header than its own",
      /^session, as it is: answer to alice: login, header location$/,
      ({ session }) => ({ signIn: () => Response.json({}, { headers: { location: `/?s=${session}` } }) }),
    ],
    [
      "a cookie to the Token Server",
      /^cookie of alice, as it is: to the Token Server: start, body$/,
      () => ({ message: (request) => cookieOf(request) || "first" }),
    ],
    [
      "a callback's password to the Token Server",
      /^callback password, form-encoded: to the Token Server: start, body$/,
      ({ callbackPassword }) => ({ message: callbackPassword }),
    ],
  ];
  for (const [what, leak, options] of planted) {
    test(what, async (t) => {
      const world = await markedSite(t, { options: (marks) => ({ ...quick, ...options(marks) }) });
      lastOtp = () => world.otps().at(-1) ?? "";
      const alice = world.browser("alice");
      await alice.start({ headers: { authorization: carried.bearer } });
      const { attempt, otp } = await alice.start();
      await answerOnPhone(world, "alice", otp, true);
      await reaches(alice, attempt, "approved");
      await alice.logIn(attempt);

      const leaks = findLeaks(world.outflows(), [...world.secrets(), ...carriedSecrets]);
      holds(
        leaks.some((found) => leak.test(found)),
        `${leak} is not among\n${leaks.join("\n")}`,
      );
    });
  }

  test("on the console", async (t) => {
    const written = listenToConsole(t);
    const world = await markedSite(t, {
      hook: false,
      options: ({ clientSecret }) => ({
        message: () => {
          throw new Error(clientSecret);
        },
      }),
    });
    await world.browser("alice").post("");
    await until(() => written.length > 0, "the line");
    const leaks = findLeaks(written, world.secrets());
    holds(leaks.includes("client secret, in JSON: console"), leaks.join("\n"));
  });

  test("in Redis", async (t) => {
    const redis = await startRedis();
    const heard = await monitorRedis(t, redis);
    const client = await createClient({ url: redis.url }).connect();
    const store = await redisStore({ client });
    t.after(async () => {
      await store.close();
      client.destroy();
      await redis.stop();
    });
    const world = await markedSite(t, {
      options: () => ({ store, clientIp: (request) => cookieOf(request) || "192.0.2.1" }),
    });
    const alice = world.browser("alice");
    await alice.start();
    await alice.start();
    const leaks = findLeaks([{ where: "redis", text: heard() }], world.secrets());
    holds(leaks.includes("cookie of alice, as it is: redis"), leaks.join("\n"));
  });
});
