/**
 * The calls of W3C WebDriver that these tests make. Five of them are less than the libraries that are kept bring along:
 * those want Node 22, or programs that download browsers.
 */
export interface WebDriverSession {
  /** What the driver says of the browser that it started. */
  capabilities: Record<string, unknown>;
  open: (url: string) => Promise<void>;
  address: () => Promise<string>;
  /** Runs the text of a function's body in the page. */
  execute: (body: string, ...args: unknown[]) => Promise<unknown>;
  /** A picture (PNG) of what the window shows. */
  screenshot: () => Promise<Uint8Array>;
  /** Presses a key: a letter, or WebDriver's code point for one that has none. */
  press: (key: string) => Promise<void>;
  resize: (width: number, height: number) => Promise<void>;
  end: () => Promise<void>;
}

/** @param driver where the driver listens */
export async function startWebDriverSession(
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

/** Whether a driver listens there and takes sessions. */
export async function isWebDriverReady(driver: string): Promise<boolean> {
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
