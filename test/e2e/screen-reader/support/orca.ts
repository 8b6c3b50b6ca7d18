import { once } from "node:events";
import { closeSync, mkdirSync, openSync, readSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../../../support/until.js";
import type { Desktop } from "./desktop.js";

/** A running Orca. */
export interface Orca {
  version: string;
  /** What it has said so far, in order. */
  said: () => readonly string[];
}

/**
 * Starts Orca without a synthesizer: its debug file has each text that one would be given to say.
 * @throws Error if it does not get ready
 */
export async function startOrca(desktop: Desktop): Promise<Orca> {
  const version = await versionOf(desktop);
  const file = join(desktop.folder, "orca.txt");
  closeSync(openSync(file, "w"));
  const preferences = join(String(desktop.environment["XDG_DATA_HOME"]), "orca");
  mkdirSync(preferences);
  // Otherwise a line is in the file only when many more have followed.
  writeFileSync(
    join(preferences, "orca-customizations.py"),
    "from orca import debug\ndebug.debugFile.reconfigure(line_buffering=True)\n",
  );
  // No speech service, no sound.
  desktop.environment["SPEECHD_CMD"] = "/nonexistent";
  const child = desktop.run("orca", ["--debug-file", file, "--disable", "braille"]);
  child.stdout?.resume();

  const descriptor = openSync(file, "r");
  child.once("exit", () => closeSync(descriptor));
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(1 << 20);
  let rest = "";
  let isReady = false;
  const said: string[] = [];
  const read = (): void => {
    if (child.exitCode !== null) throw new Error(`Orca ended with ${child.exitCode}.`);
    for (let count: number; (count = readSync(descriptor, buffer)) > 0;)
      rest += decoder.decode(buffer.subarray(0, count), { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      isReady ||= line.includes("ORCA: Initialized") || line.includes("Screen reader on");
      const text = /SPEECH OUTPUT: '(.*)' ?(?:\{.*)?$/.exec(line)?.[1];
      if (text !== undefined) said.push(text.trim());
    }
  };
  await until(() => {
    read();
    return isReady;
  }, "Orca");
  return {
    version,
    said() {
      read();
      return said;
    },
  };
}

async function versionOf(desktop: Desktop): Promise<string> {
  const child = desktop.run("orca", ["--version"]);
  let text = "";
  child.stdout?.setEncoding("utf8").on("data", (part: string) => (text += part));
  await once(child, "close");
  return /[\d.]+/.exec(text)?.[0] ?? "";
}
