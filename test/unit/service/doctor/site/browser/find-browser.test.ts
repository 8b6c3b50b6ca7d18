import assert from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { findBrowser } from "../../../../../../src/service/doctor/site/browser/find-browser.js";
import { temporaryFolder } from "../../../../../support/temporary-folder.js";

describe("the browser that doctor looks with", () => {
  it("is the one of --browser before CHROME_PATH, and no other if that is no program", (t) => {
    const folder = temporaryFolder(t);
    const [first, second, text] = ["first", "second", "text"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    for (const path of [first, second, text]) writeFileSync(path, "");
    for (const path of [first, second]) chmodSync(path, 0o755);
    chmodSync(text, 0o644);
    assert.deepEqual(findBrowser(first, { CHROME_PATH: second }), { path: first });
    assert.deepEqual(findBrowser(undefined, { CHROME_PATH: second }), { path: second });
    for (const wrong of [text, folder, "/nowhere"]) {
      assert.deepEqual(findBrowser(wrong, { CHROME_PATH: second }), {
        missing: `--browser is not a program: ${wrong}`,
      });
      assert.deepEqual(findBrowser(undefined, { CHROME_PATH: wrong }), {
        missing: `CHROME_PATH is not a program: ${wrong}`,
      });
    }
  });

  it("is Edge where there is no Chrome", (t) => {
    const folder = temporaryFolder(t);
    const path = join(folder, "microsoft-edge");
    writeFileSync(path, "");
    chmodSync(path, 0o755);
    const none = (): undefined => undefined;
    assert.deepEqual(findBrowser(undefined, { PATH: `/nowhere:${folder}` }, "linux", none), { path });
    for (const platform of ["darwin", "linux", "win32"] as const)
      assert.deepEqual(
        findBrowser(undefined, { PATH: "/nowhere", PROGRAMFILES: "/nowhere" }, platform, none),
        {
          missing: "no Chrome, Chromium or Edge found (set CHROME_PATH)",
        },
      );
  });
});
