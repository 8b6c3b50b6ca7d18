import assert from "node:assert/strict";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { phoneCalls } from "../../support/demo/demo.js";
import { freePort } from "../../support/services/free-port.js";
import { until } from "../../support/until.js";
import { WidgetVisitor } from "../../support/widget-visitor.js";
import { install, pack, temporaryFolder } from "../support/packed-package.js";

/** The command as a person has it who installs the packed package: without this checkout's development dependencies. */

const folder = temporaryFolder;
const isWindows = process.platform === "win32";

before(async () => {
  const dependencies = { "onegini-otp-login": `file:${await pack()}` };
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, dependencies }));
  await install(folder, "--omit=dev");
});

interface Ready {
  origin: string;
  child: ChildProcess;
  stdout: () => string;
  stderr: () => string;
}

/** A test that fails leaves its command running. */
const running = new Set<ChildProcess>();
after(() => running.forEach((child) => child.kill("SIGKILL")));

async function start(command: string, args: string[]): Promise<Ready> {
  const begin = performance.now();
  const child = spawn(command, args, { cwd: folder, shell: isWindows, stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  child.once("exit", () => running.delete(child));
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  await until(() => stdout.includes("\n") || child.exitCode !== null, "the line `ready:`");
  const [, origin] = /^ready: (http:\/\/localhost:\d+)\n/.exec(stdout) ?? assert.fail(stdout + stderr);
  console.log(`${args.join(" ")}: ready in ${Math.round(performance.now() - begin)} ms`);
  return { origin: origin ?? "", child, stdout: () => stdout, stderr: () => stderr };
}

const installed = join(folder, "node_modules/onegini-otp-login/dist/command/cli.js");
const startInstalled = (...args: string[]): Promise<Ready> => start(process.execPath, [installed, ...args]);

async function stop({ child }: Ready, signal: NodeJS.Signals): Promise<number | null> {
  const ended = once(child, "exit");
  child.kill(signal);
  await ended;
  return child.exitCode;
}

/** Runs a command that is expected to end by itself. */
const run = (...args: string[]) =>
  spawnSync("npx", ["onegini-otp-login", ...args], { cwd: folder, shell: isWindows, encoding: "utf8" });

const isGone = (origin: string): Promise<boolean> =>
  fetch(origin).then(
    () => false,
    () => true,
  );

describe("npx onegini-otp-login demo", () => {
  test("serves the bank, the phone and the playground, and logs in", async () => {
    const demo = await startInstalled("demo", "--port", "0", "--code-seconds", "20");
    const { origin } = demo;
    for (const path of ["/", "/phone", "/playground"]) {
      const page = await fetch(origin + path);
      assert.equal(page.status, 200, path);
      for (const [, file] of (await page.text()).matchAll(/"(\/assets\/[^"]+)"/g))
        assert.equal((await fetch(origin + file)).status, 200, file);
    }
    // The phone's script loads it.
    const reader = await fetch(`${origin}/assets/zxing_reader.wasm`);
    assert.equal(reader.headers.get("content-type"), "application/wasm");
    assert.ok(WebAssembly.validate(await reader.arrayBuffer()));
    assert.match(await (await fetch(`${origin}/playground`)).text(), /<option value="nl"/);

    const visitor = new WidgetVisitor({ origin, route: () => origin });
    visitor.start();
    await phoneCalls(origin).accept(await visitor.code());
    await until(() => visitor.state.phase === "completed", "the login");
    const account = await fetch(`${origin}/account`, { headers: { cookie: visitor.cookie } });
    assert.match(await account.text(), /demo-user/);
    visitor.leave();

    assert.equal(demo.stderr(), "");
    assert.equal(await stop(demo, "SIGTERM"), 0);
  });

  test("ends when npx is stopped", async () => {
    const demo = await start("npx", ["onegini-otp-login", "demo", "--port", "0"]);
    await stop(demo, "SIGTERM");
    await until(() => isGone(demo.origin), "the end of the demo");
  });

  test("says which package is missing for Redis", () => {
    const { status, stdout, stderr } = run("demo", "--port", "0", "--redis-url", "redis://localhost:1");
    assert.deepEqual({ status, stdout }, { status: 1, stdout: "" });
    assert.match(stderr, /^The package redis is missing\. .*npm install redis@latest\. .*\n$/);
    assert.match(
      stderr,
      /: npx -p onegini-otp-login -p redis@latest onegini-otp-login demo --redis-url …\n$/,
    );
  });

  for (const major of [3, 4])
    test(`says that redis ${major} is too old`, async () => {
      await install(folder, "--omit=dev", "--no-save", `redis@${major}`);
      const { status, stdout, stderr } = run("demo", "--port", "0", "--redis-url", "redis://localhost:1");
      assert.deepEqual({ status, stdout }, { status: 1, stdout: "" });
      assert.match(stderr, /^The package redis is too old; version 5 or later is needed\. .*\n$/);
    });
});

describe("npx onegini-otp-login emulator", () => {
  test("prints the phone's address, and what a kit needs: address, client and type", async () => {
    const emulator = await startInstalled("emulator", "--port", "0");
    const { origin, stdout } = emulator;
    await until(() => stdout().includes("tokenServer"), "the settings");
    const [, phone] = /^phone: (.*)$/m.exec(stdout()) ?? assert.fail(stdout());
    assert.match(await (await fetch(phone ?? "")).text(), /<title>Demo phone/);
    const [, settings] = /^tokenServer of the kit: (.*)$/m.exec(stdout()) ?? assert.fail(stdout());
    const { url, clientId, clientSecret, type } = JSON.parse(settings ?? "") as Record<string, string>;
    const started = await fetch(`${url}/oauth/api/v4/authenticate/user`, {
      method: "POST",
      headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
      body: new URLSearchParams({ type: type ?? "", message: "Hello", callback_uri: `${origin}/callback` }),
    });
    assert.equal(started.status, 200);
    assert.equal(await stop(emulator, "SIGTERM"), 0);
  });

  test("serves the Token Server and the phone, and ends on SIGTERM and SIGINT", async () => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      const client = ["--client-id", "site", "--client-secret", "site-secret"];
      const emulator = await startInstalled("emulator", "--port", "0", ...client);
      const { origin } = emulator;
      const headers = { authorization: `Basic ${btoa("site:site-secret")}` };
      const started = await fetch(`${origin}/oauth/api/v4/authenticate/user`, {
        method: "POST",
        headers,
        body: new URLSearchParams({ type: "qr-code", message: "Hello", callback_uri: `${origin}/callback` }),
      });
      const { otp, transaction_id } = (await started.json()) as Record<string, string>;
      await phoneCalls(origin).accept(otp ?? "");
      const result = await fetch(`${origin}/oauth/api/v4/authenticate/transaction/${transaction_id}`, {
        headers,
      });
      assert.equal(((await result.json()) as Record<string, unknown>)["is_authenticated"], true);

      const page = await (await fetch(origin)).text();
      assert.match(page, /<title>Demo phone/);
      assert.doesNotMatch(page, /href="\/(?!assets)/, "There is no other page to link to.");
      for (const [, file] of page.matchAll(/"(\/assets\/[^"]+)"/g))
        assert.equal((await fetch(origin + file)).status, 200, file);
      assert.equal((await fetch(`${origin}/account`)).status, 404);
      // The site of the `callback_uri` is the emulator itself, which takes no callback.
      const says = "the site answered 404: no kit takes callbacks there.";
      await until(() => emulator.stderr().includes(says), "the line about the callback");
      assert.equal(await stop(emulator, signal), 0);
    }
  });
});

/** An SDK of the operator's, with an API of its own, that writes each span's name. */
const tracing = `
import { createRequire } from "node:module";
const require = createRequire(${JSON.stringify(join(process.cwd(), "package.json"))});
const { trace } = require("@opentelemetry/api");
const { BasicTracerProvider, SimpleSpanProcessor } = require("@opentelemetry/sdk-trace-base");
const exporter = {
  export: (spans) => spans.forEach(({ name }) => console.error("span: " + name)),
  shutdown: () => Promise.resolve(),
};
trace.setGlobalTracerProvider(
  new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
);`;

describe("npx onegini-otp-login serve", () => {
  const bundled = ["pino", "pino-pretty", "prom-client", "yaml", "@opentelemetry/api"];

  test("would start from the packed package, with what it needs inside and not installed for the site", () => {
    for (const name of bundled) assert.equal(existsSync(join(folder, "node_modules", name)), false, name);
    writeFileSync(
      join(folder, "site.yaml"),
      "client-id: site\nclient-secret: site-secret\ntype: qr-code\nlog: pretty\n",
    );
    const site = ["--origin", "http://localhost:8000", "--token-server-url", "http://localhost:3000"];
    const ports = ["--port", "0", "--internal-port", "0"];
    const { status, stdout, stderr } = run("serve", "--check", "--config", "site.yaml", ...site, ...ports);
    assert.deepEqual({ status, stdout }, { status: 0, stdout: "" }, stderr);
    assert.match(stderr, /^It would start: /m);
  });

  test("knows the commit that it was built of", () => {
    const { status, stdout } = run("serve", "--compatible-with", "0.1.0");
    assert.equal(status, 1);
    assert.match(stdout, /^onegini-otp-login \S+ \([0-9a-f]{12}(?:-dirty)?\) beside 0\.1\.0, /);
  });

  test("traces with an SDK that Node loads first", async (t) => {
    const { origin: url, child } = await startInstalled("emulator", "--port", "0");
    t.after(() => child.kill());
    writeFileSync(join(folder, "tracing.mjs"), tracing);
    const service = spawn(
      process.execPath,
      [
        ...["--import", "./tracing.mjs", installed, "serve", "--origin", "http://localhost:8000"],
        ...["--token-server-url", url, "--client-id", "demo", "--client-secret", "demo-secret"],
        ...["--type", "qr-code", "--message", "Hello", "--port", "0", "--internal-port", "0"],
      ],
      { cwd: folder, stdio: ["ignore", "ignore", "pipe"] },
    );
    t.after(() => service.kill());
    let stderr = "";
    service.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    await until(() => /^ready: .*$/m.test(stderr), "the service");
    const address = /^ready: (.*)$/m.exec(stderr)?.[1] ?? "";
    const headers = { origin: "http://localhost:8000" };
    assert.equal((await fetch(`${address}/otp-login`, { method: "POST", headers })).status, 201);
    await until(() => stderr.includes("span: attempt_started"), "the span");
  });

  test("has the licences of what is inside", () => {
    const text = readFileSync(join(installed, "../THIRD-PARTY-LICENSES.txt"), "utf8");
    for (const name of bundled) assert.match(text, new RegExp(`^## ${name} - `, "m"));
  });
});

describe("npx onegini-otp-login doctor", () => {
  test("checks a tenant and names the setting that is wrong", async (t) => {
    const { origin: url, child } = await startInstalled("emulator", "--port", "0");
    t.after(() => child.kill());
    const port = String(await freePort());
    const settings = [
      ...["--token-server-url", url, "--client-id", "demo", "--client-secret", "demo-secret"],
      ...["--message", "Hello", "--origin", `http://127.0.0.1:${port}`, "--port", port, "--no-scan"],
    ];
    const right = run("doctor", ...settings, "--type", "qr-code");
    assert.equal(right.status, 0, right.stdout + right.stderr);
    assert.match(right.stdout, /✓ Mobile authentication type → Name/);
    const wrong = run("doctor", ...settings, "--type", "qr-cod");
    assert.equal(wrong.status, 1, wrong.stdout + wrong.stderr);
    assert.match(wrong.stdout, /✗ Mobile authentication type → Name: there is no type “qr-cod”/);
  });

  test("looks at a running site through a browser, with what it has inside", async (t) => {
    for (const name of ["chrome-launcher", "qr", "pngjs"])
      assert.equal(existsSync(join(folder, "node_modules", name)), false, name);
    const { origin: url, child } = await startInstalled("demo", "--port", "0");
    t.after(() => child.kill());
    const { stdout, stderr } = run("doctor", "--site", `${url}/`, "--no-sandbox");
    assert.match(stdout, /✓ Widget's script: \S+ registers the element/, stderr);
    assert.match(stdout, /✓ Code on the page: readable/, stderr);
  });
});

describe("npx onegini-otp-login", () => {
  test("prints its help and exits with 0", () => {
    for (const args of [
      ["--help"],
      ["demo", "--help"],
      ["emulator", "-h"],
      ["serve", "--help"],
      ["doctor", "--help"],
    ]) {
      const { status, stdout, stderr } = run(...args);
      assert.deepEqual({ status, stderr }, { status: 0, stderr: "" });
      assert.match(stdout, /^Usage: onegini-otp-login .*^Examples:$/ms);
    }
  });

  test("prints the package's version", () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    const { status, stdout, stderr } = run("--version");
    assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: `${version}\n`, stderr: "" });
  });

  test("exits with 2 if the command line is wrong, and says what is wrong", () => {
    for (const [problem, ...args] of [
      ["The command is missing."],
      ["Unknown option '--prot'.", "demo", "--prot", "0"],
      ["--port must be a whole number", "emulator", "--port", "http"],
    ] as [string, ...string[]][]) {
      const { status, stdout, stderr } = run(...args);
      assert.deepEqual({ status, stdout }, { status: 2, stdout: "" });
      assert.ok(stderr.startsWith(problem), stderr);
    }
  });

  test("exits with 1 if the port is in use, and says how to choose another", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    for (const name of ["demo", "emulator"]) {
      const { status, stderr } = run(name, "--port", String(port));
      assert.equal(status, 1);
      assert.equal(
        stderr,
        `Port ${port} is in use. Stop the program that uses it, or choose another port: --port 0\n`,
      );
    }
    other.close();
  });
});
