import assert from "node:assert/strict";
import { after, before, describe, it, type TestContext } from "node:test";
import { readConfig } from "../../../demo/server/demo-config.js";
import { Browser } from "../../unit/server/support/browser.js";
import { emulator } from "../../unit/server/support/site.js";
import { type Demo, endOfDemo, phoneCalls, startDemo } from "../../support/demo/demo.js";
import { trustAnyCertificate } from "../../support/services/certificate.js";
import { freePort } from "../../support/services/free-port.js";
import { startNginx } from "../../support/services/proxies.js";
import { redisFor, startRedis, type RedisServer } from "../../support/services/redis.js";
import { until } from "../../support/until.js";

describe("The demo's environment variables", () => {
  let redis: RedisServer;

  before(async () => {
    trustAnyCertificate();
    redis = await startRedis();
  });
  after(() => redis.stop());

  const start = async (t: Pick<TestContext, "after">, variables: Record<string, string>): Promise<Demo> => {
    const demo = await startDemo(variables);
    t.after(() => demo.stop("SIGKILL"));
    return demo;
  };
  const client = { CLIENT_ID: "site", CLIENT_SECRET: "site-secret" };

  describe("REDIS_URL, ORIGIN, TOKEN_SERVER_URL and CALLBACK_URL make several demos one site", () => {
    let demos: [Demo, Demo];
    let origin: string;
    after(() => Promise.all(demos.map((demo) => demo.stop("SIGKILL"))));

    before(async () => {
      const first = await startDemo({ REDIS_URL: redis.url });
      origin = first.origin;
      const second = await startDemo({
        REDIS_URL: redis.url,
        ORIGIN: origin,
        TOKEN_SERVER_URL: `${first.origin}/`,
        CALLBACK_URL: `${origin}/otp-login/callback`,
      });
      demos = [first, second];
    });

    it("let a login begin on one and continue on the other, with a session on both", async () => {
      const [first, second] = demos;
      const here = new Browser({ url: `${first.origin}/otp-login`, origin });
      const there = new Browser({ url: `${second.origin}/otp-login`, origin });
      const { attempt, otp } = await here.start();
      there.cookie = here.cookie;
      const stream = await there.stream(attempt);

      await phoneCalls(second.origin).accept(otp);
      await stream.status("approved");
      const login = await there.logIn(attempt);

      assert.equal(login.status, 200);
      const cookie = login.headers.getSetCookie()[0]?.split(";")[0] ?? "";
      for (const demo of demos) {
        const account = await fetch(`${demo.origin}/account`, { headers: { cookie } });
        assert.match(await account.text(), /demo-user/);
      }
      await fetch(`${first.origin}/logout`, { headers: { cookie }, redirect: "manual" });
      assert.equal((await fetch(`${second.origin}/account`, { headers: { cookie } })).status, 401);
    });

    it("passes on the phone's calls and their errors, and has no Token Server of its own", async () => {
      const [first, second] = demos;
      const phone = (demo: Demo, path: string, method: string, body?: string) =>
        fetch(`${demo.origin}/phone/${path}`, {
          method,
          ...(body !== undefined && { body, headers: { "content-type": "application/json" } }),
        });

      for (const [path, method, body] of [
        ["users/jane", "PUT", '{"enrolled":true}'],
        ["users/j%C3%A4ne/scan", "POST", '{"otp":"nonsense"}'],
        ["users/jane", "DELETE", undefined],
        ["nowhere", "GET", undefined],
        ["users/jane/scan", "POST", "x".repeat(5_000)],
      ] as const) {
        const own = await phone(first, path, method, body);
        const passedOn = await phone(second, path, method, body);
        assert.equal(passedOn.status, own.status, path);
        if (own.status < 405) assert.equal(await passedOn.text(), await own.text(), path);
      }
      const start = await fetch(`${second.origin}/oauth/api/v4/authenticate/user`, { method: "POST" });
      assert.equal(start.status, 404);
    });

    it("shows a message while Redis does not answer, and works again afterwards", async () => {
      const [first] = demos;
      const statusOf = async (path: string) =>
        (await fetch(first.origin + path, { headers: { cookie: "demo-session=x" } })).status;

      redis.pause();
      const paths = ["/ready", "/health", "/account", "/"];
      const [ready, health, account, login] = await Promise.all(paths.map(statusOf));
      redis.resume();

      assert.deepEqual(
        { ready, health, account, login },
        { ready: 503, health: 200, account: 503, login: 200 },
      );
      await until(async () => (await statusOf("/ready")) === 200, "200");
      assert.equal(await statusOf("/account"), 401);
    });

    it("deletes a browser's cookies at a logout also while Redis does not answer, and says that the session ends later", async () => {
      const [first] = demos;
      const logOut = (language: string) =>
        fetch(`${first.origin}/logout`, {
          headers: { cookie: "demo-session=x; onegini-otp-login=y", "accept-language": language },
          redirect: "manual",
        });

      redis.pause();
      const [english, dutch] = await Promise.all([logOut("en"), logOut("nl")]);
      redis.resume();

      for (const answer of [english, dutch]) {
        assert.equal(answer.status, 503);
        assert.equal(answer.headers.get("cache-control"), "no-store");
        assert.deepEqual(endedBy(answer), ["demo-session", "onegini-otp-login"]);
      }
      assert.match(await english.text(), /This browser is logged out.*ends by itself within an hour/s);
      assert.match(await dutch.text(), /Deze browser is uitgelogd.*eindigt vanzelf binnen een uur/s);
    });

    it("shows pages without a redirect if a proxy requests them by the node's address", async () => {
      const page = await fetch(`http://127.0.0.1:${demos[1].port}/account`, { redirect: "manual" });
      assert.equal(page.status, 401);
    });
  });

  it("deletes a browser's cookies at a logout also if Redis is gone, and with their names of https", async (t) => {
    const gone = await redisFor(t);
    const demo = await start(t, { REDIS_URL: gone.url, ORIGIN: "https://bank.localhost" });

    await gone.kill();
    const answer = await fetch(`${demo.origin}/logout`, { headers: { cookie: "__Host-demo-session=x" } });

    assert.equal(answer.status, 503);
    assert.deepEqual(endedBy(answer), ["__Host-demo-session", "__Host-onegini-otp-login"]);
  });

  it("logs in if only ORIGIN and EMULATOR are set, although the Token Server cannot reach it", async (t) => {
    // A name that does not exist (RFC 6761).
    const origin = "https://bank.invalid";
    const demo = await start(t, { ORIGIN: origin, EMULATOR: "public" });
    const browser = new Browser({ url: `${demo.origin}/otp-login`, origin });

    const { attempt, otp } = await browser.start();
    await phoneCalls(demo.origin).accept(otp);
    // A browser's poll leads to a result call.
    await until(async () => (await browser.status(attempt)).status === "approved", "the approval");
    assert.equal((await browser.logIn(attempt)).status, 200);

    const startWith = async (callbackUri: string) => {
      const answer = await fetch(`${demo.origin}/oauth/api/v4/authenticate/user`, {
        method: "POST",
        headers: { authorization: `Basic ${btoa("demo:demo-secret")}` },
        body: new URLSearchParams({ type: "qr-code", callback_uri: callbackUri, message: "Hello" }),
      });
      return answer.status;
    };
    assert.equal(await startWith(`${origin}/otp-login/callback`), 200);
    assert.equal(await startWith(`http://127.0.0.1:${demo.port}/playground/otp-login/callback`), 200);
    for (const uri of [
      // Everybody knows the client's secret: nobody may use it to post to other servers on this machine.
      "http://127.0.0.1:9/",
      `http://localhost:${demo.port}/`,
      `http://[::1]:${demo.port}/playground/otp-login/callback`,
      `${origin}/`,
      `${origin}/otp-login/callback/`,
      `${origin}/otp-login/callback?a`,
      `${origin}:8443/otp-login/callback`,
      "http://bank.invalid/otp-login/callback",
      "https://user@bank.invalid/otp-login/callback",
      "https://www.bank.invalid/otp-login/callback",
    ]) {
      assert.equal(await startWith(uri), 400, uri);
    }
  });

  it("says that the Token Server cannot be reached, and does not call itself in a circle", async (t) => {
    const port = await freePort();
    const nobody = await start(t, { TOKEN_SERVER_URL: `http://127.0.0.1:${port}` });
    const circle = await start(t, { PORT: String(port), TOKEN_SERVER_URL: `http://localhost:${port}` });
    const enroll = (demo: Demo) =>
      fetch(`${demo.origin}/phone/users/jane`, {
        method: "PUT",
        headers: { "content-type": "application/json" },
        body: '{"enrolled":true}',
      });

    assert.equal((await enroll(circle)).status, 508);
    await circle.stop();
    const refused = await enroll(nobody);
    assert.equal(refused.status, 502);
    assert.match(
      await refused.text(),
      /^\{"code":10018,"message":"The Token Server .* cannot be reached\."\}$/,
    );
  });

  it("has no phone with a real Token Server, and says so", async (t) => {
    const demo = await start(t, { TOKEN_SERVER_URL: "https://ts.example.com" });

    const phone = await fetch(`${demo.origin}/phone`);
    const login = await (await fetch(demo.origin)).text();

    assert.equal(phone.status, 404);
    assert.match(await phone.text(), /There is no demo phone here/);
    assert.doesNotMatch(login, /app-link|\/phone/);
    for (const path of ["/phone/users/jane/scan", "/oauth/api/v4/authenticate/user"]) {
      assert.equal((await fetch(demo.origin + path, { method: "POST" })).status, 404);
    }
  });

  it("makes its cookies Secure if the origin is https, also when it deletes them", async (t) => {
    const { url } = await emulator(t);
    const origin = "https://bank.localhost:8443";
    const demo = await start(t, { ORIGIN: origin, TOKEN_SERVER_URL: url, ...client });
    const browser = new Browser({ url: `${demo.origin}/otp-login`, origin });

    await browser.start();
    const chosen = await fetch(`${demo.origin}/?lang=nl`, { redirect: "manual" });
    const gone = await fetch(`${demo.origin}/logout`, { redirect: "manual" });

    assert.match(browser.cookie ?? "", /^__Host-onegini-otp-login=/);
    assert.equal(chosen.headers.get("location"), `${origin}/`);
    const cookies = [...chosen.headers.getSetCookie(), ...gone.headers.getSetCookie()];
    assert.equal(cookies.length, 3);
    for (const cookie of cookies) assert.match(cookie, /; Secure/i);
    assert.deepEqual(endedBy(gone), ["__Host-demo-session", "__Host-onegini-otp-login"]);
    const other = await fetch(`${demo.origin}/logout`, {
      headers: { origin: demo.origin },
      redirect: "manual",
    });
    assert.equal(other.status, 403);
  });

  it("uses the address of the connection without TRUSTED_PROXIES, whatever the headers say", async (t) => {
    const { url, starts } = await emulator(t);
    const port = await freePort();
    const origin = `https://127.0.0.1:${port}`;
    const demo = await start(t, { ORIGIN: origin, TOKEN_SERVER_URL: url, ...client });
    const proxy = await startNginx({ port, nodes: [demo.port, demo.port, demo.port] });
    t.after(() => proxy.stop());

    const answer = await fetch(`${origin}/otp-login`, {
      method: "POST",
      headers: { origin, "x-forwarded-for": "192.0.2.66" },
    });

    assert.equal(answer.status, 201);
    assert.equal(starts.at(-1)?.get("ip_address"), "127.0.0.1");
  });

  it("lets one address start 300 attempts in a minute, and no more", async (t) => {
    const { url } = await emulator(t);
    const demo = await start(t, { TOKEN_SERVER_URL: url, ...client });
    const begin = () =>
      fetch(`${demo.origin}/otp-login`, { method: "POST", headers: { origin: demo.origin } });

    const statuses = new Set<number>();
    for (let batch = 0; batch < 30; batch++) {
      const answers = await Promise.all(Array.from({ length: 10 }, begin));
      for (const { status } of answers) statuses.add(status);
    }
    const next = await begin();

    assert.deepEqual(statuses, new Set([201]));
    assert.equal(next.status, 429);
    assert.match(next.headers.get("retry-after") ?? "", /^\d+$/);
  });

  it("requires no Basic authentication for the Token Server's callback", async (t) => {
    const demo = await start(t, {});
    const answer = await fetch(`${demo.origin}/otp-login/callback`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"callback_uri":"x","transaction_id":"unknown"}',
    });
    assert.equal(answer.status, 204);
  });

  describe("rejects with one line that names the variable", () => {
    for (const [name, value, expected] of [
      ["ORIGIN", "www.example.com", "an origin such as"],
      ["ORIGIN", "https://www.example.com/", "no slash at the end"],
      ["ORIGIN", "http://www.example.com", "https \\(http on loopback only\\)"],
      ["TOKEN_SERVER_URL", "http://ts.example.com", "https \\(http on loopback only\\)"],
      ["TOKEN_SERVER_URL", "https://ts.example.com/?a", "without user, query or fragment"],
      ["CALLBACK_URL", "/otp-login/callback", "an address"],
      ["CALLBACK_URL", "ftp://localhost/", "an address"],
      ["REDIS_URL", "localhost:6379", "such as redis://localhost:6379"],
      ["REDIS_URL", "redis://localhost:6379/x", "such as redis://localhost:6379"],
      ["TRUSTED_PROXIES", "one", "a whole number from 0 to 20"],
      ["TRUSTED_PROXIES", "-1", "a whole number from 0 to 20"],
      ["TRUSTED_PROXIES", "1.5", "a whole number from 0 to 20"],
    ] as const) {
      it(`${name}=${JSON.stringify(value)}`, () => {
        const result = readConfig({ [name]: value });
        const problem = result.kind === "invalid" ? result.problem : "none";
        assert.match(problem, new RegExp(`^${name} must be .*${expected}.*, not .*\.$`));
        assert.equal(problem.includes(JSON.stringify(value)), true, problem);
      });
    }
  });

  it("says in one sentence that Redis cannot be reached, without the password, and ends", async () => {
    const port = await freePort();
    const { code, stdout, stderr } = await endOfDemo({
      REDIS_URL: `redis://me:marked-password@127.0.0.1:${port}`,
    });

    assert.equal(code, 1);
    assert.equal(stdout, "");
    assert.match(
      stderr,
      new RegExp(
        `^Redis cannot be used at 127\\.0\\.0\\.1:${port} \\(.*ECONNREFUSED.*\\)\\. .*give another address\\.\\n$`,
      ),
    );
    assert.doesNotMatch(stderr, /marked-password/);
  });

  it("says the same of a Redis that requires a password, of one that never answers, and of a URL with a password", async () => {
    const locked = await startRedis();
    locked.command("CONFIG", "SET", "requirepass", "secret");
    const refused = await endOfDemo({ REDIS_URL: locked.url });
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /^Redis cannot be used at .* \(NOAUTH .*\)\. .*\n$/);

    locked.pause();
    const silent = await endOfDemo({ REDIS_URL: locked.url });
    assert.equal(silent.code, 1);
    assert.match(silent.stderr, /^Redis cannot be used at .* \(no answer in 5 s\)\. .*\n$/);
    locked.resume();
    await locked.stop();

    const hidden = readConfig({ REDIS_URL: "http://me:marked-password@localhost" });
    assert.equal(hidden.kind, "invalid");
    assert.match(JSON.stringify(hidden), /REDIS_URL must be .*http:\/\/\*\*\*@localhost/);
  });
});

/** The names of the cookies that an answer deletes. */
const endedBy = ({ headers }: Response): string[] =>
  headers
    .getSetCookie()
    .filter((cookie) => /; Max-Age=0(;|$)/.test(cookie) && /; Path=\/(;|$)/.test(cookie))
    .map((cookie) => cookie.split("=", 1)[0] ?? "")
    .sort();
