import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../../../support/until.js";

/** A desktop without a screen: Xvfb, a session bus, and the bus by which browsers and screen readers talk. */
export interface Desktop {
  folder: string;
  /** The environment of a program that runs there. */
  environment: NodeJS.ProcessEnv;
  /** Starts a program there. It ends with the desktop. */
  run: (program: string, args: readonly string[]) => ChildProcess;
  /** Ends everything that runs there. */
  close: () => Promise<void>;
}

/** A bus that starts no service by itself. */
const busConfiguration = (folder: string): string => `<busconfig>
  <type>session</type>
  <listen>unix:dir=${folder}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>`;

const launcher = "/usr/libexec/at-spi-bus-launcher";

/** @throws Error if a program is missing or ends at once */
export async function startDesktop(): Promise<Desktop> {
  const folder = await mkdtemp(join(tmpdir(), "onegini-otp-login-desktop-"));
  // Also if the test run is aborted.
  const killAll = () => {
    for (const id of processesOf(folder)) kill(id, "SIGKILL");
  };
  process.once("exit", killAll);
  for (const name of ["config", "data", "cache", "runtime"]) mkdirSync(join(folder, name), { mode: 0o700 });

  const environment: NodeJS.ProcessEnv = {
    PATH: process.env["PATH"],
    LANG: "C.UTF-8",
    HOME: folder,
    XDG_CONFIG_HOME: join(folder, "config"),
    XDG_DATA_HOME: join(folder, "data"),
    XDG_CACHE_HOME: join(folder, "cache"),
    XDG_RUNTIME_DIR: join(folder, "runtime"),
    // Settings are read and forgotten, so that no service has to keep them.
    GSETTINGS_BACKEND: "memory",
    GTK_MODULES: "gail:atk-bridge",
    GNOME_ACCESSIBILITY: "1",
    ACCESSIBILITY_ENABLED: "1",
    GDK_BACKEND: "x11",
    LIBGL_ALWAYS_SOFTWARE: "1",
  };
  const run: Desktop["run"] = (program, args) => {
    const child = spawn(program, args, {
      env: environment,
      cwd: folder,
      stdio: ["ignore", "pipe", "ignore"],
    });
    child.once("error", () => undefined);
    return child;
  };
  const desktop: Desktop = {
    folder,
    environment,
    run,
    async close() {
      for (const id of processesOf(folder)) kill(id, "SIGTERM");
      await until(() => processesOf(folder).length === 0, "the desktop's programs to end", 5_000).catch(
        killAll,
      );
      await until(() => processesOf(folder).length === 0, "the desktop's programs to be killed");
      process.off("exit", killAll);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  try {
    // It picks a free display itself.
    const screen = run("Xvfb", ["-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"]);
    environment["DISPLAY"] = `:${await firstLine(screen, "Xvfb")}`;
    const configuration = join(folder, "bus.conf");
    writeFileSync(configuration, busConfiguration(folder));
    const bus = run("dbus-daemon", [
      `--config-file=${configuration}`,
      "--nofork",
      "--nopidfile",
      "--print-address=1",
    ]);
    environment["DBUS_SESSION_BUS_ADDRESS"] = await firstLine(bus, "dbus-daemon");
    run(launcher, ["--launch-immediately"]).stdout?.resume();
    return desktop;
  } catch (error) {
    await desktop.close();
    throw error;
  }
}

async function firstLine(child: ChildProcess, name: string): Promise<string> {
  const text = await Promise.race([
    once(child.stdout!.setEncoding("utf8"), "data").then(([data]) => String(data)),
    once(child, "exit").then(([code]) =>
      Promise.reject(new Error(`${name} ended with ${code} before it was ready.`)),
    ),
    once(child, "error").then(([error]) => Promise.reject(error as Error)),
  ]);
  child.stdout!.resume();
  return text.trim();
}

/** The processes that have the folder in their environment: those that were started there, and those that they started. */
const processesOf = (folder: string): number[] =>
  readdirSync("/proc")
    .map(Number)
    .filter((id) => id > 0 && id !== process.pid && environmentOf(id).includes(`HOME=${folder}`));

function environmentOf(id: number): string {
  try {
    return readFileSync(`/proc/${id}/environ`, "utf8");
  } catch {
    // It has ended.
    return "";
  }
}

function kill(id: number, signal: NodeJS.Signals): void {
  try {
    process.kill(id, signal);
  } catch {
    // It has ended.
  }
}
