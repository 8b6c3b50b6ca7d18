import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** What the tests start by themselves, each on ports of its own: the program and Debian's package. */
const services = [
  { program: "redis-server", package: "redis-server" },
  { program: "redis-cli", package: "redis-tools" },
  { program: "valkey-server", package: "valkey-server" },
  { program: "valkey-cli", package: "valkey-tools" },
  { program: "nginx", package: "nginx" },
  { program: "haproxy", package: "haproxy" },
  { program: "openssl", package: "openssl" },
  { program: "faketime", package: "faketime" },
] as const;

/** Daemons are often outside of a user's path. */
const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"];

const isThere = (program: string): boolean => folders.some((folder) => existsSync(join(folder, program)));

const missing = (): string[] => services.filter(({ program }) => !isThere(program)).map((it) => it.package);

/**
 * Sees to it that Redis, Valkey, nginx, HAProxy, OpenSSL and libfaketime are installed. Where one is missing it installs Debian's,
 * when root. No step asks a question, and nothing is started.
 * @throws Error that says how to install by hand what is missing
 */
export function ensureServices(): void {
  if (missing().length > 0) installDebian(missing());
  const packages = missing();
  if (packages.length === 0) return;
  throw new Error(
    `The tests need what is not installed here. On Debian: apt-get install ${packages.join(" ")}`,
  );
}

function installDebian(packages: string[]): void {
  if (process.getuid?.() !== 0 || spawnSync("apt-get", ["--version"]).status !== 0) return;
  console.log(`Not here: ${packages.join(", ")}. Installing Debian's.`);
  run("apt-get", "update", "-q");
  run("apt-get", "install", "-y", "-q", "--no-install-recommends", ...packages);
}

/** `RUNLEVEL=1` keeps Debian's packages from starting their own service. */
const run = (command: string, ...args: string[]): void =>
  void spawnSync(command, args, {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" },
  });
