import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import assert from "node:assert/strict";
import { run, startCommand, startServer, temporaryFolder } from "../support/packed-package.js";
import { writeListings } from "../support/testing-listings.js";
import { writeTestedSite } from "../support/tested-site.js";
import { pythonWith } from "./running-site.js";

/** The listings of docs/testing.md in Python, which test a site from outside. */

describe("the tests in Python", () => {
  test("log in with signIn, by a ticket and with the number, and fail where nobody is logged in", async () => {
    const python = pythonWith("pytest", "requests");
    const folder = join(temporaryFolder, "pytest");
    mkdirSync(folder);
    const site = await writeTestedSite(folder);
    writeListings(site, "pytest");
    const command = join("node_modules", "onegini-otp-login", "dist", "command", "cli.js");
    const port = String(site.ports.emulator);
    await startCommand(process.execPath, [command, "emulator", "--port", port], folder);
    const runTests = async (login: string, ...args: string[]): Promise<string> => {
      const address = `http://localhost:${site.ports.site}/account`;
      const server = await startServer("npm", ["start"], folder, address, { LOGIN: login });
      try {
        return await run(python, ["-m", "pytest", "-p", "no:cacheprovider", ...args], folder);
      } finally {
        await server.stop();
      }
    };
    assert.match(await runTests(""), /1 passed/);
    assert.match(await runTests("ticket"), /1 passed/);
    assert.match(await runTests("number"), /1 passed/);
    await assert.rejects(runTests("nobody"), /1 failed/);
  });
});
