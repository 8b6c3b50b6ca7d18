import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { install, pack, run, temporaryFolder } from "../support/packed-package.js";

/** Tests of a site, of its login page in jsdom and of its backend in Node, run by the test runners that sites have. */

interface Runner {
  packages: string[];
  /** Arguments of Node. It runs all tests of the folder, and fails if one of them does. */
  command: string[];
  /** The module that the tests import `expect` and `test` from. */
  globals: string;
}

/** Far longer than a test takes, also on a busy machine. */
const limit = "--testTimeout=60000";

const runners: Record<string, Runner> = {
  // Its modules are a feature behind a flag, as its manual says.
  Jest: {
    packages: ["jest@30.5.2", "jest-environment-jsdom@30.5.2"],
    command: ["--experimental-vm-modules", "node_modules/jest/bin/jest.js", "--ci", limit],
    globals: "@jest/globals",
  },
  Vitest: {
    packages: ["vitest@4.1.12", "vite@8.3.8", "jsdom@29.0.1"],
    command: ["node_modules/vitest/vitest.mjs", "run", limit],
    globals: "vitest",
  },
};

/** The listing of docs/frameworks.md, which is written for Vitest. */
const [, listing = ""] =
  /^## Unit tests$[^]*?^```ts\n([^]*?)^```$/m.exec(readFileSync("docs/frameworks.md", "utf8")) ?? [];

const loginPage = `
export function startLoginPage() {
  document.querySelector("onegini-otp-login").addEventListener("login", (event) => {
    event.preventDefault();
    document.querySelector("main").textContent = "Hello, " + event.result.name;
  });
}`;

const server = `
import { createPhone, createTokenServer, listen } from "onegini-otp-login/emulator";
import { createLoginKit } from "onegini-otp-login/server";
import { afterAll, expect, test } from "vitest";

let listening;
afterAll(() => listening.close());

test("logs a person in", async () => {
  const clients = [{ id: "site", secret: "site-secret" }];
  const tokenServer = createTokenServer({ types: [{ name: "qr-code", ttlSeconds: 60 }], clients });
  listening = await listen(tokenServer);
  const phone = createPhone(tokenServer, "jane");
  await phone.enroll();
  phone.onConfirmation((confirmation) => confirmation.accept());

  const origin = "http://localhost:3000";
  const kit = createLoginKit({
    origin,
    tokenServer: { url: listening.url, clientId: "site", clientSecret: "site-secret", type: "qr-code" },
    message: "Log in",
    resultPolling: 1, // no callback reaches it
    signIn: ({ userId }) => ({ user: userId }),
  });
  const post = (path, headers) =>
    kit.fetch(new Request(origin + path, { method: "POST", headers: { origin, ...headers } }));

  const started = await post("/otp-login");
  expect(started.status).toBe(201);
  const { attempt, otp } = await started.json();
  const cookie = started.headers.get("set-cookie").split(";")[0];
  await phone.handleMobileAuthWithOtp(otp);
  const status = await kit.fetch(
    new Request(origin + "/otp-login/" + attempt, { headers: { cookie, prefer: "wait=20", accept: "application/json" } }),
  );
  expect((await status.json()).status).toBe("approved");
  const login = await post("/otp-login/" + attempt + "/login", { cookie });
  expect(await login.json()).toEqual({ user: "jane" });
});`;

describe("the tests of a site", () => {
  for (const [name, { packages, command, globals }] of Object.entries(runners)) {
    test(`pass in ${name}, and fail where the page is wrong`, async () => {
      const folder = join(temporaryFolder, name);
      mkdirSync(folder);
      writeFileSync(join(folder, "package.json"), '{"private": true, "type": "module"}');
      const write = (file: string, text: string): void =>
        writeFileSync(join(folder, file), text.replaceAll('"vitest"', `"${globals}"`));
      write("login-page.js", loginPage);
      write(
        "page.test.js",
        listing.replace("// @vitest-environment jsdom", "/** @jest-environment jsdom */\n$&"),
      );
      write("server.test.js", server);
      await install(folder, await pack(), ...packages);
      await run(process.execPath, command, folder);

      write("login-page.js", loginPage.replace("result.name", "result.nam"));
      await assert.rejects(run(process.execPath, command, folder), /greets the person who has logged in/);
    });
  }
});
