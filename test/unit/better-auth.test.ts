import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import { describe, test, type TestContext } from "node:test";
import { betterAuth, type AuthContext, type BetterAuthOptions, type BetterAuthPlugin } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { APIError, createAuthMiddleware } from "better-auth/api";
import { toNodeHandler } from "better-auth/node";
import { admin, anonymous } from "better-auth/plugins";
import {
  oneginiOtpLogin,
  type OneginiOtpLogin,
  type OneginiOtpLoginOptions,
} from "onegini-otp-login/better-auth";
import type { LoginKitEvent } from "onegini-otp-login/server";
import { Browser } from "./server/support/browser.js";
import { numberIn } from "./server/support/number-on-phone.js";
import { until } from "../support/until.js";
import { emulator, listen, type Emulator } from "./server/support/site.js";
import { pluck, eventsOf } from "./server/support/events.js";

const secret = "a secret of these tests alone, of more than 32 characters";

/** Better Auth's tables. */
type Tables = Record<"user" | "account" | "session" | "verification", Record<string, unknown>[]>;

interface Options {
  plugin?: Partial<OneginiOtpLoginOptions>;
  auth?: Partial<BetterAuthOptions>;
  /** Further plugins. */
  plugins?: BetterAuthPlugin[];
  /** The users at the Token Server who have an account already. Default: alice. */
  known?: readonly string[];
  /** The path below which Better Auth is. */
  basePath?: string;
}

interface Site {
  origin: string;
  /** The address of the login API. */
  url: string;
  otpLogin: OneginiOtpLogin;
  tables: Tables;
  events: LoginKitEvent[];
  emulator: Emulator;
  /** Calls Better Auth as a page of the site does: a POST if there is a body. */
  call(path: string, cookie: string, body?: object): Promise<Response>;
}

const created = { createdAt: new Date(), updatedAt: new Date() };
const userOf = (id: string) => ({
  id: `user-${id}`,
  name: id,
  email: `${id}@example.com`,
  emailVerified: true,
  ...created,
});
const accountOf = (id: string) => ({
  id: `account-${id}`,
  userId: `user-${id}`,
  providerId: "onegini",
  accountId: id,
  ...created,
});

/** A site with Better Auth on Node, until the test ends. Its database is in memory. */
async function authSite(
  t: TestContext,
  { plugin, auth: options, plugins = [], known = ["alice"], basePath = "/api/auth" }: Options = {},
): Promise<Site> {
  let listener: RequestListener = (_req, res) => res.writeHead(503).end();
  const origin = await listen(
    t,
    createServer((req, res) => listener(req, res)),
  );
  const tokenServer = await emulator(t);
  const events: LoginKitEvent[] = [];
  const tables: Tables = {
    user: known.map(userOf),
    account: known.map(accountOf),
    session: [],
    verification: [],
  };
  const otpLogin = oneginiOtpLogin({
    tokenServer: { url: tokenServer.url, clientId: "site", clientSecret: "site-secret", type: "qr-code" },
    message: "Log in to the test site",
    redirectTo: "/account",
    onEvent: (event) => void events.push(event),
    // For a site whose own origin is not where it listens.
    callback: { uri: `${origin}${basePath}/otp-login/callback` },
    ...plugin,
  });
  const auth = betterAuth({
    baseURL: origin,
    basePath,
    secret,
    database: memoryAdapter(tables),
    logger: { disabled: true },
    ...options,
    plugins: [...plugins, otpLogin],
  });
  await auth.$context;
  const handler = toNodeHandler(auth);
  listener = (req, res) => void handler(req, res);
  t.after(async () => (await otpLogin.kit).close());
  return {
    origin: (options?.baseURL as string | undefined) ?? origin,
    url: `${origin}${basePath}/otp-login`,
    otpLogin,
    tables,
    events,
    emulator: tokenServer,
    call: (path, cookie, body) =>
      fetch(`${origin}${basePath}${path}`, {
        method: body ? "POST" : "GET",
        redirect: "manual",
        headers: { cookie, origin, ...(body && { "content-type": "application/json" }) },
        ...(body && { body: JSON.stringify(body) }),
      }),
  };
}

/** Starts a login and accepts it on the user's phone. */
async function accepted(site: Site, user = "alice", browser = new Browser(site)) {
  const { attempt, otp } = await browser.start();
  const phone = await site.emulator.phone(user);
  await phone.handleMobileAuthWithOtp(otp);
  await browser.approval(attempt);
  return { browser, attempt };
}

