import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { findWebKit } from "../../../scripts/find-engines.js";
import { freePort } from "../services/free-port.js";

/** A running WebKit, with its own WebDriver and its own invisible screen. */
export interface WebKit {
  session: WebDriverSession;
  version: string;
  close: () => Promise<void>;
}

/** @throws Error if it is not installed, or does not start in half a minute */
export async function startWebKit({ reducedMotion = false } = {}): Promise<WebKit> {
  const programs = findWebKit();
  if (!programs) throw new Error("WebKitGTK's WebDriver, its MiniBrowser or Xvfb was not found.");
  const screen = await startScreen(programs.screen);
  try {
    const driver = await startDriver(programs.driver, screen.display, reducedMotion);
    try {
      const session = await startWebDriverSession(driver.url, {
        "webkitgtk:browserOptions": { binary: programs.browser, args: ["--automation"] },
      });
      return {
        session,
        version: String(session.capabilities["browserVersion"]),
        async close() {
          await session.end();
          await end(driver.child);
          await end(screen.child);
        },
      };
    } catch (error) {
      await end(driver.child);
      throw error;
    }
  } catch (error) {
    await end(screen.child);
    throw error;
  }
}

/** Xvfb picks a free display itself, so that several may start at once. */
async function startScreen(program: string): Promise<{ child: ChildProcess; display: string }> {
  const child = run(program, ["-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"]);
  const number = await new Promise<string>((resolve, reject) => {
    child.stdout?.setEncoding("utf8").once("data", (text: string) => resolve(text.trim()));
    child.once("exit", (code) => reject(new Error(`Xvfb ended with ${code} before it was ready.`)));
    child.once("error", reject);
  });
  return { child, display: `:${number}` };
}

/**
 * The driver cannot pick a port itself. If another program was faster to take the free port, this tries again with
 * another one.
 */
async function startDriver(
  program: string,
  display: string,
  reducedMotion: boolean,
): Promise<{ child: ChildProcess; url: string }> {
  for (const until = Date.now() + 30_000; Date.now() < until;) {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const child = run(program, [`--port=${port}`], {
      DISPLAY: display,
      GDK_BACKEND: "x11",
      // Without a graphics card, sound, or services of a desktop.
      WEBKIT_DISABLE_DMABUF_RENDERER: "1",
      LIBGL_ALWAYS_SOFTWARE: "1",
      GTK_A11Y: "none",
      NO_AT_BRIDGE: "1",
      // A person's setting of GTK.
      ...(reducedMotion && { XDG_CONFIG_HOME: fileURLToPath(new URL("still/", import.meta.url)) }),
    });
    while (child.exitCode === null && Date.now() < until) {
      if (await isWebDriverReady(url)) return { child, url };
      await pause(50);
    }
    await end(child);
  }
  throw new Error("WebKitWebDriver did not start in 30 seconds.");
}

function run(program: string, args: string[], variables: Record<string, string> = {}): ChildProcess {
  const child = spawn(program, args, {
    env: { ...process.env, ...variables },
    stdio: ["ignore", "pipe", "ignore"],
  });
  // Also ends if the test run is aborted.
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  child.once("exit", () => process.off("exit", kill));
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}

/**
 * The calls of W3C WebDriver that these tests need. There are only five, and the maintained libraries require Node 22
 * or install programs that download browsers.
 */
interface WebDriverSession {
  /** The browser's name and version, as the driver reports them. */
  capabilities: Record<string, unknown>;
  open: (url: string) => Promise<void>;
  address: () => Promise<string>;
  /** Runs the body of a function, as text, in the page. */
  execute: (body: string, ...args: unknown[]) => Promise<unknown>;
  /** A picture (PNG) of the window's content. */
  screenshot: () => Promise<Uint8Array>;
  /** Presses a key: a letter, or WebDriver's code point for a key without a letter. */
  press: (key: string) => Promise<void>;
  resize: (width: number, height: number) => Promise<void>;
  end: () => Promise<void>;
}

/** @param driver where the driver listens */
async function startWebDriverSession(
  driver: string,
  capabilities: Record<string, unknown>,
): Promise<WebDriverSession> {
  const started = await call(driver, "POST", "/session", { capabilities: { alwaysMatch: capabilities } });
  const session = started as { sessionId: string; capabilities: Record<string, unknown> };
  const at = `${driver}/session/${session.sessionId}`;
  return {
    capabilities: session.capabilities,
    open: async (url) => void (await call(at, "POST", "/url", { url })),
    address: async () => String(await call(at, "GET", "/url")),
    execute: (script, ...args) => call(at, "POST", "/execute/sync", { script, args }),
    screenshot: async () => Buffer.from(String(await call(at, "GET", "/screenshot")), "base64"),
    async press(key) {
      const actions = ["keyDown", "keyUp"].map((type) => ({ type, value: key }));
      await call(at, "POST", "/actions", { actions: [{ type: "key", id: "keyboard", actions }] });
    },
    resize: async (width, height) => void (await call(at, "POST", "/window/rect", { width, height })),
    end: async () => void (await call(at, "DELETE", "")),
  };
}

/** Whether a driver listens at a port and accepts sessions. */
async function isWebDriverReady(driver: string): Promise<boolean> {
  const status = (await call(driver, "GET", "/status").catch(() => undefined)) as { ready?: boolean };
  return status?.ready === true;
}

async function call(at: string, method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${at}${path}`, {
    method,
    headers: { "content-type": "application/json" },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const { value } = (await response.json()) as { value: unknown };
  if (response.ok) return value;
  const { error, message } = value as { error: string; message: string };
  throw new Error(`WebDriver: ${method} ${path}: ${error}: ${message}`);
}
