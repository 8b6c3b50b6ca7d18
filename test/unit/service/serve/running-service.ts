import type { TestContext } from "node:test";
import { createLog } from "../../../../src/service/serve/telemetry/log.js";
import { startService, type Service } from "../../../../src/service/serve/service.js";
import { readSettings } from "../../../../src/service/settings/read-settings.js";
import { Browser } from "../../server/support/browser.js";
import { emulator, type Emulator } from "../../server/support/site.js";
import { siteClient } from "../../../support/services/serve-process.js";

export const origin = "http://localhost:8000";
export const internalSecret = "internal-secret-of-the-test-0123456789";

/** `serve` in this process, with an emulator. */
export interface RunningService extends Service {
  emulator: Emulator;
  /** The lines of the log. */
  lines: string[];
  /** A browser at a page of the site. */
  browser: () => Browser;
  /** A call of the site's backend on the internal port. */
  call: (
    method: string,
    path: string,
    request?: { body?: unknown; headers?: Record<string, string> },
  ) => Promise<Response>;
  /** A login up to its ticket. */
  ticket: (browser: Browser, user?: string) => Promise<{ ticket: string; otp: string; attempt: string }>;
}

export async function runService(
  t: Pick<TestContext, "after">,
  {
    args = [],
    tokenServerUrl,
    withMessage = true,
  }: { args?: string[]; tokenServerUrl?: string; withMessage?: boolean } = {},
): Promise<RunningService> {
  const tokenServer = await emulator(t);
  const result = readSettings(
    [
      ...["--origin", origin, "--token-server-url", tokenServerUrl ?? tokenServer.url],
      ...(withMessage ? ["--message", "Log in"] : []),
      ...[...siteClient, "--port", "0"],
      ...["--internal-port", "0", "--internal-secret", internalSecret, "--result-polling", "0.1"],
      ...args,
    ],
    {},
  );
  if (result.kind !== "settings") throw new Error(JSON.stringify(result));
  const lines: string[] = [];
  const service = await startService(
    result.settings,
    createLog("json", { write: (line) => void lines.push(line) }),
    result.secretFiles,
  );
  t.after(() => service.stop());
  const browser = () => new Browser({ url: `${service.publicAddress}${result.settings.path}`, origin });
  return {
    ...service,
    emulator: tokenServer,
    lines,
    browser,
    call: (method, path, { body, headers } = {}) =>
      fetch(service.internalAddress + path, {
        method,
        headers: {
          authorization: `Bearer ${internalSecret}`,
          ...(body !== undefined && { "content-type": "application/json" }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
      }),
    async ticket(browser, user) {
      const { attempt, otp } = await browser.start();
      const stream = await browser.stream(attempt);
      await (await tokenServer.phone(user)).handleMobileAuthWithOtp(otp);
      await stream.status("approved");
      const { ticket } = (await (await browser.logIn(attempt)).json()) as { ticket: string };
      return { ticket, otp, attempt };
    },
  };
}