/** A whole login. */
async function logIn(site: Site, user?: string, browser?: Browser): Promise<Response> {
  const { attempt, browser: used } = await accepted(site, user, browser);
  return used.logIn(attempt);
}

/** The cookies that an answer sets, as the browser sends them. */
const cookiesOf = (answer: Response): string =>
  answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0])
    .join("; ");

interface SessionAnswer {
  session: { token: string; ipAddress: string; userAgent: string };
  user: { id: string; email: string; name: string };
}

/** Better Auth's session for a browser with these cookies. */
async function sessionOf(site: Site, cookie: string): Promise<SessionAnswer | null> {
  const answer = await site.call("/get-session", cookie);
  assert.equal(answer.status, 200);
  return (await answer.json()) as SessionAnswer | null;
}

/** Asserts that a login was refused with a code and has left nothing behind. */
async function assertRefused(site: Site, answer: Response, code: string, users = 1): Promise<void> {
  assert.equal(answer.status, 403);
  assert.match(answer.headers.get("content-type") ?? "", /^application\/json/);
  assert.equal(((await answer.json()) as { code: string }).code, code);
  assert.deepEqual(answer.headers.getSetCookie(), []);
  const event = site.events.at(-1);
  assert.ok(event?.type === "sign_in_failed");
  assert.deepEqual([event.status, event.code], [403, code]);
  const { user, account, session } = site.tables;
  assert.deepEqual([user.length, account.length, session.length], [users, users, 0]);
}

