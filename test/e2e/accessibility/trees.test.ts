import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { sceneNames, type SceneName } from "./support/scenes.js";
import { stages } from "./support/stage.js";
import { exposedReading, snapshotReading } from "./support/tree.js";

/**
 * What assistive technology is given, a file a scene, to be read by a person. A change that is meant is written with
 * `WRITE_SNAPSHOTS=1 npm test -- test/e2e/accessibility`, and read before it is committed.
 */
const folder = new URL("snapshots/", import.meta.url);
const isWriting = process.env["WRITE_SNAPSHOTS"] === "1";
const fileOf = (name: SceneName): string => `${name.replaceAll(/[^a-z]+/g, "-")}.txt`;

describe("The accessibility tree", () => {
  const { open } = stages();

  for (const name of sceneNames) {
    it(`is as it was read: ${name}`, async () => {
      const { page } = await open(name);
      const element = page.locator("onegini-otp-login");
      const tree = `${await element.ariaSnapshot()}\n`.replaceAll(/otp=\S+/g, "otp=…");
      const file = new URL(fileOf(name), folder);
      if (isWriting) {
        await mkdir(folder, { recursive: true });
        await writeFile(file, tree);
      }
      assert.equal(tree, await readFile(file, "utf8"), fileURLToPath(file));

      // Behind a dialog there is nothing, for the browser: the rest of the page is inert.
      const dialog = page.getByRole("dialog");
      const isModal = await dialog.isVisible();
      const expected = await snapshotReading(isModal ? dialog : element);
      assert.deepEqual(await exposedReading(page, isModal ? "dialog" : "region"), expected);
    });
  }

  it("has no snapshot of what is not there any more", async () => {
    const wanted = sceneNames.map(fileOf).sort();
    if (isWriting) {
      const spare = (await readdir(folder)).filter((file) => !wanted.includes(file));
      await Promise.all(spare.map((file) => rm(new URL(file, folder))));
    }
    assert.deepEqual((await readdir(folder)).sort(), wanted);
  });
});
