import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { TestContext } from "node:test";
import { freePort } from "../../../support/services/free-port.js";
import { until } from "../../../support/until.js";

const files = "docs/serve/prometheus";

/** What a Prometheus with the files of docs/serve/ asks. */
interface Asked {
  /** The internal ports of `serve`, as `host:port`. */
  targets: readonly string[];
  secret: string;
  /** Default: as in the file. */
  scrapeSeconds?: number;
}

/** The scrape configuration, with only its lines marked as the site's replaced. */
function configurationFor({ targets, scrapeSeconds = 15 }: Asked, secretFile: string): string {
  const replaced: [RegExp, string][] = [
    [/^( *credentials_file: ).* # yours$/m, `$1${secretFile}`],
    [/^( *- targets: ).* # yours$/m, `$1${JSON.stringify(targets)}`],
    [/^( *scrape_interval: )15s$/m, `$1${scrapeSeconds}s`],
    [/^(rule_files: )\[alerts\.yaml\]$/m, `$1["${resolve(files, "alerts.yaml")}"]`],
  ];
  return replaced.reduce(
    (text, [line, by]) => {
      assert.match(text, line);
      return text.replace(line, by);
    },
    readFileSync(join(files, "prometheus.yaml"), "utf8"),
  );
}

/** Starts it. `api` asks its API, such as for `query?query=up`. */
export async function startPrometheus(
  t: Pick<TestContext, "after">,
  asked: Asked,
): Promise<{ api: (path: string) => Promise<unknown> }> {
  const directory = mkdtempSync(join(tmpdir(), "onegini-otp-login-prometheus-"));
  const [configuration, secretFile] = [join(directory, "prometheus.yaml"), join(directory, "secret")];
  writeFileSync(secretFile, asked.secret);
  writeFileSync(configuration, configurationFor(asked, secretFile));

  const port = await freePort();
  const prometheus = spawn(
    "prometheus",
    [
      ...["--config.file", configuration, "--storage.tsdb.path", join(directory, "data")],
      ...["--web.listen-address", `127.0.0.1:${port}`],
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  let said = "";
  prometheus.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  prometheus.on("error", () => (said = "prometheus is missing. On Debian: apt-get install prometheus"));
  const ended = new Promise((resolve) => prometheus.once("close", resolve));
  t.after(async () => {
    prometheus.kill("SIGKILL");
    await ended;
    rmSync(directory, { recursive: true });
  });
  const isReady = (): Promise<boolean> =>
    fetch(`http://127.0.0.1:${port}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  await until(isReady, "Prometheus", 60_000).catch(() => assert.fail(said));
  const get = async (path: string): Promise<unknown> =>
    (await fetch(`http://127.0.0.1:${port}/api/v1/${path}`)).json();
  return { api: get };
}
