import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { temporaryFolder } from "../../../../../support/temporary-folder.js";
import { until } from "../../../../../support/until.js";
import { runSite } from "../../running-site.js";

/** The processes whose temporary files lie in a folder: doctor's, its browser's and what runs beside it. */
const processesOf = (folder: string): string[] =>
  readdirSync("/proc").filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/environ`, "utf8").includes(folder);
    } catch {
      return false;
    }
  });

const runs = Number(process.env["RUNS"] ?? 8);

describe("doctor leaves no process and no folder when it is ended", () => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGKILL"] as const)
    it(`by ${signal} at any time`, async (t) => {
      const page = await runSite(t, {});
      for (let run = 0; run < runs; run++) {
        const folder = temporaryFolder(t);
        const doctor = spawn(
          process.execPath,
          ["--import", "tsx", "src/service/command/cli.ts", "doctor", "--site", page, "--no-sandbox"],
          { stdio: "ignore", env: { ...process.env, TMPDIR: folder } },
        );
        const ended = once(doctor, "exit");
        // From before the browser starts until the visit is over.
        await Promise.race([ended, delay(400 + Math.random() * 2500)]);
        doctor.kill(signal);
        await ended;
        await until(() => processesOf(folder).length === 0, "all processes to end");
        // `tsx` has a folder of its own there.
        assert.deepEqual(
          readdirSync(folder).filter((name) => !name.startsWith("tsx-")),
          [],
        );
      }
    });
});
