import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageFolder } from "../process/package-folder.js";
import { onReloadSignal } from "../serve/reload-signal.js";

/** The version of this package. */
export const readVersion = (): string => {
  const text = readFileSync(join(packageFolder, "package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
};

/** Exits quietly with 141 when the reader of the output has ended, such as `head`. Node ignores SIGPIPE, which has this code. */
export function endWithReader(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(141);
      throw error;
    });
}

function goOnWithoutReader(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
}

/** The command `serve`. */
export async function runServe(args: readonly string[]): Promise<void> {
  // Imported here, because the other commands need none of its libraries.
  const loading = import("../serve/serve-command.js");
  const starting = loading.then(({ serve }) => serve(args, process.env, readVersion()));
  // Before anything else: without a listener the signal ends the process.
  onReloadSignal(() => void starting.then((service) => service?.rereadSecrets()).catch(() => undefined));
  await starting;
}

/** The command `doctor`. */
export async function runDoctor(args: readonly string[]): Promise<void> {
  // The report is still written.
  if (args.some((arg) => /^--report(=|$)/.test(arg))) goOnWithoutReader();
  else endWithReader();
  // As in `runServe`.
  const { doctor } = await import("../doctor/doctor-command.js");
  const stop = new AbortController();
  process.exitCode = await doctor(args, process.env, {
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    version: readVersion(),
    stop: stop.signal,
    // Until then a signal ends the process at once, as usual: a handler would have to wait for the checks that run.
    onCode: () => process.once("SIGINT", () => stop.abort()).once("SIGTERM", () => stop.abort()),
  });
}

/** The command `audit`. */
export async function runAudit(args: readonly string[]): Promise<void> {
  endWithReader();
  // As in `runServe`.
  const { audit } = await import("../audit/audit-command.js");
  process.exitCode = await audit(args, {
    stdin: process.stdin,
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
  });
}