describe("a login with Better Auth", () => {
  test("goes from the code over the callback and the stream to Better Auth's session", async (t) => {
    const site = await authSite(t);
    const browser = new Browser(site);
    const { attempt, otp } = await browser.start();
    const stream = await browser.stream(attempt);
    await stream.status("pending");
    const phone = await site.emulator.phone();
    await phone.handleMobileAuthWithOtp(otp);
    await stream.status("approved");
    await stream.end();
    assert.deepEqual([...new Set(stream.events.map(({ status }) => status))], ["pending", "approved"]);
    assert.equal(eventsOf(site, "callback_received").length, 1);
    const answer = await browser.logIn(attempt);
    assert.equal(answer.status, 200);
    assert.deepEqual(await answer.json(), { redirect_to: "/account" });
    const [cookie = "", ...others] = answer.headers.getSetCookie();
    assert.match(
      cookie,
      /^better-auth\.session_token=[^;]+; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    assert.deepEqual(others, []);
    assert.equal((await sessionOf(site, cookiesOf(answer)))?.user.id, "user-alice");
    assert.deepEqual(await browser.status(attempt), { status: "completed", interval: 2 });
  });

  test("asks for the number in a browser until it is known, and tells `remember` Better Auth's context", async (t) => {
    const contexts: string[] = [];
    const site = await authSite(t, {
      plugin: {
        message: "Log in to the test site: {number}",
        pairing: {
          keys: ["a key of the tests, of 32 characters"],
          remember: ({ context }) => contexts.push(context.options.basePath ?? "") > 0,
        },
      },
    });
    const person = new Browser(site);
    const { attempt } = await accepted(site, "alice", person);
    assert.equal((await person.postLogin(attempt)).json["error"], "pairing_required");
    assert.equal(site.tables.session.length, 0);
    const number = numberIn(site.emulator.starts.at(-1)?.get("message") ?? null);
    assert.equal((await person.postLogin(attempt, number)).status, 200);
    const again = await accepted(site, "alice", person);
    const { response } = await person.postLogin(again.attempt);
    assert.equal((await sessionOf(site, cookiesOf(response)))?.user.id, "user-alice");
    assert.deepEqual(contexts, ["/api/auth", "/api/auth"]);
    const ended = (await site.otpLogin.kit).forget({ knownBrowser: true }).getSetCookie();
    assert.match(ended.join(), /onegini-otp-login=;.*onegini-otp-login-known=;/);
  });

  test("of the same person again has a session of its own and the same user", async (t) => {
    const site = await authSite(t);
    const first = await sessionOf(site, cookiesOf(await logIn(site)));
    const second = await sessionOf(site, cookiesOf(await logIn(site)));
    assert.equal(first?.user.id, second?.user.id);
    assert.notEqual(first?.session.token, second?.session.token);
    assert.equal(site.tables.user.length, 1);
  });

  test("that is repeated gets a second session of the same user", async (t) => {
    const site = await authSite(t);
    const { attempt, browser } = await accepted(site);
    const answers = [await browser.logIn(attempt), await browser.logIn(attempt)];
    for (const answer of answers)
      assert.equal((await sessionOf(site, cookiesOf(answer)))?.user.id, "user-alice");
    assert.equal(site.tables.session.length, 2);
    assert.equal(site.tables.user.length, 1);
  });

  test("follows the site's base path", async (t) => {
    const site = await authSite(t, { basePath: "/session" });
    assert.equal((await logIn(site)).status, 200);
  });

  test("without redirectTo leaves it to the widget where the page goes", async (t) => {
    const site = await authSite(t, { plugin: { redirectTo: undefined as never } });
    assert.deepEqual(await (await logIn(site)).json(), {});
  });

  test("on https sets Better Auth's secure cookies, that of the cookie cache too", async (t) => {
    const site = await authSite(t, {
      auth: { baseURL: "https://www.example.com", session: { cookieCache: { enabled: true } } },
    });
    const cookies = (await logIn(site)).headers.getSetCookie();
    const found = cookies.map((cookie) => cookie.split("=")[0]);
    assert.deepEqual(found, ["__Secure-better-auth.session_token", "__Secure-better-auth.session_data"]);
    for (const cookie of cookies) assert.match(cookie, /; HttpOnly; Secure; /);
  });

  test("is not counted by Better Auth's rate limit, nor is a callback", async (t) => {
    const site = await authSite(t, {
      auth: { rateLimit: { enabled: true, max: 1, window: 60, customRules: { "/get-session": false } } },
    });
    for (const browser of [new Browser(site), new Browser(site)])
      assert.ok(await sessionOf(site, cookiesOf(await logIn(site, "alice", browser))));
    assert.equal(eventsOf(site, "callback_received").length, 2);
    assert.equal((await site.call("/ok", "")).status, 200);
    assert.equal((await site.call("/ok", "")).status, 429);
  });

  test("gives the phone and the session the address that Better Auth finds", async (t) => {
    const header = "x-client-address";
    const site = await authSite(t, { auth: { advanced: { ipAddress: { ipAddressHeaders: [header] } } } });
    const browser = new Browser(site);
    const headers = { [header]: "192.0.2.7", "user-agent": "A browser" };
    const { attempt, otp } = await browser.start({ headers });
    assert.equal(site.emulator.starts[0]?.get("ip_address"), "192.0.2.7");
    await (await site.emulator.phone()).handleMobileAuthWithOtp(otp);
    await browser.approval(attempt);
    const answer = await browser.post(`/${attempt}/login`, { headers });
    const { session } = (await sessionOf(site, cookiesOf(answer))) ?? {};
    assert.deepEqual([session?.ipAddress, session?.userAgent], ["192.0.2.7", "A browser"]);
  });

  for (const [what, ipAddress] of [
    ["is not set", undefined],
    ["says nothing of headers and proxies", { ipv6Subnet: 48 }],
    ["lists no header and no proxy", { ipAddressHeaders: [], trustedProxies: [] }],
    ["turns addresses off", { disableIpTracking: true, ipAddressHeaders: ["x-forwarded-for"] }],
  ] as const)
    test(`has no address while advanced.ipAddress ${what}, whatever a client sends, and warns once`, async (t) => {
      const site = await authSite(t, {
        auth: { ...(ipAddress && { advanced: { ipAddress: ipAddress as object } }) },
      });
      for (const address of ["203.0.113.9", "203.0.113.10"])
        await new Browser(site).start({ headers: { "x-forwarded-for": address } });
      const found = site.emulator.starts.map((start) => start.get("ip_address"));
      assert.deepEqual(found, [null, null]);
      const warnings = eventsOf(site, "no_client_address");
      assert.deepEqual(pluck(warnings, "level"), ["warn"]);
    });

  test("has the address that trustedProxies leave over", async (t) => {
    const ipAddress = { trustedProxies: ["10.0.0.0/24"] };
    const site = await authSite(t, { auth: { advanced: { ipAddress } } });
    await new Browser(site).start({ headers: { "x-forwarded-for": "203.0.113.9, 192.0.2.7, 10.0.0.2" } });
    assert.equal(site.emulator.starts[0]?.get("ip_address"), "192.0.2.7");
  });

  test("gives the phone the address of the site's own clientIp", async (t) => {
    const site = await authSite(t, {
      plugin: { clientIp: (_request, { appName }) => appName && "192.0.2.8" },
    });
    await new Browser(site).start();
    assert.equal(site.emulator.starts[0]?.get("ip_address"), "192.0.2.8");
  });

  test("takes no text of the site's own clientIp for an address", async (t) => {
    const site = await authSite(t, { plugin: { clientIp: () => "your own office in Amsterdam" } });
    await new Browser(site).start();
    assert.equal(site.emulator.starts[0]?.get("ip_address"), null);
    assert.equal(eventsOf(site, "invalid_client_address").length, 1);
  });
});

describe("somebody without an account", () => {
  for (const [title, getUser] of [
    ["is refused without getUser", undefined],
    ["is refused if getUser knows nobody", () => Promise.resolve(null)],
  ] as const)
    test(title, async (t) => {
      const site = await authSite(t, { plugin: { ...(getUser && { getUser }) } });
      await assertRefused(site, await logIn(site, "bob"), "ONEGINI_USER_NOT_FOUND");
    });

  test("gets a user and an account by getUser, once", async (t) => {
    const asked: unknown[] = [];
    const site = await authSite(t, {
      plugin: {
        getUser({ userId, attempt, login, request }) {
          asked.push([userId, attempt.length, login.codes, request.method]);
          return { email: "Bob@example.com", name: "Bob" };
        },
      },
    });
    const first = await sessionOf(site, cookiesOf(await logIn(site, "bob")));
    const second = await sessionOf(site, cookiesOf(await logIn(site, "bob")));
    assert.deepEqual(asked, [["bob", 22, 1, "POST"]]);
    assert.equal(first?.user.email, "bob@example.com");
    assert.equal(first.user.name, "Bob");
    assert.equal(second?.user.id, first.user.id);
    const accounts = site.tables.account.filter(({ userId }) => userId === first.user.id);
    const found = accounts.map(({ providerId, accountId }) => [providerId, accountId]);
    assert.deepEqual(found, [["onegini", "bob"]]);
  });

  test("does not get the user who has the same email address", async (t) => {
    const site = await authSite(t, {
      plugin: { getUser: () => ({ email: "alice@example.com", name: "Bob" }) },
    });
    await assertRefused(site, await logIn(site, "bob"), "ONEGINI_ACCOUNT_NOT_LINKED");
  });

  test("gets the user who has the same email address if the site vouches for it", async (t) => {
    const site = await authSite(t, {
      plugin: { getUser: () => ({ email: "alice@example.com", name: "Bob", emailVerified: true }) },
    });
    assert.equal((await sessionOf(site, cookiesOf(await logIn(site, "bob"))))?.user.id, "user-alice");
    assert.equal(site.tables.user.length, 1);
  });

  test("may try again after getUser has failed", async (t) => {
    let calls = 0;
    const site = await authSite(t, {
      plugin: {
        getUser() {
          calls += 1;
          if (calls === 1) throw new Error("The directory does not answer.");
          return { email: "bob@example.com", name: "Bob" };
        },
      },
    });
    const { attempt, browser } = await accepted(site, "bob");
    assert.equal((await browser.logIn(attempt)).status, 500);
    assert.equal(site.tables.user.length, 1);
    assert.equal((await browser.logIn(attempt)).status, 200);
  });

  test("is not created by a getUser that took too long", async (t) => {
    let calls = 0;
    const user = { email: "bob@example.com", name: "Bob" };
    const slow = (signal: AbortSignal) =>
      new Promise<typeof user>((resolve) => signal.addEventListener("abort", () => resolve(user)));
    const site = await authSite(t, {
      plugin: {
        timeouts: { signInSeconds: 1 },
        getUser: ({ signal }) => (++calls === 1 ? slow(signal) : user),
      },
    });
    const { attempt, browser } = await accepted(site, "bob");
    assert.equal((await browser.logIn(attempt)).status, 500);
    assert.equal(site.tables.user.length, 1);
    assert.equal((await browser.logIn(attempt)).status, 200);
    assert.deepEqual([site.tables.user.length, site.tables.session.length], [2, 1]);
  });

  test("never gets an account whose user is missing", async (t) => {
    const site = await authSite(t, { plugin: { getUser: () => ({ email: "a@example.com", name: "A" }) } });
    site.tables.user.length = 0;
    const answer = await logIn(site);
    assert.equal(answer.status, 403);
    assert.deepEqual([site.tables.user.length, site.tables.session.length], [0, 0]);
  });
});

describe("hooks of the site and of other plugins", () => {
  test("of the database run, and find the attempt", async (t) => {
    const seen: unknown[] = [];
    const site = await authSite(t, {
      plugin: { getUser: () => ({ email: "bob@example.com", name: "Bob" }) },
      auth: {
        databaseHooks: {
          user: { create: { before: async ({ name }) => ({ data: { name: `${name} of the hook` } }) } },
          session: { create: { after: async (_session, hook) => void seen.push(hook?.path, hook?.params) } },
        },
      },
    });
    const { attempt, browser } = await accepted(site, "bob");
    const session = await sessionOf(site, cookiesOf(await browser.logIn(attempt)));
    assert.equal(session?.user.name, "Bob of the hook");
    assert.deepEqual(seen, ["/sign-in/onegini", { attempt }]);
  });

  test("of the database may refuse a session", async (t) => {
    const site = await authSite(t, {
      auth: { databaseHooks: { session: { create: { before: async () => false } } } },
    });
    await assertRefused(site, await logIn(site), "ONEGINI_LOGIN_REFUSED");
  });

  test("of the database may refuse a session by an error of their own", async (t) => {
    const before = async () => {
      throw new APIError("FORBIDDEN", { code: "CLOSED", message: "We are closed." });
    };
    const site = await authSite(t, { auth: { databaseHooks: { session: { create: { before } } } } });
    await assertRefused(site, await logIn(site), "CLOSED");
  });

  test("of the database may refuse a user", async (t) => {
    const site = await authSite(t, {
      plugin: { getUser: () => ({ email: "bob@example.com", name: "Bob" }) },
      auth: { databaseHooks: { user: { create: { before: async () => false } } } },
    });
    await assertRefused(site, await logIn(site, "bob"), "ONEGINI_LOGIN_REFUSED");
  });

  test("of the plugin admin refuse a user who is banned", async (t) => {
    const site = await authSite(t, { plugins: [admin()] });
    Object.assign(site.tables.user[0] ?? {}, { banned: true });
    await assertRefused(site, await logIn(site), "BANNED_USER");
  });

  test("of the plugin anonymous link the visitor's anonymous user", async (t) => {
    const linked: string[] = [];
    const onLinkAccount = async ({ newUser }: { newUser: { user: { id: string } } }) =>
      void linked.push(newUser.user.id);
    const site = await authSite(t, { plugins: [anonymous({ onLinkAccount })] });
    const visitor = await site.call("/sign-in/anonymous", "", {});
    assert.equal(visitor.status, 200);
    const { attempt, browser } = await accepted(site);
    const cookie = `${browser.cookie}; ${cookiesOf(visitor)}`;
    const answer = await browser.post(`/${attempt}/login`, { headers: { cookie } });
    assert.equal(answer.status, 200);
    assert.deepEqual(linked, ["user-alice"]);
  });

  test("of the site around a login find the new session", async (t) => {
    const seen: unknown[] = [];
    const after = createAuthMiddleware(async ({ path, context }) => {
      if (path.startsWith("/sign-in")) seen.push(context.newSession?.user.id);
    });
    const site = await authSite(t, { auth: { hooks: { after } } });
    await logIn(site);
    assert.deepEqual(seen, ["user-alice"]);
  });
});

describe("who may log in", () => {
  test("is not another browser", async (t) => {
    const site = await authSite(t);
    const { attempt, browser } = await accepted(site);
    const thief = new Browser(site);
    await thief.start();
    const answer = await thief.logIn(attempt);
    assert.equal(answer.status, 404);
    assert.deepEqual(answer.headers.getSetCookie(), []);
    assert.equal(site.tables.session.length, 0);
    assert.equal((await browser.logIn(attempt)).status, 200);
  });

  test("is not for the client to say, in a body, a query, a header or a cookie", async (t) => {
    const site = await authSite(t, { known: ["alice", "bob"] });
    const { attempt, browser } = await accepted(site, "bob");
    const names = ["userId", "user_id", "accountId", "id", "user"];
    const claims = Object.fromEntries(names.map((name) => [name, "alice"]));
    const cookie = `${browser.cookie}; ${names.map((name) => `${name}=alice`).join("; ")}; better-auth.session_token=alice`;
    const answer = await browser.post(`/${attempt}/login?${new URLSearchParams(claims).toString()}`, {
      body: { ...claims, providerId: "onegini" },
      headers: { cookie, "x-user-id": "alice" },
    });
    assert.equal((await sessionOf(site, cookiesOf(answer)))?.user.id, "user-bob");
    assert.deepEqual(pluck(site.tables.session, "userId"), ["user-bob"]);
  });

  test("is nobody before a phone has accepted, whatever is posted", async (t) => {
    const site = await authSite(t);
    const browser = new Browser(site);
    const { attempt } = await browser.start();
    const early = await browser.post(`/${attempt}/login`, { body: { userId: "alice" } });
    assert.equal(early.status, 409);
    const body = { userId: "alice", attempt, provider: "onegini", accountId: "alice" };
    for (const path of [
      "/sign-in/onegini",
      "/sign-in/social",
      "/callback/onegini",
      "/otp-login/sign-in/onegini",
    ]) {
      const answer = await site.call(path, browser.cookie ?? "", body);
      assert.ok(answer.status >= 300, path);
      assert.deepEqual(answer.headers.getSetCookie(), [], path);
    }
    assert.equal(site.tables.session.length, 0);
  });

  test("has no session with a cookie that Better Auth did not sign", async (t) => {
    const site = await authSite(t);
    const cookie = cookiesOf(await logIn(site));
    const token = decodeURIComponent(cookie).split("=")[1]?.split(".")[0] ?? "";
    assert.equal(site.tables.session[0]?.["token"], token);
    assert.equal(await sessionOf(site, `better-auth.session_token=${token}`), null);
    const forged = encodeURIComponent(`${token}.${"A".repeat(43)}=`);
    assert.equal(await sessionOf(site, `better-auth.session_token=${forged}`), null);
  });
});

describe("the rest of the login API", () => {
  test("is answered by the kit, with its own errors", async (t) => {
    const site = await authSite(t);
    const browser = new Browser(site);
    const { attempt } = await browser.start();
    for (const [method, path, status, request] of [
      ["GET", "", 405, {}],
      ["DELETE", `/${attempt}`, 405, {}],
      ["GET", "/no/such/address", 404, {}],
      ["POST", "/", 404, {}],
      ["POST", "", 415, { body: "{}", headers: { "content-type": "text/plain" } }],
      ["POST", "", 400, { body: "{" }],
      ["POST", "", 413, { body: { language: "n".repeat(5000) } }],
      ["POST", "", 403, { headers: { origin: "https://evil.example" } }],
    ] as const) {
      const answer = await browser.call(method, path, request);
      assert.equal(answer.status, status, `${method} ${path}`);
      assert.equal(typeof ((await answer.json()) as { error: unknown }).error, "string");
    }
    assert.equal((await site.call("/otp-login-of-others", "")).status, 404);
  });

  test("ends a stream when its browser leaves", async (t) => {
    const site = await authSite(t);
    const browser = new Browser(site);
    const { attempt } = await browser.start();
    const stream = await browser.stream(attempt);
    await stream.status("pending");
    const kit = await site.otpLogin.kit;
    assert.equal((await kit.health()).watchers, 1);
    stream.close();
    await until(async () => (await kit.health()).watchers === 0, "the end of the stream");
  });

  test("gives CORS to further origins of the site", async (t) => {
    const further = "http://127.0.0.1:1";
    const site = await authSite(t, { plugin: { origins: [further] } });
    const headers = { origin: further, "access-control-request-method": "POST" };
    const preflight = await new Browser(site).call("OPTIONS", "", { headers });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers.get("access-control-allow-origin"), further);
  });
});

