import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { promisify } from "node:util";
import { createPhone } from "onegini-otp-login/emulator";
import { launchBrowser } from "../support/browser.js";
import { codeOn } from "../support/qr.js";
import { builtSite } from "./support/built-site.js";

const pageWith = (integrity: string): string => `<!doctype html><html lang="nl"><title>Login</title>
<script type="module" src="/onegini-otp-login.js" ${integrity}></script>
<script type="module" src="/locales/nl.js"></script>
<onegini-otp-login endpoint="/otp-login" redirect="/account"></onegini-otp-login>`;

/** The attribute that a build of the file prints. */
async function printedIntegrity(t: TestContext): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), "onegini-otp-login-build-"));
  t.after(() => rm(outDir, { recursive: true }));
  const vite = ["node_modules/vite/bin/vite.js", "build", "--mode", "file", "--outDir", outDir];
  const { stdout } = await promisify(execFile)(process.execPath, [...vite, "--logLevel", "warn"]);
  return /^onegini-otp-login\.js (integrity="sha384-\S+")$/m.exec(stdout)?.[1] ?? assert.fail(stdout);
}

test("the bundled file logs in with a separate locale file, with the printed integrity, and without a violation of a strict policy", async (t) => {
  const { origin, tokenServer } = await builtSite(t, pageWith(await printedIntegrity(t)));
  const browser = await launchBrowser();
  t.after(() => browser.close());
  const tab = await browser.newPage();
  const complaints: string[] = [];
  tab.on("console", (message) => complaints.push(message.text()));
  tab.on("pageerror", (error) => complaints.push(String(error)));
  await tab.goto(origin);

  const code = await codeOn(tab);
  assert.equal(await tab.getByRole("heading").textContent(), "Inloggen met je telefoon");

  const phone = createPhone(tokenServer, "jane");
  await phone.enroll();
  phone.onConfirmation((confirmation) => void confirmation.accept());
  await phone.handleMobileAuthWithOtp(code);
  await tab.waitForURL(`${origin}/account?jane`);
  const faults = complaints.filter((text) => !text.includes("favicon"));
  assert.deepEqual(faults, []);
});

test("the bundled file exports what the package exports, and registers the element", async (t) => {
  const { origin } = await builtSite(t, pageWith(""));
  const browser = await launchBrowser();
  t.after(() => browser.close());
  const tab = await browser.newPage();
  await tab.goto(`${origin}/elsewhere`);
  const exported = await tab.evaluate(async () => {
    const address = "/onegini-otp-login.js";
    const module = (await import(address)) as Record<string, unknown>;
    const isElement = customElements.get("onegini-otp-login") === module["OneginiOtpLogin"];
    return { names: Object.keys(module).sort(), isElement };
  });
  assert.deepEqual(exported, {
    names: ["LoginErrorEvent", "LoginEvent", "OneginiOtpLogin", "StateChangeEvent"],
    isElement: true,
  });
});

test("the bundled file begins with the comment that lets browsers compile it while it loads", async () => {
  const file = await readFile(new URL("../../dist/onegini-otp-login.js", import.meta.url), "utf8");
  assert.equal(file.split("\n", 1)[0], "//# allFunctionsCalledOnLoad");
});
