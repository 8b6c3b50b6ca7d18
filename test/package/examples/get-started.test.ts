import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { launchBrowser } from "../../support/browser.js";
import { freePort } from "../../support/services/free-port.js";
import {
  acceptOnPhone,
  install,
  npm,
  pack,
  startCommand,
  startEmulator,
  temporaryFolder,
} from "../support/packed-package.js";

/** docs/get-started.md, followed to the letter with the packed package; only its two ports are others. */

const page = readFileSync("docs/get-started.md", "utf8");

let browser: Browser;
before(async () => (browser = await launchBrowser()));
after(() => browser.close());

test("docs/get-started.md leads to a login in a new folder", async () => {
  const folder = join(temporaryFolder, "login-site");
  mkdirSync(folder);
  const commands = [...page.matchAll(/^```sh\n([^]*?)^```$/gm)].flatMap(([, lines = ""]) =>
    lines.trim().split("\n"),
  );
  const ofNpm = commands.filter((line) => line.startsWith("npm "));
  assert.equal(ofNpm.at(-1), "npm i onegini-otp-login");
  for (const line of ofNpm) {
    const [, command = "", ...args] = line.split(" ");
    const packages = line === ofNpm.at(-1) ? [`file:${await pack()}`] : args;
    if (command === "i") await install(folder, ...packages);
    else await npm([command, ...args], folder);
  }

  assert.ok(commands.includes("npx onegini-otp-login emulator --port 4000"));
  const emulator = await startEmulator({ folder });
  const port = await freePort();
  const files = [...page.matchAll(/^```js\n(\/\/ (\S+\.js)\n[^]*?)^```$/gm)];
  const names = files.map(([, , file]) => file);
  assert.deepEqual(names, ["otp-login.js", "server.js"]);
  for (const [, code = "", file = ""] of files)
    writeFileSync(
      join(folder, file),
      code.replaceAll("http://localhost:4000", emulator.origin).replaceAll("3000", String(port)),
    );

  assert.ok(commands.includes("node server.js"));
  const site = await startCommand(process.execPath, ["server.js"], folder, {}, /^Open (\S+)$/m);
  const login = await browser.newPage();
  await login.goto(site.origin);
  await login.evaluate(
    'document.querySelector("onegini-otp-login").addEventListener("login", (event) => (sessionStorage.user = event.result.user))',
  );
  await acceptOnPhone(login, emulator);
  await login.waitForURL(`http://localhost:${port}/account`);
  // The listings for frameworks show it.
  assert.equal(await login.evaluate("sessionStorage.user"), "demo-user");
  assert.equal((await login.textContent("body"))?.trim(), "Logged in as demo-user");
  await site.stop();
  await emulator.stop();
});
