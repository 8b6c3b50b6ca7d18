import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, it, type TestContext } from "node:test";
import { readConfig } from "../../../demo/server/demo-config.js";
import { launchBrowser } from "../../support/browser.js";
import { endOfDemo, loopbackAddresses, phoneCalls, startDemo, type Demo } from "../../support/demo/demo.js";
import { openLoginPage } from "../../support/login-page.js";
import { codeOn } from "../../support/qr.js";

// Side by side: each test has processes of its own, which wait more than they compute.
describe("npm start", { concurrency: 3 }, () => {
  const start = async (t: TestContext, variables?: Record<string, string>): Promise<Demo> => {
    const demo = await startDemo(variables);
    t.after(() => demo.stop());
    return demo;
  };

  it("can run several times from one checkout, and writes nothing into it", async (t) => {
    const root = fileURLToPath(new URL("../../..", import.meta.url));
    const before = readdirSync(`${root}demo`, { recursive: true });

    const demos = await Promise.all([start(t), start(t)]);

    assert.notEqual(demos[0].port, demos[1].port);
    for (const { origin } of demos) assert.equal((await fetch(`${origin}/assets/login.js`)).status, 200);
    assert.deepEqual(readdirSync(`${root}demo`, { recursive: true }), before);
  });

  it("does not send a file again to a browser that has it, also if a proxy has compressed it", async (t) => {
    const { origin } = await start(t);
    const etag = (await fetch(`${origin}/assets/login.js`)).headers.get("etag") ?? "";
    // nginx makes the tag of what it compresses a weak one.
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`]) {
      const again = await fetch(`${origin}/assets/login.js`, { headers: { "if-none-match": known } });
      assert.equal(again.status, 304, known);
      assert.equal(again.headers.get("cache-control"), "no-cache");
    }
  });

  it("ends on Ctrl+C while a stream is open", async (t) => {
    const demo = await start(t);
    const started = await fetch(`${demo.origin}/otp-login`, {
      method: "POST",
      headers: { origin: demo.origin, "content-type": "application/json" },
      body: "{}",
    });
    const { attempt } = (await started.json()) as { attempt: string };
    const cookie = started.headers.get("set-cookie")?.split(";")[0] ?? "";
    const stream = await fetch(`${demo.origin}/otp-login/${attempt}`, {
      headers: { cookie, accept: "text/event-stream" },
    });
    assert.equal(stream.status, 200);

    assert.equal(await demo.stop("SIGINT"), 0);

    // Before the connection ends, the page gets the time to reconnect.
    assert.match(await stream.text().catch(String), /^retry: \d+$/m);
    assert.equal(demo.stderr(), "");
  });

  it("ends when npm is killed without passing on a signal", async () => {
    // Like npm's shell, which starts the demo and dies without a signal to it.
    const shell = spawn("sh", ["-c", `"${process.execPath}" --import tsx demo/start.ts; true`], {
      cwd: fileURLToPath(new URL("../../..", import.meta.url)),
      env: { ...process.env, PORT: "0", npm_lifecycle_event: "start" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(shell.stdout, "data")) as [Buffer];
    assert.match(line.toString(), /^ready: /);

    shell.kill("SIGKILL");

    // The pipe closes when the last process that holds it has ended.
    await once(shell, "close");
  });

  it("reads the client, its secret and the lifetime of codes from the environment", async (t) => {
    const demo = await start(t, { CLIENT_ID: "a:b", CLIENT_SECRET: "s ü%", CODE_SECONDS: "2" });

    const answer = await fetch(`${demo.origin}/otp-login`, {
      method: "POST",
      headers: { origin: demo.origin, "content-type": "application/json" },
      body: "{}",
    });

    assert.equal(answer.status, 201);
    assert.ok(((await answer.json()) as { expires_in: number }).expires_in <= 2);
    const body = new URLSearchParams({
      type: "qr-code",
      callback_uri: "http://localhost/",
      message: "Hello",
    });
    const direct = (id: string, secret: string) =>
      fetch(`${demo.origin}/oauth/api/v4/authenticate/user`, {
        method: "POST",
        body: new URLSearchParams([...body, ["client_id", id], ["client_secret", secret]]),
      });
    assert.equal((await direct("a:b", "s ü%")).status, 200);
    assert.equal((await direct("demo", "demo-secret")).status, 401);
  });

  it("shows the message alone on the phone with GEOLOCATION=off, as without that feature of the Token Server", async (t) => {
    const demo = await start(t, { GEOLOCATION: "off" });
    const browser = await launchBrowser();
    const page = await openLoginPage(await browser.newContext(), demo.origin);
    const { message } = await phoneCalls(demo.origin).scan(await codeOn(page));
    assert.equal(message, "Log in to Demo Bank on the web.");
    await browser.close();
  });

  it("treats an empty variable as one that is not set", () => {
    assert.deepEqual(
      readConfig({ CLIENT_ID: "", CLIENT_SECRET: "", CODE_SECONDS: "", ORIGIN: "", REDIS_URL: "" }),
      readConfig({}),
    );
  });

  it("exits with one line that says which setting is wrong", async () => {
    const { code, stdout, stderr } = await endOfDemo({ PORT: "http" });

    assert.deepEqual({ code, stdout }, { code: 1, stdout: "" });
    assert.equal(stderr, `PORT must be a whole number from 0 to 65535, not "http".\n`);
  });

  for (const [name, value] of [
    ["PORT", "http"],
    ["PORT", "65536"],
    ["PORT", "-1"],
    ["PORT", "3000.5"],
    ["CODE_SECONDS", "1"],
    ["CODE_SECONDS", "0"],
    ["CODE_SECONDS", "-60"],
    ["CODE_SECONDS", "2.5"],
    ["CODE_SECONDS", "a minute"],
    ["CODE_SECONDS", "1e9"],
    ["CODE_SECONDS", " 60"],
  ] as const) {
    it(`rejects ${name}=${JSON.stringify(value)} and says what is expected`, () => {
      const result = readConfig({ [name]: value });

      assert.ok(result.kind === "invalid");
      assert.match(
        result.problem,
        new RegExp(`^${name} must be a whole number (of seconds )?from \\d+ to \\d+, not .*\\.$`),
      );
      assert.ok(result.problem.includes(JSON.stringify(value)));
    });
  }

  for (const [variables, isPublic] of [
    [{}, false],
    [{ ORIGIN: "http://localhost:8080" }, false],
    [{ ORIGIN: "https://bank.localhost" }, false],
    [{ ORIGIN: "https://bank.example", TOKEN_SERVER_URL: "https://ts.example" }, false],
    [{ ORIGIN: "https://bank.example" }, "invalid"],
    [{ ORIGIN: "https://bank.example", TOKEN_SERVER_URL: "http://localhost:3001" }, "invalid"],
    [{ ORIGIN: "https://bank.example", EMULATOR: "public" }, true],
    [{ EMULATOR: "public" }, false],
    [{ NODE_ENV: "development" }, false],
    [{ NODE_ENV: "production" }, "invalid"],
    [{ NODE_ENV: "production", EMULATOR: "public" }, false],
    [{ NODE_ENV: "production", TOKEN_SERVER_URL: "https://ts.example" }, false],
  ] as const) {
    it(`lets everybody use the emulator only with EMULATOR=public: ${JSON.stringify(variables)}`, () => {
      const result = readConfig(variables);
      assert.equal(result.kind === "config" ? result.config.isPublic : "invalid", isPublic);
    });
  }

  it("does not start with its emulator at a public origin, and says what to do", async () => {
    const { code, stdout, stderr } = await endOfDemo({ ORIGIN: "https://bank.example" });
    assert.deepEqual({ code, stdout }, { code: 1, stdout: "" });
    assert.match(stderr, /^ORIGIN is not this machine, .*TOKEN_SERVER_URL.*EMULATOR=public npm start\n$/);
  });

  it("says on every page that everybody can use the emulator, with EMULATOR=public", async (t) => {
    const demo = await start(t, { ORIGIN: "https://bank.example", EMULATOR: "public" });
    for (const path of ["/", "/account", "/phone", "/playground", "/cards", "/help", "/nothing"]) {
      const page = await (await fetch(demo.origin + path)).text();
      assert.match(page, /class="notice public"[^]*Anyone can log in here as anyone\./, path);
    }
    const inDutch = await fetch(demo.origin, { headers: { "accept-language": "nl" } });
    assert.match(await inDutch.text(), /Iedereen kan hier als wie dan ook inloggen\./);
  });

  for (const host of loopbackAddresses) {
    it(`exits with one line when the port is in use on ${host}`, async () => {
      const other = createServer().listen(0, host);
      await once(other, "listening");
      const { port } = other.address() as AddressInfo;

      const { code, stdout, stderr } = await endOfDemo({ PORT: String(port) });

      assert.equal(code, 1);
      assert.equal(stdout, "");
      assert.equal(
        stderr,
        `Port ${port} is in use. Stop the program that uses it, or choose another port: PORT=0 npm start\n`,
      );
      other.close();
    });
  }
});
