import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import {
  engineTitles,
  findChromium,
  findFirefox,
  findWebKit,
  isInstalled,
  type EngineName,
} from "./find-engines.js";

interface Tool {
  title: string;
  isInstalled: () => boolean;
  /** Debian's packages. */
  packages: string[];
  /** What to do on other systems. */
  advice?: string;
}

const engineTools: Record<EngineName, Tool> = {
  chromium: {
    title: engineTitles.chromium,
    isInstalled: () => findChromium() !== undefined,
    packages: ["chromium"],
    advice: "install Chrome, Chromium or Edge, or set CHROME_PATH to its path",
  },
  firefox: {
    title: engineTitles.firefox,
    isInstalled: () => findFirefox() !== undefined,
    packages: ["firefox-esr"],
    advice: "install Firefox, or set FIREFOX_PATH to its path",
  },
  webkit: {
    title: engineTitles.webkit,
    isInstalled: () => findWebKit() !== undefined,
    packages: ["webkit2gtk-driver", "xvfb"],
    advice:
      "install WebKitGTK's WebDriver and MiniBrowser, and Xvfb (there are none for macOS or Windows); " +
      "set MINIBROWSER_PATH if the browser is in an unusual place",
  },
};

/** The font that some tests measure with: a browser may be there without it. On other systems Arial is as wide. */
const font: Tool = {
  title: "Liberation Sans",
  isInstalled: () =>
    process.platform !== "linux" ||
    (spawnSync("fc-list", ["Liberation Sans"], { encoding: "utf8" }).stdout ?? "") !== "",
  packages: ["fonts-liberation", "fontconfig"],
};

const isMissing = (tool: Tool): boolean => !tool.isInstalled();

/** A program, with Debian's package for it. */
function program([name = "", debian = ""]: string[]): Tool {
  return { title: name, isInstalled: () => isInstalled(name), packages: [debian] };
}

/** The programs that the tests start by themselves, each on its own ports, with Debian's package for each. */
const serviceTools: Tool[] = [
  ["redis-server", "redis-server"],
  ["redis-cli", "redis-tools"],
  ["valkey-server", "valkey-server"],
  ["valkey-cli", "valkey-tools"],
  ["nginx", "nginx"],
  ["haproxy", "haproxy"],
  ["caddy", "caddy"],
  ["openssl", "openssl"],
  ["faketime", "faketime"],
  ["prometheus", "prometheus"],
  ["promtool", "prometheus"],
  ["kustomize", "kustomize"],
  // It reads the unit. Nothing runs under systemd.
  ...(process.platform === "linux" ? [["systemd-analyze", "systemd"]] : []),
].map(program);

const redisTools: Tool[] = [
  ["redis-server", "redis-server"],
  ["redis-cli", "redis-tools"],
].map(program);

/** What the listings of docs/sessions.md run behind. */
const proxyTools: Tool[] = [
  ["nginx", "nginx"],
  ["haproxy", "haproxy"],
  ["caddy", "caddy"],
  ["openssl", "openssl"],
].map(program);

/** Orca, and the desktop without a screen that it needs. */
const screenReaderTools: Tool[] = [
  program(["orca", "orca"]),
  program(["Xvfb", "xvfb"]),
  program(["dbus-daemon", "dbus-daemon"]),
  {
    title: "AT-SPI",
    isInstalled: () => existsSync("/usr/libexec/at-spi-bus-launcher"),
    packages: ["at-spi2-core"],
  },
];

const hasPython = (name: string): boolean =>
  spawnSync("/usr/bin/python3", ["-c", `import ${name}`], { stdio: "ignore" }).status === 0;

/** What the sites of `examples/backends/` and the tests in Python need, with Debian's packages for each. */
const languageTools: Tool[] = [
  { title: "Flask", isInstalled: () => hasPython("flask"), packages: ["python3-flask"] },
  { title: "Django", isInstalled: () => hasPython("django"), packages: ["python3-django"] },
  { title: "pytest", isInstalled: () => hasPython("pytest"), packages: ["python3-pytest"] },
  { title: "requests", isInstalled: () => hasPython("requests"), packages: ["python3-requests"] },
  { title: "Go", isInstalled: () => isInstalled("go"), packages: ["golang-go"] },
  { title: "PHP", isInstalled: () => isInstalled("php"), packages: ["php-cli"] },
  { title: "Java", isInstalled: () => isInstalled("javac"), packages: ["default-jdk-headless"] },
  {
    title: "Sinatra",
    isInstalled: () =>
      spawnSync("ruby", ["-e", 'require "sinatra/base"; require "rackup"; require "puma"'], {
        stdio: "ignore",
      }).status === 0,
    packages: ["ruby-sinatra", "ruby-rackup", "puma"],
  },
  program(["nginx", "nginx"]),
  ...redisTools,
];