describe("signing out of Better Auth", () => {
  test("ends the session and the browser's attempts", async (t) => {
    const site = await authSite(t);
    const browser = new Browser(site);
    const session = cookiesOf(await logIn(site, "alice", browser));
    const answer = await site.call("/sign-out", `${session}; ${browser.cookie}`, {});
    assert.equal(answer.status, 200);
    const ended = answer.headers.getSetCookie();
    assert.ok(
      ended.includes("onegini-otp-login=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"),
      ended.join("\n"),
    );
    assert.ok(ended.some((cookie) => cookie.startsWith("better-auth.session_token=; Max-Age=0")));
    assert.equal(await sessionOf(site, session), null);
  });

  test("is the only call of Better Auth that does", async (t) => {
    const site = await authSite(t);
    const session = cookiesOf(await logIn(site));
    const answer = await site.call("/get-session", session);
    assert.equal(cookiesOf(answer).includes("onegini-otp-login"), false);
  });
});

describe("the kit of the plugin", () => {
  test("begins a login with the page, and calls the site's functions with Better Auth's context", async (t) => {
    const site = await authSite(t, { plugin: { message: ({ context }) => `Log in to ${context.appName}` } });
    const kit = await site.otpLogin.kit;
    const begun = await kit.begin(new Request(`${site.origin}/login`));
    assert.equal(site.emulator.starts[0]?.get("message"), "Log in to Better Auth");
    const browser = new Browser(site);
    browser.cookie = begun?.headers.get("set-cookie")?.split(";")[0];
    assert.equal((await browser.status(begun?.attempt ?? "")).status, "pending");
    assert.equal((await kit.health()).healthy, true);
  });
});

