import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { listenOnLoopback } from "../../../demo/server/loopback-server.js";
import { Browser } from "../../unit/server/support/browser.js";
import { emulator } from "../../unit/server/support/site.js";
import { phoneCalls, startDemo } from "../../support/demo/demo.js";
import { redisFor } from "../../support/services/redis.js";
import { until } from "../../support/until.js";

const client = { CLIENT_ID: "site", CLIENT_SECRET: "site-secret" };

describe("A demo that gets SIGTERM", { concurrency: 2 }, () => {
  it("answers a start that has begun, although the Token Server is slow, and accepts no new connections", async (t) => {
    const { url, tokenServer, starts } = await emulator(t);
    const demo = await startDemo({ TOKEN_SERVER_URL: url, ...client });
    tokenServer.setFaults({ delayMilliseconds: 2_500 });
    const browser = new Browser({ url: `${demo.origin}/otp-login`, origin: demo.origin });

    const answer = browser.post("", { body: {} });
    await until(() => starts.length > 0, "the start at the Token Server");
    const gone = demo.stop("SIGTERM");
    await until(() => isRefused(demo.port), "a refused connection");
    const { status, headers } = await answer;

    assert.equal(status, 201);
    assert.equal(headers.get("connection"), "close");
    assert.equal(await gone, 0);
    assert.equal(demo.stderr(), "");
  });

  it("answers a login that has begun, and the session is valid on the other nodes", async (t) => {
    const redis = await redisFor(t);
    const staying = await startDemo({ REDIS_URL: redis.url });
    t.after(() => staying.stop("SIGKILL"));
    const { origin } = staying;
    const leaving = await startDemo({
      REDIS_URL: redis.url,
      ORIGIN: origin,
      TOKEN_SERVER_URL: origin,
      CALLBACK_URL: `${origin}/otp-login/callback`,
    });
    const browser = new Browser({ url: `${leaving.origin}/otp-login`, origin });
    const { attempt, otp } = await browser.start();
    const stream = await browser.stream(attempt);
    await phoneCalls(origin).accept(otp);
    await stream.status("approved");

    // The login has begun when it waits for Redis, and it cannot end before the demo stops.
    redis.command("CLIENT", "PAUSE", "30000", "WRITE");
    const answer = browser.logIn(attempt);
    await until(() => redis.command("INFO", "clients").includes("blocked_clients:1"), "the login at Redis");
    const gone = leaving.stop("SIGINT");
    await until(() => isRefused(leaving.port), "a refused connection");
    redis.command("CLIENT", "UNPAUSE");
    const login = await answer;

    assert.equal(login.status, 200);
    assert.equal(await gone, 0);
    const cookie = login.headers.getSetCookie()[0]?.split(";")[0] ?? "";
    const account = await fetch(`${origin}/account`, { headers: { cookie } });
    assert.match(await account.text(), /demo-user/);
  });

  it("says at once that it is not ready, and answers everything for 2 more seconds", async (t) => {
    const { url } = await emulator(t);
    const demo = await startDemo({ ORIGIN: "https://bank.localhost", TOKEN_SERVER_URL: url, ...client });
    const ready = async () => {
      const answer = await fetch(`${demo.origin}/ready`);
      return { status: answer.status, body: (await answer.json()) as { closing: boolean } };
    };
    assert.equal((await ready()).status, 200);
    const browser = new Browser({ url: `${demo.origin}/otp-login`, origin: "https://bank.localhost" });
    const stream = await browser.stream((await browser.start()).attempt);
    await stream.status("pending");

    const asked = performance.now();
    const gone = demo.stop("SIGTERM");
    await until(async () => (await ready()).status === 503, "503");
    const { body } = await ready();
    const login = await fetch(demo.origin);
    const { status: alive } = await fetch(`${demo.origin}/health`);
    const isStreaming = !stream.ended;

    assert.equal(body.closing, true);
    assert.equal(alive, 200);
    assert.equal(isStreaming, true);
    await stream.end();
    assert.ok(stream.retryMs !== undefined, "The stream says when to come back.");
    assert.equal(login.status, 200);
    assert.equal(login.headers.get("connection"), "close");
    assert.equal(await gone, 0);
    const tookMs = performance.now() - asked;
    assert.ok(tookMs >= 1_900, `${Math.round(tookMs)} ms`);
  });

  it("stops in the same way if npm gets the signal, which only passes it to its shell", async () => {
    const npm = spawn("npm", ["start"], {
      cwd: fileURLToPath(new URL("../../..", import.meta.url)),
      env: { ...process.env, PORT: "0", ORIGIN: "https://bank.localhost" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    npm.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    // The pipe closes when the demo ends, the last process that holds it.
    const closed = once(npm.stdout, "close");
    const origin = () => /^ready: (\S+)$/m.exec(output)?.[1] ?? "";
    await until(() => origin() !== "", "a demo that is ready");

    const asked = performance.now();
    npm.kill("SIGTERM");
    await until(async () => (await fetch(`${origin()}/ready`)).status === 503, "503");
    const login = await fetch(origin());
    await closed;

    assert.equal(login.status, 200);
    assert.equal(login.headers.get("connection"), "close");
    assert.equal(performance.now() - asked >= 1_900, true);
  });
});

describe("The demo's sockets", () => {
  it("keep requests until there is a handler for them", async () => {
    const loopback = await listenOnLoopback(0);
    const early = fetch(`http://127.0.0.1:${loopback.port}/`);
    await isRefused(loopback.port);

    loopback.answer((_request, response) => response.end("at last"));

    assert.equal(await (await early).text(), "at last");
    const nothing = { close: () => Promise.resolve() };
    await loopback.shutDown({ kit: nothing, storage: nothing, noticeSeconds: 0 });
  });
});

function isRefused(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(false);
    });
    socket.once("error", () => resolve(true));
  });
}
