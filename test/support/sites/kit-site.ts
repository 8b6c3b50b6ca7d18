import { createServer, type IncomingMessage } from "node:http";
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { createPhone, createTokenServer } from "onegini-otp-login/emulator";
import { toNodeHandler, type NodeContext } from "onegini-otp-login/node";
import { createLoginKit, type CommonOptions, type LoginKit } from "onegini-otp-login/server";
import { phoneCalls, type PhoneCalls } from "../demo/demo.js";

/**
 * A site in this process: the kit, an emulator, and the pages that a test adds. Each page loads the built file of the
 * package.
 */
export interface KitSite {
  origin: string;
  port: number;
  phone: PhoneCalls;
  /** Adds a page with this markup in its body. */
  show: (path: string, body: string, options?: PageOptions) => void;
  /** Calls of the login API so far, such as `POST /otp-login`; attempts are written `{attempt}`. */
  calls: string[];
  /** The paths and queries of all other requests so far. */
  asked: string[];
  /** How many attempts were begun. */
  starts: () => number;
  /** How often `signIn` ran. */
  signIns: () => number;
  /** How many status streams are open. */
  streams: () => number;
  /** Ends the streams as a deploy does, with a `retry:` time. */
  endStreams: () => Promise<void>;
  /** Pause the logins, as an operator does, and let them go on. */
  pause: LoginKit["pause"];
  resume: LoginKit["resume"];
  close: () => void;
}

export interface PageOptions {
  /** Further markup for the head. */
  head?: string;
  /** Whether the page loads the element by itself. Default true. */
  loads?: boolean;
  headers?: Record<string, string>;
}

export interface KitSiteOptions {
  /** Another host name of this machine, such as `login.bank.localhost`. */
  host?: string;
  /** The origin that browsers use, if there is a proxy in front. Called when the port is known. */
  origin?: (port: number) => Promise<string>;
  /** The lifetime of a code. Default 60. */
  codeSeconds?: number;
  /** Whether each login needs the number on the phone. Default false. */
  asksForNumber?: boolean;
  limits?: CommonOptions<NodeContext>["limits"];
  /** How long a connection without a request stays open. Default 75. */
  keepAliveSeconds?: number;
}

export async function startKitSite({
  host = "localhost",
  origin: originOf = (port) => Promise.resolve(`http://${host}:${port}`),
  codeSeconds = 60,
  asksForNumber = false,
  limits,
  keepAliveSeconds = 75,
}: KitSiteOptions = {}): Promise<KitSite> {
  const server = createServer();
  server.keepAliveTimeout = keepAliveSeconds * 1_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const own = `http://127.0.0.1:${port}`;
  const origin = await originOf(port);
  const tokenServer = createTokenServer({
    types: [{ name: "qr-code", ttlSeconds: codeSeconds }],
    clients: [{ id: "demo", secret: "demo-secret" }],
    callbackUris: () => true,
  });
  await createPhone(tokenServer, "demo-user").enroll();
  let signIns = 0;
  const kit = createLoginKit({
    origin,
    tokenServer: { url: own, clientId: "demo", clientSecret: "demo-secret", type: "qr-code" },
    ...(asksForNumber
      ? {
          message: "Log in to Demo Bank. It may ask for {number}: type it only there.",
          pairing: { keys: ["a key of the tests, of 32 characters"], when: "always" },
        }
      : { message: "Log in to Demo Bank on the web." }),
    ...(limits && { limits }),
    callback: { uri: `${own}/otp-login/callback` },
    // So long that a proxy can cut the answer within its body.
    signIn: ({ userId }) => {
      signIns++;
      return Response.json({ user: userId, note: "n".repeat(1_000) });
    },
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
    } else if (pathname === "/onegini-otp-login.js" || pathname === "/early.js") {
      void readFile(new URL(`../../../dist${pathname}`, import.meta.url)).then((content) =>
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
    signIns: () => signIns,
    streams: () => streams,
    show(path, body, { head = "", loads = true, headers = {} } = {}) {
      const script = loads ? '<script type="module" src="/onegini-otp-login.js"></script>' : "";
      const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Placing</title>
        <meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">${script}${head}</head>
        <body>${body}</body></html>`;
      pages.set(path, { html, headers });
    },
    endStreams: () => kit.close(),
    pause: (options) => kit.pause(options),
    resume: () => kit.resume(),
    close() {
      void kit.close();
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Whether a request is a page's call, not the Token Server's callback. */
const isOfPage = ({ url }: IncomingMessage): boolean => !url?.endsWith("/callback");