describe("the options", () => {
  const tokenServer = {
    url: "https://ts.example.com",
    clientId: "site",
    clientSecret: "secret",
    type: "qr-code",
  };
  const rejection = (
    options: OneginiOtpLoginOptions,
    auth: Partial<BetterAuthOptions> = {},
  ): Promise<unknown> => {
    const plugin = oneginiOtpLogin(options);
    const created = betterAuth({ secret, logger: { disabled: true }, ...auth, plugins: [plugin] });
    return created.$context.then(
      () => undefined,
      async (error: unknown) => {
        await assert.rejects(plugin.kit, error as Error);
        return error;
      },
    );
  };
  const baseURL = "https://www.example.com";

  test("are checked, and the error names the one that is wrong", async () => {
    const wrong = { tokenServer: { ...tokenServer, type: 1 as never } };
    const error = await rejection(wrong, { baseURL });
    assert.ok(error instanceof TypeError);
    assert.match(error.message, /"tokenServer.type" is wrong/);
  });

  test("need an origin, from Better Auth's baseURL or of their own", async () => {
    const dynamic = { baseURL: { allowedHosts: ["*.example.com"] } };
    const error = await rejection({ tokenServer }, dynamic);
    assert.ok(error instanceof TypeError);
    assert.match(error.message, /"origin" is missing/);
    assert.equal(await rejection({ tokenServer, origin: baseURL }, dynamic), undefined);
  });

  test("are refused by a Better Auth that finds accounts by another key", async () => {
    const auth = betterAuth({ baseURL, secret, logger: { disabled: true } });
    // The types of the context are those of these very options.
    const context = (await auth.$context) as unknown as AuthContext;
    for (const [version, fits] of [
      ["0.8.9", false],
      ["1.6.34", false],
      ["1.7.2", false],
      ["1.7.3", true],
      ["1.10.0-beta.1", true],
      ["2.0.0", true],
    ] as const) {
      const begun = oneginiOtpLogin({ tokenServer }).init({ ...context, version });
      if (fits) await begun;
      else
        await assert.rejects(
          begun,
          new TypeError(`oneginiOtpLogin: Better Auth ${version} is too old; expected 1.7.3 or later`),
        );
    }
  });

  test("may name another origin of the page; the callback stays at Better Auth's", async (t) => {
    const site = await authSite(t, {
      auth: { baseURL: "https://auth.example.com" },
      plugin: { origin: "https://www.example.com", callback: {} },
    });
    const browser = new Browser({ ...site, origin: "https://www.example.com" });
    await browser.start();
    assert.equal(
      site.emulator.starts[0]?.get("callback_uri"),
      "https://auth.example.com/api/auth/otp-login/callback",
    );
  });
});

test("the types of Better Auth know the plugin's errors, and keep those of its session", () => {
  const plugin = oneginiOtpLogin({ tokenServer: { url: "", clientId: "", clientSecret: "", type: "" } });
  type Auth = ReturnType<typeof betterAuth<{ plugins: [typeof plugin] }>>;
  const code: Auth["$ERROR_CODES"]["ONEGINI_USER_NOT_FOUND"]["code"] = "ONEGINI_USER_NOT_FOUND";
  const email: Auth["$Infer"]["Session"]["user"]["email"] = "alice@example.com";
  // @ts-expect-error There is no such error.
  type Missing = Auth["$ERROR_CODES"]["ONEGINI_NO_SUCH_ERROR"];
  assert.equal(plugin.$ERROR_CODES[code].code, code);
  assert.equal(typeof (email satisfies Missing), "string");
});
