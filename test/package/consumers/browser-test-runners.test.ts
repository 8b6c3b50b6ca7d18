import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { chromiumPath, launchBrowser } from "../../support/browser.js";
import { run, startCommand, startServer, temporaryFolder } from "../support/packed-package.js";
import { StandInCypress } from "../support/stand-in-cypress.js";
import { listingsOf, writeListings } from "../support/testing-listings.js";
import { writeTestedSite, type TestedSite } from "../support/tested-site.js";

/** The listings of docs/testing.md for tests in a browser, with the packed package. */

const { version: playwright } = JSON.parse(
  readFileSync("node_modules/playwright-core/package.json", "utf8"),
) as {
  version: string;
};
const cypress = "15.3.0";

const newFolder = (name: string): string => {
  const folder = join(temporaryFolder, name);
  mkdirSync(folder);
  return folder;
};

const compile = (folder: string, ...args: string[]): Promise<string> =>
  run(
    process.execPath,
    [join("node_modules", "typescript", "bin", "tsc"), "--noEmit", "--strict", ...args],
    folder,
  );

describe("the listings for Playwright", () => {
  const folder = newFolder("playwright");
  let site: TestedSite;
  before(async () => {
    site = await writeTestedSite(
      folder,
      `@playwright/test@${playwright}`,
      "typescript@6.0.3",
      "@types/node@20.19.43",
    );
    writeListings(site, "Playwright");
    // Playwright's own browser is not here.
    const launchOptions = {
      executablePath: chromiumPath(),
      args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
    };
    writeFileSync(
      join(folder, "here.config.ts"),
      `import config from "./playwright.config.js";
      const { use, ...others } = config;
      export default { ...others, timeout: 120_000, use: { ...use, launchOptions: ${JSON.stringify(launchOptions)} } };`,
    );
  });

  const runTests = (login: string): Promise<string> =>
    run("npx", ["playwright", "test", "--config", "here.config.ts"], folder, { LOGIN: login, CI: "1" });

  test("compile", async () => {
    const options = ["--module", "nodenext", "--target", "es2022", "--skipLibCheck", "--types", "node"];
    await compile(folder, ...options, ...listingsOf("Playwright").keys());
  });

  for (const [login, where] of [
    ["", "on a page whose element requests the code"],
    ["begun", "on a page that kit.begin began"],
    ["ticket", "by a ticket"],
    ["number", "with the number that the phone shows"],
  ] as const)
    test(`log in ${where}`, async () => {
      assert.match(await runTests(login), /1 passed/);
    });

  test("fail where the account is another user's", async () => {
    const spec = join(folder, "login.spec.ts");
    const right = readFileSync(spec, "utf8");
    writeFileSync(
      spec,
      right
        .replace('logIn(page, "jane")', 'logIn(page, "joe")')
        .replace("toBeVisible()", "toBeVisible({ timeout: 1 })"),
    );
    await assert.rejects(runTests(""), /the account says who is logged in/);
    writeFileSync(spec, right);
  });
});

/**
 * Cypress' program is not on npm. So the listing is compiled with Cypress' types, and its calls are made by a stand-in on
 * Playwright.
 */
describe("the listings for Cypress", () => {
  const folder = newFolder("cypress");
  let site: TestedSite;
  let browser: Browser;
  before(async () => {
    process.env["CYPRESS_INSTALL_BINARY"] = "0";
    site = await writeTestedSite(folder, `cypress@${cypress}`, "typescript@6.0.3");
    writeListings(site, "Cypress");
    browser = await launchBrowser();
  });
  after(() => browser.close());

  test("compile with the types of Cypress", async () => {
    writeFileSync(
      join(folder, "own-command.d.ts"),
      "declare namespace Cypress { interface Chainable { logIn(user: string): void } }",
    );
    const options = [
      "--checkJs",
      "--noImplicitAny",
      "false",
      "--skipLibCheck",
      "--types",
      "cypress",
      "--target",
      "es2022",
    ];
    await compile(
      folder,
      ...options,
      "--lib",
      "es2022,dom",
      "own-command.d.ts",
      ...listingsOf("Cypress").keys(),
    );
  });

  for (const [login, where] of [
    ["", "on a page whose element requests the code"],
    ["begun", "on a page that kit.begin began"],
    ["number", "with the number that the phone shows"],
  ] as const)
    test(`make the calls of a login ${where}`, async () => {
      const command = join("node_modules", "onegini-otp-login", "dist", "command", "cli.js");
      const port = String(site.ports.emulator);
      const emulator = await startCommand(process.execPath, [command, "emulator", "--port", port], folder);
      const baseUrl = `http://localhost:${site.ports.site}`;
      const server = await startServer("npm", ["start"], folder, `${baseUrl}/account`, { LOGIN: login });
      const page = await browser.newPage({ baseURL: baseUrl });
      const cypressHere = new StandInCypress(page);
      const tests = [...listingsOf("Cypress").values()].map((code) => cypressHere.load(site.withPorts(code)));
      await tests.reduce((earlier, runTests) => earlier.then(runTests), Promise.resolve());
      assert.equal(cypressHere.passed, 1);
      assert.match(await page.innerText("body"), /Logged in as jane/);
      await page.close();
      await server.stop();
      await emulator.stop();
    });
});
