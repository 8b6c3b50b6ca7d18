import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { getRequestListener } from "@hono/node-server";
import type { Browser } from "playwright-core";
import { createTokenServer } from "onegini-otp-login/emulator";
import { toNodeHandler } from "onegini-otp-login/node";
import { createLoginKit } from "onegini-otp-login/server";
import { launchBrowser } from "../../support/browser.js";
import { makeCertificate } from "../../support/services/certificate.js";

const name = "__Host-onegini-otp-login";
const planted = "x".repeat(43);

/** Cookies that a neighbour may try to set in place of the kit's cookie. */
const tossed = [
  `${name}=${planted}; Path=/; Secure; Domain=bank.test`,
  `${name}=${planted}; Path=/; Secure`,
  `${name}=${planted}; Path=/otp-login; Secure; Domain=bank.test`,
  `${name.toLowerCase()}=${planted}; Path=/; Secure; Domain=bank.test`,
  // Older browsers sent a cookie without a name as its value alone.
  `=${name}=${planted}; Path=/; Secure; Domain=bank.test`,
  ` ${name} =${planted}; Path=/; Secure; Domain=bank.test`,
];

/** A cookie with the name that the kit's cookie has on http. The kit gets this one. */
const plain = `onegini-otp-login=${planted}`;

describe("Cookies that a neighbouring subdomain sets, on https", () => {
  const directory = mkdtempSync(join(tmpdir(), "onegini-otp-login-cookies-"));
  const cookiesSeen: string[] = [];
  let servers: Server[] = [];
  let tokenServer: ReturnType<typeof createHttpServer>;
  let browser: Browser;
  let bank: string;
  let neighbour: string;

  before(async () => {
    const { certificate, key } = makeCertificate(directory);
    const emulator = createTokenServer({
      types: [{ name: "qr-code" }],
      clients: [{ id: "site", secret: "site-secret" }],
    });
    const answer = getRequestListener(emulator.fetch, { overrideGlobalObjects: false });
    tokenServer = createHttpServer((req, res) => void answer(req, res)).listen(0, "127.0.0.1");
    await once(tokenServer, "listening");

    let handle: (req: IncomingMessage, res: ServerResponse) => void = () => undefined;
    const server = createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (req, res) =>
      handle(req, res),
    ).listen(0, "127.0.0.1");
    await once(server, "listening");
    servers = [server];
    const { port } = server.address() as AddressInfo;
    bank = `https://www.bank.test:${port}`;
    neighbour = `https://shop.bank.test:${port}`;

    const kit = createLoginKit({
      origin: bank,
      tokenServer: {
        url: `http://127.0.0.1:${(tokenServer.address() as AddressInfo).port}`,
        clientId: "site",
        clientSecret: "site-secret",
        type: "qr-code",
      },
      message: "Hello",
      signIn: () => Response.json({}),
    });
    const logIn = toNodeHandler(kit);
    const page = (res: ServerResponse, setCookie: string[] = []) =>
      res
        .writeHead(200, { "content-type": "text/html", "set-cookie": setCookie })
        .end("<!doctype html><title>A page</title>");
    handle = (req, res) => {
      if (req.headers.host?.startsWith("shop.")) {
        return void page(res, [...tossed, `${plain}; Path=/; Secure; Domain=bank.test`]);
      }
      if (req.url?.startsWith("/otp-login")) cookiesSeen.push(req.headers.cookie ?? "");
      logIn(req, res, () => page(res));
    };
    browser = await launchBrowser(["--host-resolver-rules=MAP *.bank.test 127.0.0.1"]);
  });
  after(async () => {
    await browser.close();
    for (const server of [...servers, tokenServer]) {
      server.close();
      server.closeAllConnections();
    }
    rmSync(directory, { recursive: true });
  });

  it("do not reach the kit under its cookie's name, and one with another name is ignored", async () => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const page = await context.newPage();
    await page.goto(neighbour);
    await page.evaluate((cookies) => cookies.forEach((cookie) => (document.cookie = cookie)), tossed);
    await page.goto(bank);
    const start = () => page.evaluate(async () => (await fetch("/otp-login", { method: "POST" })).status);

    assert.equal(await start(), 201);
    assert.deepEqual(cookiesSeen, [plain], "Only the plain one was to arrive.");

    const cookies = await context.cookies(bank);
    const own = cookies.find((cookie) => cookie.name === name);
    assert.match(own?.value ?? "", /^[\w-]{43}$/);
    assert.notEqual(own?.value, planted);
    assert.equal(own?.domain, "www.bank.test");

    // The neighbour cannot replace the kit's own cookie later either.
    await page.goto(neighbour);
    await page.goto(bank);
    assert.equal(await start(), 201);
    assert.equal(cookiesSeen.at(-1)?.includes(`${name}=${own?.value}`), true);
    assert.equal(cookiesSeen.at(-1)?.includes(`${name}=${planted}`), false);
    await context.close();
  });
});
