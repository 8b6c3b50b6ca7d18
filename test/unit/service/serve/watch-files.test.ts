import assert from "node:assert/strict";
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { settledFiles, watchFiles } from "../../../../src/service/serve/watch-files.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import { until } from "../../../support/until.js";

/** What was in a file each time when it was read; undefined: it was not there. */
function readings(t: TestContext, path: string, isRight: (text: string | undefined) => boolean = () => true) {
  const texts: (string | undefined)[] = [];
  const end = watchFiles([path], (read) => {
    let text: string | undefined;
    try {
      text = read(path);
    } catch {
      // It is not there.
    }
    texts.push(text);
    return Promise.resolve(isRight(text));
  });
  t.after(end);
  return { texts, end };
}

// Side by side: they wait.
describe("A watched file", { concurrency: true }, () => {
  test("is read once after the start, and then when it is written, replaced, or in another folder of a mount", async (t) => {
    const folder = temporaryFolder(t);
    // As Kubernetes mounts a secret: the link `..data` changes, the path of the file does not.
    const mount = (version: string): void => {
      mkdirSync(join(folder, `..${version}`));
      writeFileSync(join(folder, `..${version}`, "secret"), version);
      symlinkSync(`..${version}`, join(folder, "..new"));
      renameSync(join(folder, "..new"), join(folder, "..data"));
    };
    mount("first");
    const path = join(folder, "secret");
    symlinkSync(join("..data", "secret"), path);
    const { texts } = readings(t, path);
    const isRead = (text: string) => until(() => texts.at(-1) === text, text);
    await isRead("first");

    mount("second");
    await isRead("second");
    mount("third");
    await isRead("third");
    writeFileSync(path, "in place");
    await isRead("in place");
    writeFileSync(join(folder, "next"), "replaced");
    renameSync(join(folder, "next"), path);
    await isRead("replaced");
    assert.deepEqual(texts, ["first", "second", "third", "in place", "replaced"]);
  });

  test("is not read while it is being written, or gone for a moment", async (t) => {
    const path = join(temporaryFolder(t), "secret");
    writeFileSync(path, "before");
    const { texts } = readings(t, path);
    await until(() => texts.length === 1, "the first reading");
    writeFileSync(path, "");
    for (const text of ["a", "ab", "abc"]) {
      // How far apart a slow writer writes.
      await new Promise((resolve) => setTimeout(resolve, 400));
      writeFileSync(path, text);
    }
    rmSync(path);
    writeFileSync(path, "whole");
    await until(() => texts.length > 1, "the second reading");
    assert.deepEqual(texts, ["before", "whole"]);
  });

  test("is read again after a while if something was wrong, as the cause may be elsewhere", async (t) => {
    const path = join(temporaryFolder(t), "secret");
    writeFileSync(path, "same");
    let tries = 0;
    const { texts, end } = readings(t, path, () => ++tries === 2);
    await until(() => texts.length === 2, "the second reading");
    end();
    assert.deepEqual(texts, ["same", "same"]);
  });

  test("is used as two looks have found it, also if it is being written when it is read", async (t) => {
    const path = join(temporaryFolder(t), "secret");
    writeFileSync(path, "whole");
    const used = new Promise<string>((resolve) => {
      const end = watchFiles([path], (read) => {
        // The next one is being written.
        writeFileSync(path, "");
        resolve(read(path));
        return Promise.resolve(true);
      });
      t.after(end);
    });
    assert.equal(await used, "whole");
  });

  test("is waited for on a signal, too, while it is being written", async (t) => {
    const path = join(temporaryFolder(t), "secret");
    writeFileSync(path, "");
    const reading = settledFiles([path]);
    for (const text of ["a", "ab", "whole"]) {
      // How far apart a writer writes.
      await new Promise((resolve) => setTimeout(resolve, 50));
      writeFileSync(path, text);
    }
    assert.equal((await reading)(path), "whole");
  });
});
