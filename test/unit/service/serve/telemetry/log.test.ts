import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, it } from "node:test";
import { createLog, createTimestamp, logEvent } from "../../../../../src/service/serve/telemetry/log.js";

const logged = (kind: "json" | "pretty", log: (to: ReturnType<typeof createLog>) => void): string => {
  let text = "";
  log(createLog(kind, { write: (line) => void (text += line) }));
  return text;
};

describe("The log of serve", () => {
  const event = { type: "attempt_started", level: "info", attempt: "a", durationMs: 3 } as const;

  it("has one line of JSON for an event", () => {
    const text = logged("json", (log) => logEvent(log, event));
    assert.match(text, /^[^\n]*\n$/);
    const { time, ...rest } = JSON.parse(text) as Record<string, string>;
    assert.deepEqual(rest, { level: "info", event: "attempt_started", attempt: "a", durationMs: 3 });
    assert.match(time ?? "", /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  it("has the instant of each line, also if the clock is set back", () => {
    const newYear = Date.UTC(2027, 0, 1);
    let now = newYear;
    const timestamp = createTimestamp(() => now);
    for (const after of [-1, 0, 7, 999, 1_000, 59_999, 60_000, 45, -1_045]) {
      now = newYear + after;
      assert.equal(timestamp(), `,"time":"${new Date(now).toISOString()}"`);
    }
  });

  it("loses no line of a process that ends in the same turn", () => {
    const script = `
      import { createLog } from ${JSON.stringify(import.meta.resolve("../../../../../src/service/serve/telemetry/log.ts"))};
      const log = createLog("json");
      log.info("first");
      log.info("last");
      process.exit(3);`;
    const { status, stdout } = spawnSync(
      process.execPath,
      ["--import", "tsx", "--input-type=module", "--eval", script],
      { encoding: "utf8" },
    );
    assert.equal(status, 3);
    const events = stdout.trimEnd().split("\n");
    const told = events.map((line) => (JSON.parse(line) as { event: string }).event);
    assert.deepEqual(told, ["first", "last"]);
  });

  it("has of an error name, message, stack and cause, and not its members, where libraries keep commands", () => {
    const cause = Object.assign(new Error("refused"), { command: ["AUTH", "hidden-password"] });
    const error = Object.assign(new Error("no store", { cause }), { url: "redis://:hidden-password@r" });
    const trouble = {
      type: "store_trouble",
      level: "error",
      operation: "x",
      failures: 1,
      durationMs: 0,
    } as const;
    const text = logged("json", (log) => logEvent(log, { ...trouble, error }));
    assert.doesNotMatch(text, /hidden-password/);
    const line = JSON.parse(text) as {
      error: { message: string; stack: string; cause: { message: string } };
    };
    assert.deepEqual([line.error.message, line.error.cause.message], ["no store", "refused"]);
    assert.match(line.error.stack, /^Error: no store\n/);
  });

  it("has no control character of an error, in either kind", () => {
    const error = new Error("no\u001b[2J\u007f\u009b2J store", { cause: new Error("a\u009bb") });
    const trouble = { type: "internal_error", level: "error", operation: "x" } as const;
    for (const kind of ["json", "pretty"] as const) {
      const text = logged(kind, (log) => logEvent(log, { ...trouble, error }));
      assert.doesNotMatch(text.replace(/\n/g, ""), /\p{Cc}/u);
      assert.match(text, /no \[2J +2J store/);
    }
  });

  it("is a line for people with pretty", () => {
    const text = logged("pretty", (log) => logEvent(log, event));
    assert.match(text, /INFO.*attempt_started .*"attempt":"a"/);
  });
});