/**
 * Installs the engines that are missing: Debian's packages when root, else Playwright's Chromium. It asks no question.
 * @throws Error that says how to install the missing ones by hand, and how to run the tests without them
 */
export async function installEngines(engines: readonly EngineName[]): Promise<void> {
  const missing = () => engines.filter((engine) => !engineTools[engine].isInstalled());
  installDebian([...missing().map((engine) => engineTools[engine]), ...[font].filter(isMissing)]);
  if (missing().includes("chromium")) await installPlaywright();
  const left = missing();
  if (left.length === 0) return;
  const rest = engines.filter((engine) => !left.includes(engine));
  const lines = complaint(left.map((engine) => engineTools[engine]));
  if (rest.length > 0) lines.push(`Or run them without: ENGINES=${rest.join()} npm run test:all`);
  throw new Error(lines.join("\n"));
}

/**
 * Installs Redis, Valkey, nginx, HAProxy, Caddy, OpenSSL, libfaketime, Prometheus, kustomize and, on Linux, systemd from Debian
 * where one is missing, when root. It starts none.
 * @throws Error that says how to install the missing ones by hand
 */
export const installServices = (): void => installAll(serviceTools);

/**
 * Installs Redis from Debian where it is missing, when root. It starts none.
 * @throws Error that says how to install the missing ones by hand
 */
export const installRedis = (): void => installAll(redisTools);

/**
 * Installs nginx, HAProxy, Caddy and OpenSSL from Debian where one is missing, when root. It starts none.
 * @throws Error that says how to install the missing ones by hand
 */
export const installProxies = (): void => installAll(proxyTools);

/**
 * Installs Orca, Xvfb, D-Bus and AT-SPI from Debian where one is missing, when root. It starts none.
 * @throws Error that says how to install the missing ones by hand
 */
export const installScreenReader = (): void => installAll(screenReaderTools);

/**
 * Installs Python's, Go's, PHP's, Java's and Ruby's packages, nginx and Redis from Debian where one is missing, when root.
 * @throws Error that says how to install the missing ones by hand
 */
export const installLanguages = (): void => installAll(languageTools);

function installAll(tools: Tool[]): void {
  const missing = () => tools.filter((tool) => !tool.isInstalled());
  installDebian(missing());
  if (missing().length > 0) throw new Error(complaint(missing()).join("\n"));
}

const complaint = (tools: Tool[]): string[] => [
  `The tests need ${tools.map(({ title }) => title).join(" and ")}, which could not be installed.`,
  `On Debian: apt-get install ${tools.flatMap(({ packages }) => packages).join(" ")}`,
  ...tools.flatMap(({ title, advice }) => (advice ? [`${title}: ${advice}.`] : [])),
];

function installDebian(tools: Tool[]): void {
  if (tools.length === 0 || process.getuid?.() !== 0 || !isInstalled("apt-get")) return;
  const packages = tools.flatMap((tool) => tool.packages);
  console.log(`Installing Debian's ${packages.join(", ")}.`);
  run("apt-get", "update", "-q");
  run("apt-get", "install", "-y", "-q", "--no-install-recommends", ...packages);
}

/** `RUNLEVEL=1` keeps Debian's packages from starting their service. */
const run = (command: string, ...args: string[]): boolean =>
  spawnSync(command, args, {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" },
  }).status === 0;

async function installPlaywright(): Promise<void> {
  console.log("No Chrome, Chromium or Edge was found: downloading Playwright's Chromium.");
  const { chromium } = await import("playwright-core");
  if (run("npx", "--yes", "playwright-core", "install", "chromium"))
    process.env["CHROME_PATH"] = chromium.executablePath();
}
