import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import semver from "semver";
import { compatibilityWith } from "../../../../src/service/serve/compatible-with.js";
import { storedFormats } from "../../../../src/service/serve/stored-formats.js";

const ask = (other: string, version = "0.2.3") => compatibilityWith(other, version);

describe("serve --compatible-with", () => {
  test("says that nothing is lost beside a version with the same formats, and exits with 0", () => {
    for (const other of ["0.2.0", "0.2.1", "v0.2.3"]) {
      const { text, exitCode } = ask(other);
      assert.equal(exitCode, 0, text);
      assert.equal(text.match(/Both read both\. Nothing is lost\./g)?.length, 4);
      assert.match(text, /^Replace one process after the other: no login is lost\.$/m);
    }
  });

  test("says who loses what beside a version with other formats, and what to do, and exits with 1", () => {
    for (const other of ["0.1.0", "0.1.9", "0.1.0-rc.1"]) {
      const { text, exitCode } = ask(other);
      assert.equal(exitCode, 1);
      assert.match(text, /^onegini-otp-login 0\.2\.3 \(unknown\) beside 0\.1\./);
      for (const line of [
        /^ {2}attempt: .* writes no format, 0\.2\.3 format 1\. Open pages show a new code /m,
        /^ {2}limit: .*429/m,
        /^ {2}pause: .*pause and resume at a process of each\.$/m,
        /^ {2}mark: .*everybody is asked for the number once\./m,
        /^Do not replace one process after the other\. .*redis-prefix/m,
      ])
        assert.match(text, line);
    }
  });

  test("says that it does not know a version that is newer, older than all, or none, and exits with 2", () => {
    for (const other of ["0.3.0", "1.0.0", "0.0.9", "latest", "", "1.2"]) {
      const { text, exitCode } = ask(other);
      assert.equal(exitCode, 2, other);
      assert.ok(text.includes(other), text);
    }
    assert.match(ask("0.3.0").text, /Ask it: serve --compatible-with 0\.2\.3/);
  });
});

test("the table of formats goes from the first version to the one that the waiting changes lead to", () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  const waiting = readdirSync(".changeset")
    .filter((name) => name.endsWith(".md"))
    .map((name) => readFileSync(`.changeset/${name}`, "utf8"));
  const kind = (["major", "minor", "patch"] as const).find((each) =>
    waiting.some((text) => text.includes(`"onegini-otp-login": ${each}`)),
  );
  const next = kind ? (semver.inc(version, kind) ?? assert.fail()) : version;
  const versions = storedFormats.map(({ since }) => since);
  assert.deepEqual(versions, semver.sort([...versions]));
  assert.ok(semver.lte(versions.at(-1) ?? "", next), `${versions.at(-1)} comes after ${next}`);
  assert.ok(semver.gte(next, versions.at(-1) ?? ""));
});
