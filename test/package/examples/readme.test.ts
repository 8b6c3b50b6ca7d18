import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { launchBrowser } from "../../support/browser.js";
import { freePort } from "../../support/services/free-port.js";
import {
  acceptOnPhone,
  install,
  npm,
  pack,
  startEmulator,
  startServer,
  temporaryFolder,
} from "../support/packed-package.js";

/** The README's site, made and started to the letter with the packed package; only its ports are others. */

const page = readFileSync("README.md", "utf8");

let browser: Browser;
before(async () => (browser = await launchBrowser()));
after(() => browser.close());

test("the README's lines are a site with a whole login", async () => {
  const folder = join(temporaryFolder, "readme");
  mkdirSync(folder);
  await npm(["init", "-y"], folder);
  const [, first = "", second = ""] =
    /^Save the .* above as `(\S+)`, and these as `(\S+)`:$/m.exec(page) ?? assert.fail("The files' names");
  const listing = (language: string): string =>
    new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, "m").exec(page)?.[1] ?? assert.fail(language);
  // After the listing.
  const commands = [...page.matchAll(/^ {4}(\S[^#\n]*?) *(?:#.*)?$/gm)].map(([, line = ""]) => line);

  const packages = commands.findLast((line) => line.startsWith("npm i ")) ?? assert.fail("No npm i");
  assert.match(packages, / onegini-otp-login( |$)/);
  const others = packages.split(" ").filter((word) => !["npm", "i", "onegini-otp-login"].includes(word));
  await install(folder, `file:${await pack()}`, ...others);

  assert.ok(commands.includes("npx onegini-otp-login emulator"));
  const emulator = await startEmulator({ folder });
  // One and the same port for one and the same number: the site's may not be the emulator's.
  const emulatorPort = /port on this machine, .*\((\d+)\)/.exec(
    await npm(["exec", "onegini-otp-login", "emulator", "--", "--help"], folder),
  )?.[1];
  const ports = new Map([[emulatorPort, new URL(emulator.origin).port]]);
  for (const [, port] of page.matchAll(/localhost:(\d+)/g))
    if (!ports.has(port)) ports.set(port, String(await freePort()));
  const withPorts = (text: string): string =>
    text.replace(/(?<=localhost:|listen\()\d+/g, (port) => ports.get(port) ?? assert.fail(port));
  for (const [file, code] of [
    [first, listing("html")],
    [second, listing("js")],
  ] as const) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), withPorts(code));
  }

  assert.ok(commands.includes(`node ${second}`));
  const [, address = ""] =
    new RegExp(`node ${second} *# open (\\S+)`).exec(page) ?? assert.fail("No address");
  const site = await startServer(process.execPath, [second], folder, withPorts(address));
  const login = await browser.newPage();
  await login.goto(withPorts(address));
  await acceptOnPhone(login, emulator);
  await login.getByText("Logged in as demo-user").waitFor();
  await site.stop();
  await emulator.stop();
});
