import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  closeSync,
  constants,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
  symlinkSync,
  rmSync,
  mkdirSync,
} from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { AuditFile } from "../../../../../src/service/serve/audit/audit-file.js";
import { temporaryFolder } from "../../../../support/temporary-folder.js";
import { until } from "../../../../support/until.js";

/** A file of the audit, and what it said of its troubles. */
async function open(t: TestContext, to: string, now?: () => number) {
  const told: string[] = [];
  let lost = 0;
  const file = await AuditFile.open(
    to,
    {
      onFailure: (error) => told.push(`failed ${(error as NodeJS.ErrnoException).code ?? ""}`),
      onRecovery: () => told.push("recovered"),
      onLost: (lines) => (lost += lines),
    },
    now,
  );
  t.after(() => file.close());
  return { file, told, lost: () => lost };
}

const line = (text: string | number): string => `{"line":"${text}"}\n`;

describe("the file of the audit", () => {
  test("is for its owner alone, and is added to", async (t) => {
    const path = join(temporaryFolder(t), "audit.log");
    for (const text of ["one", "two"]) {
      const { file } = await open(t, path);
      file.write(line(text));
      await file.close();
    }
    assert.equal(readFileSync(path, "utf8"), line("one") + line("two"));
    assert.equal(statSync(path).mode & 0o777, 0o600);
  });

  test("is a new one after its old one was renamed, and each line is in one of them", async (t) => {
    const path = join(temporaryFolder(t), "audit.log");
    const { file } = await open(t, path);
    file.write(line(0));
    await until(() => statSync(path).size > 0, "the first line");
    renameSync(path, `${path}.1`);
    file.write(line(1));
    void file.reopen();
    file.write(line(2));
    const written = [line(0), line(1), line(2)];
    await until(() => {
      written.push(line(written.length));
      file.write(written.at(-1) ?? "");
      return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0;
    }, "the new file");
    await file.close();
    assert.equal(readFileSync(`${path}.1`, "utf8") + readFileSync(path, "utf8"), written.join(""));
  });

  test("that cannot be made anew is tried again, and meanwhile the old one is written, but not ready", async (t) => {
    const folder = temporaryFolder(t);
    const place = join(folder, "logs");
    mkdirSync(place);
    const path = join(place, "audit.log");
    const { file, told } = await open(t, path);
    renameSync(place, join(folder, "away"));
    void file.reopen();
    await until(() => told.length > 0, "the failure");
    file.write(line("one"));
    await until(
      () => readFileSync(join(folder, "away", "audit.log"), "utf8") === line("one"),
      "the old file",
    );
    assert.equal(file.isWritten, false);
    mkdirSync(place);
    await until(() => {
      file.write(line("two"));
      return file.isWritten;
    }, "the new file");
    assert.deepEqual(told, ["failed ENOENT", "recovered"]);
  });

  test("that is full keeps a bounded queue, says so, and writes it once there is room", async (t) => {
    const path = join(temporaryFolder(t), "audit.log");
    symlinkSync("/dev/full", path);
    const { file, told, lost } = await open(t, path);
    file.write(line("first"));
    await until(() => !file.isWritten, "the full disk");
    assert.equal(told[0], "failed ENOSPC");
    assert.equal(lost(), 0);
    rmSync(path);
    void file.reopen();
    await until(() => file.isWritten, "room");
    assert.equal(readFileSync(path, "utf8"), line("first"));
    assert.deepEqual(
      told.filter((each) => each === "recovered"),
      ["recovered"],
    );
  });

  test("counts what its queue has no room for", async (t) => {
    const { file, lost } = await open(t, "/dev/full");
    const long = line("x".repeat(1000));
    for (let count = 0; count < 1100; count++) file.write(long);
    const most = Math.floor((1024 * 1024) / long.length);
    // Some lines are written together.
    assert.ok(lost() >= 1100 - most && lost() < 1150 - most, String(lost()));
    await file.close();
    assert.equal(lost(), 1100, "and what is left at the end");
    file.write(long);
    assert.equal(lost(), 1101);
  });

  test("that takes nothing blocks nobody, and counts as not written after five seconds", async (t) => {
    const path = join(temporaryFolder(t), "audit.pipe");
    execFileSync("mkfifo", [path]);
    const reader = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    t.after(() => closeSync(reader));
    let now = 0;
    const { file, told, lost } = await open(t, path, () => now);
    for (let count = 0; count < 1000; count++) file.write(line("x".repeat(200)));
    assert.equal(file.isWritten, true);
    now = 5_001;
    assert.equal(file.isWritten, false);
    assert.deepEqual([told, lost()], [[], 0]);
    const buffer = Buffer.alloc(1024 * 1024);
    await until(() => {
      try {
        readSync(reader, buffer);
      } catch {
        // There is nothing at the moment.
      }
      return file.isWritten;
    }, "a reader");
  });

  test("that was deleted is noticed without SIGHUP, and made anew; one that was renamed too, which is no fault", async (t) => {
    const path = join(temporaryFolder(t), "audit.log");
    const { file, told } = await open(t, path);
    renameSync(path, `${path}.1`);
    await until(() => existsSync(path), "the file after its renaming");
    // It is there before lines go to it. A deletion in between loses nothing, and is none.
    await until(() => {
      file.write(line("zero"));
      return readFileSync(path, "utf8") !== "";
    }, "a line in it");
    assert.deepEqual(told, []);
    rmSync(path);
    await until(() => existsSync(path) && file.isWritten, "the file after its deletion");
    assert.equal(told.length, 2);
    assert.match(told[0] ?? "", /^failed/);
    file.write(line("one"));
    await file.close();
    assert.ok(readFileSync(path, "utf8").endsWith(line("one")));
  });

  test("is opened by one thread at a time, however often SIGHUP comes", async (t) => {
    const path = join(temporaryFolder(t), "audit.pipe");
    execFileSync("mkfifo", [path]);
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const { file, told } = await open(t, path);
    closeSync(reader);
    await Promise.all(Array.from({ length: 5 }, () => file.reopen()));
    assert.deepEqual(told, ["failed ENXIO"], "one for all");
    const another = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    t.after(() => closeSync(another));
    await until(() => file.isWritten, "a reader");
  });

  test("that cannot be opened is an error", async (t) => {
    const folder = temporaryFolder(t);
    const pipe = join(folder, "audit.pipe");
    execFileSync("mkfifo", [pipe]);
    await assert.rejects(open(t, pipe), { code: "ENXIO" }, "A pipe that nobody reads would never open.");
    await assert.rejects(open(t, join(folder, "missing", "audit.log")), { code: "ENOENT" });
    await assert.rejects(open(t, folder), { code: "EISDIR" });
  });
});
