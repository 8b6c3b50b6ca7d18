import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { sceneNames, type SceneName, stages } from "./support/scenes.js";
import { exposedReading, snapshotReading } from "./support/assistive-technology.js";

/**
 * The tree that assistive technology is given in each scene; a file for each phase or device. After an intended change,
 * write them with `npm test -- --write test/e2e/accessibility/trees.test.ts` and read the difference.
 */
const folder = new URL("snapshots/", import.meta.url);
const isWriting = process.env["WRITE_SNAPSHOTS"] === "1";
/** In a file, each scene follows its name, with an empty line between scenes. */
const fileOf = (name: SceneName): string => `${name.split(/[ ,]/)[0]}.txt`;
const heading = (name: string): string => `# ${name}\n`;

describe("The accessibility tree", () => {
  const { open } = stages();
  const written = new Map<string, string>();
  const seen = new Map<string, string>();

  before(async () => {
    if (isWriting) return;
    for (const file of await readdir(folder))
      for (const part of (await readFile(new URL(file, folder), "utf8")).split(/\n(?=# )/))
        written.set(part.slice(2, part.indexOf("\n")), part.slice(part.indexOf("\n") + 1));
  });
  after(async () => {
    if (!isWriting) return;
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder);
    for (const file of new Set(sceneNames.map(fileOf))) {
      const scenes = sceneNames.filter((name) => fileOf(name) === file);
      const text = scenes.map((name) => heading(name) + seen.get(name)).join("\n");
      await writeFile(new URL(file, folder), text);
    }
  });

  for (const name of sceneNames) {
    it(`matches its snapshot: ${name}`, async () => {
      const { page } = await open(name);
      const element = page.locator("onegini-otp-login");
      const tree = `${await element.ariaSnapshot()}\n`.replaceAll(/otp=\S+/g, "otp=…");
      seen.set(name, tree);
      if (!isWriting) assert.equal(tree, written.get(name), fileOf(name));

      // While a modal dialog is open, the browser exposes nothing else: the rest of the page is inert.
      const dialog = page.getByRole("dialog");
      const isModal = await dialog.isVisible();
      const expected = await snapshotReading(isModal ? dialog : element);
      assert.deepEqual(await exposedReading(page, isModal ? "dialog" : "region"), expected);
    });
  }

  it("has a snapshot for every scene and no others", () => {
    if (!isWriting) assert.deepEqual([...written.keys()].sort(), sceneNames.toSorted());
  });
});
