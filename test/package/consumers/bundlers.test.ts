import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { createPhone, createTokenServer, listen, type Listening } from "../../../src/emulator.js";
import { createLoginKit, toNodeHandler } from "../../../src/node.js";
import { launchBrowser } from "../../support/browser.js";
import { codeOn } from "../../support/qr.js";
import { freePort } from "../../support/services/free-port.js";
import { install, npm, pack, temporaryFolder } from "../support/packed-package.js";

/** A login page with the packed widget, bundled for production by each bundler: in Chromium a person logs in on it. */

interface Bundler {
  packages: string[];
  /** Writes `dist/page.js`, or a whole `dist/index.html` with its script. */
  command: string;
  /** What the site's package.json needs for it. */
  settings?: object;
}

const bundlers: Record<string, Bundler> = {
  esbuild: {
    packages: ["esbuild@0.28.2"],
    command: "esbuild page.js --bundle --minify --format=esm --outfile=dist/page.js",
  },
  Rollup: {
    packages: ["rollup@4.68.8", "@rollup/plugin-node-resolve@16.0.3"],
    command: "rollup page.js --plugin node-resolve --format es --file dist/page.js --failAfterWarnings",
  },
  Vite: { packages: ["vite@8.3.8"], command: "vite build" },
  webpack: {
    packages: ["webpack@5.113.0", "webpack-cli@6.0.1"],
    command: "webpack ./page.js --mode production --output-path dist --output-filename page.js",
  },
  Parcel: {
    packages: ["parcel@2.16.4"],
    command: "parcel build index.html --no-cache",
    // As docs/kit.md says.
    settings: { "@parcel/resolver-default": { packageExports: true } },
  },
};

const script = `
import "onegini-otp-login/define";
import "onegini-otp-login/locales/nl";
`;

const html = `<!doctype html>
<html lang="nl">
  <title>Login</title>
  <onegini-otp-login></onegini-otp-login>
  <script type="module" src="./page.js"></script>
</html>
`;

const tokenServer = createTokenServer({
  types: [{ name: "qr-code", ttlSeconds: 600 }],
  clients: [{ id: "site", secret: "site-secret" }],
});
const phone = createPhone(tokenServer, "jane");
let listening: Listening;
let browser: Browser;
before(async () => {
  [listening, browser] = await Promise.all([listen(tokenServer), launchBrowser(), phone.enroll()]);
  phone.onConfirmation((confirmation) => confirmation.accept());
});
after(() => Promise.all([browser.close(), listening.close()]));

/** Serves the files of a bundle, the login API and an account. */
async function serve(folder: string) {
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const kit = createLoginKit({
    origin,
    tokenServer: { url: listening.url, clientId: "site", clientSecret: "site-secret", type: "qr-code" },
    message: "Log in",
    signIn: ({ userId }) => ({ redirect_to: `/account?user=${userId}` }),
  });
  const login = toNodeHandler(kit);
  const sendFile = (response: ServerResponse, path: string): void => {
    const type = path.endsWith(".js") ? "text/javascript" : "text/html; charset=utf-8";
    const file = [join(folder, "dist", path), join(folder, path)].find((each) => existsSync(each));
    if (file === undefined) response.writeHead(404).end();
    else response.setHeader("content-type", type).end(readFileSync(file));
  };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "", origin);
    if (pathname.startsWith("/otp-login")) void login(request, response);
    else if (pathname === "/account") response.end("account");
    else sendFile(response, pathname === "/" ? "index.html" : pathname.slice(1));
  });
  await new Promise<void>((resolve) => server.listen(port, "localhost", resolve));
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { origin, close };
}

describe("the packed widget logs in on a page", () => {
  for (const [name, { packages, command, settings }] of Object.entries(bundlers)) {
    test(`that ${name} bundles`, async (t) => {
      const folder = join(temporaryFolder, name);
      mkdirSync(folder);
      const manifest = { private: true, type: "module", ...settings };
      writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
      writeFileSync(join(folder, "page.js"), script);
      writeFileSync(join(folder, "index.html"), html);
      await install(folder, await pack(), ...packages);
      await npm(["exec", "--", ...command.split(" ")], folder);

      const { origin, close } = await serve(folder);
      t.after(close);
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(String(error)));
      await page.goto(origin);
      await page.getByText("Scan deze code in de app").waitFor();
      await phone.handleMobileAuthWithOtp(await codeOn(page));
      await page.waitForURL("**/account?user=jane");
      assert.deepEqual(errors, []);
      await page.close();
    });
  }
});
