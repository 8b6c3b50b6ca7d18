import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { wantedEngines } from "../../../scripts/find-engines.js";
import { installEngines } from "../../../scripts/install-test-tools.js";

describe("The engines of a run", () => {
  // This run may have fewer engines itself.
  const { ENGINES } = process.env;
  beforeEach(() => delete process.env["ENGINES"]);
  afterEach(() => {
    if (ENGINES !== undefined) process.env["ENGINES"] = ENGINES;
  });

  it("are all three unless ENGINES lists fewer", () => {
    assert.deepEqual(wantedEngines(undefined), ["chromium", "firefox", "webkit"]);
    assert.deepEqual(wantedEngines("webkit, chromium"), ["chromium", "webkit"]);
  });

  it("must be known and at least one", () => {
    for (const named of ["", "safari", "chromium,safari"])
      assert.throws(
        () => wantedEngines(named),
        /^Error: ENGINES has the unknown name ".*chromium, firefox, webkit/,
      );
  });
});

describe("An engine that is missing and cannot be installed", () => {
  const { PATH, FIREFOX_PATH } = process.env;
  beforeEach(() => Object.assign(process.env, { PATH: "/nowhere", FIREFOX_PATH: process.execPath }));
  afterEach(() => {
    Object.assign(process.env, { PATH, FIREFOX_PATH });
    if (FIREFOX_PATH === undefined) delete process.env["FIREFOX_PATH"];
  });

  it("is an error that says what to install, and how to run the tests without it", async () => {
    await assert.rejects(installEngines(["firefox", "webkit"]), ({ message }: Error) => {
      assert.match(message, /^The tests need WebKit, /);
      assert.match(message, /^On Debian: apt-get install webkit2gtk-driver xvfb$/m);
      assert.match(message, /^Or run them without: ENGINES=firefox npm run test:all$/m);
      return true;
    });
  });
});
