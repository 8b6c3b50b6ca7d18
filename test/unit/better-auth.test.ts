import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import { describe, test, type TestContext } from "node:test";
import { betterAuth, type BetterAuthOptions, type BetterAuthPlugin } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { APIError, createAuthMiddleware } from "better-auth/api";
import { toNodeHandler } from "better-auth/node";
import { admin, anonymous } from "better-auth/plugins";
import { oneginiOtpLogin, type OneginiOtpLoginOptions } from "onegini-otp-login/better-auth";
import type { LoginKitEvent } from "onegini-otp-login/server";
import { Browser } from "./server/support/browser.js";
import { emulator, listen, type Emulator } from "./server/support/site.js";

/** Better Auth's own names, not what the plugin calls them. */
type Tables = Record<"user" | "account" | "session" | "verification", Record<string, unknown>[]>;

interface Options {
  plugin?: Partial<OneginiOtpLoginOptions>;
  auth?: Partial<BetterAuthOptions>;
  /** Further plugins. */
  plugins?: BetterAuthPlugin[];
  /** The users at the Token Server who already have a user of Better Auth. Default: alice. */
  known?: readonly string[];
}

interface Site {
  origin: string;
  /** The address of the login API. */
  url: string;
  /** The plugin. */
  otpLogin: ReturnType<typeof oneginiOtpLogin>;
  tables: Tables;
  events: LoginKitEvent[];
  emulator: Emulator;
  /** Calls Better Auth, as a page of the site does. */
  call(path: string, cookie: string, body?: object): Promise<Response>;
}

const now = new Date();
const userOf = (id: string) => ({
  id: `user-${id}`,
  name: id,
  email: `${id}@example.com`,
  emailVerified: true,
  createdAt: now,
  updatedAt: now,
});
const accountOf = (id: string) => ({
  id: `account-${id}`,
  userId: `user-${id}`,
  providerId: "onegini",
  accountId: id,
  createdAt: now,
  updatedAt: now,
});

/** A site with Better Auth on Node, whose users are in memory. */
async function authSite(
  t: TestContext,
  { plugin, auth: options, plugins = [], known = ["alice"] }: Options = {},
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
    ...plugin,
  });
  const auth = betterAuth({
    baseURL: origin,
    secret: "a secret of this test alone, with over 32 characters",
    database: memoryAdapter(tables),
    logger: { disabled: true },
    telemetry: { enabled: false },
    ...options,
    plugins: [...plugins, otpLogin],
  });
  await auth.$context;
  const handler = toNodeHandler(auth);
  listener = (req, res) => void handler(req, res);
  t.after(async () => (await otpLogin.kit).close());
  return {
    origin,
    url: `${origin}/api/auth/otp-login`,
    otpLogin,
    tables,
    events,
    emulator: tokenServer,
    call: (path, cookie, body) =>
      fetch(`${origin}/api/auth${path}`, {
        method: body ? "POST" : "GET",
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
async function login(site: Site, user?: string, browser?: Browser) {
  const { attempt, browser: used } = await accepted(site, user, browser);
  return { attempt, browser: used, answer: await used.logIn(attempt) };
}

const cookiesOf = (answer: Response): string =>
  answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0])
    .join("; ");

interface SessionAnswer {
  session: { token: string; userId: string; ipAddress: string; userAgent: string };
  user: { id: string; email: string };
}

async function sessionOf(site: Site, cookie: string): Promise<SessionAnswer | null> {
  const answer = await site.call("/get-session", cookie);
  assert.equal(answer.status, 200);
  return (await answer.json()) as SessionAnswer | null;
}

const assertNothingMade = ({ tables }: Site, users = 1): void => {
  assert.deepEqual(
    [tables.user.length, tables.account.length, tables.session.length],
    [users, users, 0],
    "users, accounts, sessions",
  );
};

describe("a login with Better Auth", () => {
  test("goes from the code over the stream to Better Auth's session", async (t) => {
    const site = await authSite(t);
    const browser = new Browser(site);
    const { attempt, otp } = await browser.start();
    const stream = await browser.stream(attempt);
    assert.equal((await stream.status("pending")).status, "pending");
    const phone = await site.emulator.phone();
    await phone.handleMobileAuthWithOtp(otp);
    await stream.status("approved");
    await stream.end();
    assert.deepEqual([...new Set(stream.events.map(({ status }) => status))], ["pending", "approved"]);
    const answer = await browser.logIn(attempt);
    assert.equal(answer.status, 200);
    assert.deepEqual(await answer.json(), { redirect_to: "/account" });
    const [cookie = ""] = answer.headers.getSetCookie();
    assert.match(cookie, /^better-auth\.session_token=[^;]+; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/);
    const session = await sessionOf(site, cookiesOf(answer));
    assert.equal(session?.user.id, "user-alice");
    assert.deepEqual(await browser.status(attempt), { status: "completed", interval: 2 });
  });

  test("hears of the acceptance by the callback below Better Auth's path", async (t) => {
    const site = await authSite(t);
    const { browser, attempt } = await accepted(site);
    assert.equal(site.events.filter(({ type }) => type === "callback_received").length, 1);
    assert.equal((await browser.logIn(attempt)).status, 200);
  });
});
