import { createServer, type IncomingMessage } from "node:http";
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { createPhone, createTokenServer } from "onegini-otp-login/emulator";
import { toNodeHandler } from "onegini-otp-login/node";
import { createLoginKit } from "onegini-otp-login/server";
import { phoneCalls, type PhoneCalls } from "../demo/phone-calls.js";

/** A site with the kit, an emulator, and whatever pages a test puts up, each with the package's one file as it was built. */
export interface PlacingSite {
  origin: string;
  port: number;
  phone: PhoneCalls;
  /** Puts up a page: markup for the body, and what else is to stand in its head than the element's script. */
  show: (path: string, body: string, options?: PageOptions) => void;
  /** Calls of the login API so far, such as `POST /otp-login`; attempts are written `{attempt}`. */
  calls: string[];
  /** Addresses of everything else that was asked for so far, queries included. */
  asked: string[];
  /** How many attempts were begun. */
  starts: () => number;
  /** How many status streams are open. */
  streams: () => number;
  close: () => void;
}

export interface PageOptions {
  head?: string;
  /** Whether the page loads the element by itself. Default true. */
  loads?: boolean;
  headers?: Record<string, string>;
}

export interface PlacingSiteOptions {
  /** Another name of this machine, such as `login.bank.localhost`. */
  host?: string;
  codeSeconds?: number;
}

/** @param host under which browsers see the login API */
export async function startPlacingSite({
  host = "localhost",
  codeSeconds = 60,
}: PlacingSiteOptions = {}): Promise<PlacingSite> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const own = `http://127.0.0.1:${port}`;
  const origin = `http://${host}:${port}`;
  const tokenServer = createTokenServer({
    types: [{ name: "qr-code", ttlSeconds: codeSeconds }],
    clients: [{ id: "demo", secret: "demo-secret" }],
    callbackUris: () => true,
  });
  await createPhone(tokenServer, "demo-user").enroll();
  const kit = createLoginKit({
    origin,
    tokenServer: { url: own, clientId: "demo", clientSecret: "demo-secret", type: "qr-code" },
    message: "Log in to Demo Bank on the web.",
    callback: { uri: `${own}/otp-login/callback` },
    signIn: ({ userId }) => Response.json({ user: userId }),
  });
  const logIn = toNodeHandler(kit);
  const asTokenServer = getRequestListener((request) => tokenServer.fetch(request), {
    overrideGlobalObjects: false,
  });
  const pages = new Map<string, { html: string; headers: Record<string, string> }>();
  const calls: string[] = [];
  const asked: string[] = [];
  let streams = 0;

  server.on("request", (request, response) => {
    const { pathname } = new URL(request.url ?? "/", origin);
    const page = pages.get(pathname);
    if (!pathname.startsWith("/otp-login")) asked.push(request.url ?? "");
    if (/^\/otp-login(\/|$)/.test(pathname)) {
      if (isOfPage(request)) calls.push(`${request.method} ${pathname.replace(/[\w-]{22}/, "{attempt}")}`);
      if (request.headers.accept === "text/event-stream") {
        streams++;
        response.once("close", () => streams--);
      }
      logIn(request, response);
    } else if (page) {
      response.writeHead(200, { "content-type": "text/html; charset=utf-8", ...page.headers }).end(page.html);
    } else if (pathname === "/onegini-otp-login.js") {
      void readFile(new URL("../../../dist/onegini-otp-login.js", import.meta.url)).then((content) =>
        response.writeHead(200, { "content-type": "text/javascript" }).end(content),
      );
    } else if (tokenServer.handles(new Request(own + pathname, { method: request.method ?? "GET" }))) {
      void asTokenServer(request, response);
    } else response.writeHead(404).end();
  });

  return {
    origin,
    port,
    phone: phoneCalls(own),
    calls,
    asked,
    starts: () => calls.filter((call) => call === "POST /otp-login").length,
    streams: () => streams,
    show(path, body, { head = "", loads = true, headers = {} } = {}) {
      const script = loads ? '<script type="module" src="/onegini-otp-login.js"></script>' : "";
      const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Placing</title>
        <meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">${script}${head}</head>
        <body>${body}</body></html>`;
      pages.set(path, { html, headers });
    },
    close() {
      void kit.close();
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Not the Token Server's callback. */
const isOfPage = ({ url }: IncomingMessage): boolean => !url?.endsWith("/callback");
