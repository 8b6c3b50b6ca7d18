import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, describe, test } from "node:test";
import { freePort } from "../../support/services/free-port.js";
import { until } from "../../support/until.js";

/**
 * The drills of docs/runbook.md, in their order and as the page writes them: each line is typed into one bash, and prints what
 * its comment says. A Prometheus reads the real metrics with the real rules, and after each fault it has the drill's alert, and no
 * other.
 */

interface Drill {
  heading: string;
  lines: { command: string; prints: string | undefined }[];
}

const [, page = ""] = /^## Drills\n([^]*)/m.exec(readFileSync("docs/runbook.md", "utf8")) ?? [];
const drills: Drill[] = page.split(/^### /m).map((section) => {
  const [, listing = ""] = /^```sh\n([^]*?)^```$/m.exec(section) ?? [];
  const lines = listing
    .trim()
    .split("\n")
    .map((line) => {
      const [command = "", prints] = line.split(/ +# /);
      return { command, prints };
    });
  return { heading: section.split("\n")[0] ?? "", lines };
});
const [start, ...others] = drills;
const [end, ...faults] = others.reverse();

/** The package in a folder, as npm installs it. */
function install(folder: string): void {
  mkdirSync(join(folder, "node_modules", ".bin"), { recursive: true });
  symlinkSync(resolve("."), join(folder, "node_modules", "onegini-otp-login"));
  const command = `#!/bin/sh\nexec "${process.execPath}" "${resolve("dist/command/cli.js")}" "$@"\n`;
  writeFileSync(join(folder, "node_modules", ".bin", "onegini-otp-login"), command, { mode: 0o755 });
}

describe("the drills of the runbook", () => {
  let type: (command: string) => Promise<string>;
  let prometheus: string;
  const ends: (() => unknown)[] = [];
  after(async () => {
    for (const each of ends.reverse()) await each();
  });

  const run = async ({ lines }: Drill): Promise<void> => {
    for (const { command, prints } of lines) {
      const printed = await type(command);
      if (prints !== undefined) assert.ok(printed.includes(prints), `${command}\n${printed}`);
    }
  };

  /** The alerts that Prometheus has, but those of a machine that is busy. */
  const alerts = async (): Promise<string[]> => {
    const answer = await fetch(`${prometheus}/api/v1/alerts`);
    const { data } = (await answer.json()) as { data: { alerts: { labels: { alertname: string } }[] } };
    const names = data.alerts.map(({ labels }) => labels.alertname);
    return [...new Set(names)].filter((name) => name !== "LoginEventLoopSlow").sort();
  };

  before(async () => {
    const folder = mkdtempSync(join(tmpdir(), "onegini-otp-login-drill-"));
    ends.push(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
    install(folder);
    const names = ["PUBLIC", "INTERNAL", "TOKEN_SERVER", "RELAY", "REDIS", "PROMETHEUS"];
    const ports: Record<string, string> = {};
    for (const name of names) ports[`${name}_PORT`] = String(await freePort());
    prometheus = `http://127.0.0.1:${ports["PROMETHEUS_PORT"]}`;

    const bash = spawn("bash", ["--noprofile", "--norc"], {
      cwd: folder,
      env: { ...process.env, ...ports },
      stdio: ["pipe", "pipe", "inherit"],
      // A group of its own, with all that it starts.
      detached: true,
    });
    const ended = new Promise((resolve) => bash.once("close", resolve));
    const kill = (): void => {
      try {
        process.kill(-(bash.pid ?? NaN), "SIGKILL");
      } catch {
        // It has ended.
      }
    };
    process.once("exit", kill);
    bash.stdin.on("error", () => undefined);
    ends.push(async () => {
      kill();
      await ended;
      process.off("exit", kill);
    });
    let printed = "";
    bash.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));
    let typed = 0;
    type = async (command) => {
      printed = "";
      const mark = `typed-${(typed += 1)}`;
      bash.stdin.write(`${command}\necho ${mark}\n`);
      const isDone = (): boolean =>
        printed.includes(`${mark}\n`) || bash.exitCode !== null || bash.signalCode !== null;
      await until(isDone, command, 60_000).catch((error: unknown) => {
        // It would read no further line either.
        kill();
        assert.fail(`${String(error)}\n${printed}`);
      });
      return printed;
    };
    await type("exec 2>&1");
    const { lines = [] } = start ?? {};
    await run({ heading: "", lines: lines.filter(({ command }) => !command.startsWith("npm install")) });
    await until(async () => (await alerts()).length === 0, "no alert at the beginning", 60_000);
  });

  for (const { heading, lines } of faults.reverse())
    test(heading, async () => {
      const had = await alerts();
      const raised = new Set<string>();
      const look = async (): Promise<void> => {
        for (const name of await alerts()) if (!had.includes(name)) raised.add(name);
      };
      for (const line of lines) {
        await run({ heading, lines: [line] });
        // Some end soon after their fault.
        await look();
      }
      const expected = lines.flatMap(({ command }) => /^alert (\w+)/.exec(command)?.[1] ?? []);
      const isThere = async (): Promise<boolean> => {
        await look();
        return expected.every((name) => raised.has(name));
      };
      await until(isThere, expected.join());
      assert.deepEqual([...raised], expected);
    });

  test("the end leaves nothing running", async () => {
    await run(end ?? assert.fail());
    await type("wait");
    await assert.rejects(fetch(prometheus));
  });
});
