import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { helpText } from "../../../../src/service/serve/help-text.js";
import { settingNames, settingOf } from "../../../../src/service/settings/setting-list.js";

const guide = readFileSync(new URL("../../../../docs/serve.md", import.meta.url), "utf8");

describe("The settings of serve", () => {
  it("each have a row in the guide, with the mark of a secret", () => {
    const [, section = ""] = guide.split("\n## Settings\n");
    const [, table = ""] = section.split(/\n\| setting .*\n\|[ |-]*\n/);
    const rows = [...(table.split("\n\n")[0] ?? "").matchAll(/^\| `([a-z-]+)`( ◆)?/gm)];
    const names = rows.map(([, name]) => name);
    assert.deepEqual(names, settingNames);
    for (const [, name = "", mark] of rows)
      assert.equal(mark !== undefined, settingOf(name as never).isSecret === true, name);
  });

  it("are explained by --help, in lines of at most 120 characters", () => {
    const flags = [...helpText.matchAll(/^ {2}--(\S+)/gm)].map(([, flag]) => flag);
    const inFlags = settingNames.filter((name) => !settingOf(name).isInFileOnly);
    assert.deepEqual(flags, [...inFlags, "config", "check", "compatible-with", "health"]);
    for (const line of helpText.split("\n")) assert.ok(line.length <= 120, line);
    assert.match(helpText, /^Examples:\n {2}npx onegini-otp-login serve /m);
  });
});
