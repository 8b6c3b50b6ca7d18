import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, afterEach, before } from "node:test";
import { build } from "esbuild";
import type { Browser } from "playwright-core";
import type { Status, StatusAnswer } from "../../../../src/protocol/login-api.js";
import { locales } from "../../../element/support/locales.js";
import { otp } from "../../../element/support/models.js";
import { launchBrowser } from "../../../support/browser.js";

/** What a call is answered; `never` leaves it open, `reset` breaks its connection. */
export type Answer = { status: number; body: unknown; headers?: Record<string, string> } | "never" | "reset";

interface Answers {
  start: Answer;
  renew: Answer;
  /** `stream` opens a stream, on which the test sends statuses. */
  status: Answer | "stream";
  /** A promise is answered when it resolves. */
  login: Answer | Promise<Answer>;
}

/** A login page and a scripted login API, so that a test can reach each phase and stay in it. */
export interface LoginSite {
  origin: string;
  answers: Answers;
  /** How many streams are open. */
  watching: () => number;
  /** Sends a status on every open stream. */
  say: (status: Status, more?: Partial<StatusAnswer>) => void;
  /** Breaks every open stream. */
  cut: () => void;
  /** Resets everything for the next page. */
  reset: () => void;
  close: () => Promise<void>;
}

/** One browser and one site for the suite that calls it. Pages are closed after each test. */
export function loginSiteInBrowser(): { browser: () => Browser; site: () => LoginSite } {
  let browser: Browser;
  let site: LoginSite;
  before(async () => {
    [browser, site] = await Promise.all([launchBrowser(), startLoginSite()]);
  });
  after(() => Promise.all([browser.close(), site.close()]));
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    site.reset();
  });
  return { browser: () => browser, site: () => site };
}

/** The answer with a new code. The answer to a renewal has no attempt. */
export const code = (lifeSeconds: number, text = otp, more: { digits?: number } = {}) => ({
  status: 201,
  body: { attempt: "attempt", status: "pending", otp: text, expires_in: lifeSeconds, ...more },
});
export const refusal = (error: string, status: number, headers: Record<string, string> = {}) => ({
  status,
  body: { error, error_description: "" },
  headers,
});

const usual = (): Answers => ({
  start: code(60),
  renew: code(60),
  status: "stream",
  login: { status: 200, body: {} },
});

/** A login page: a heading above the element, and another way to log in below it. */
const page = (attributes: string): string => `<!doctype html><html lang="en"><head><meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1"><title>Log in</title>
  <style>
    :root { color-scheme: light dark; font-family: sans-serif }
    body { margin: 16px; background: Canvas; color: CanvasText }
    a { color: LinkText }
    main > a, header > a { display: inline-block; padding-block: 12px }
  </style>
  <script type="module" src="/element.js"></script></head>
  <body><header><a href="#home">Example Bank</a></header>
  <main><h1>Log in</h1><onegini-otp-login ${attributes}></onegini-otp-login>
  <a href="#password">Log in with a password</a></main></body></html>`;

export async function startLoginSite(): Promise<LoginSite> {
  const { outputFiles } = await build({
    stdin: {
      contents: ["define", ...Object.keys(locales).map((language) => `locales/${language}`)]
        .map((name) => `import "./src/${name}.ts";`)
        .join(""),
      resolveDir: process.cwd(),
      loader: "ts",
    },
    bundle: true,
    format: "esm",
    write: false,
    tsconfig: "tsconfig.base.json",
  });
  const script = outputFiles[0]!.contents;
  const streams = new Set<ServerResponse>();

  const site: LoginSite = {
    origin: "",
    answers: usual(),
    watching: () => streams.size,
    say(status, more) {
      for (const stream of streams) event(stream, status, more);
    },
    cut() {
      for (const stream of streams) stream.destroy();
    },
    reset() {
      site.cut();
      site.answers = usual();
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };

  // `expires_in` is longer than any code's life here, because the element would take over a shorter one.
  const event = (stream: ServerResponse, status: Status, more?: Partial<StatusAnswer>): void =>
    void stream.write(`event: status\ndata: ${JSON.stringify({ status, expires_in: 3_600, ...more })}\n\n`);

  const give = (response: ServerResponse, answer: Answer | "stream"): void => {
    if (answer === "never") return;
    if (answer === "reset") return void response.destroy();
    if (answer === "stream") {
      response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
      streams.add(response);
      response.once("close", () => streams.delete(response));
      return event(response, "pending");
    }
    const { status, body, headers } = answer;
    response
      .writeHead(status, { "content-type": "application/json", "cache-control": "no-store", ...headers })
      .end(JSON.stringify(body));
  };

  /** A page polls if its stream is slow, which happens on a busy machine. */
  const poll: Answer = { status: 200, body: { status: "pending", expires_in: 3_600, interval: 2 } };

  const server = createServer(({ method, headers, url = "" }: IncomingMessage, response) => {
    const { pathname, searchParams } = new URL(url, "http://localhost");
    const { start, renew, status, login } = site.answers;
    if (pathname === "/") {
      response.writeHead(200, { "content-type": "text/html" }).end(page(searchParams.get("element") ?? ""));
    } else if (pathname === "/element.js") {
      response.writeHead(200, { "content-type": "text/javascript" }).end(script);
    } else if (pathname === "/otp-login") give(response, start);
    else if (pathname.endsWith("/otp")) give(response, renew);
    else if (pathname.endsWith("/login"))
      void Promise.resolve(login).then((answer) => give(response, answer));
    else if (pathname.startsWith("/otp-login/") && method === "GET")
      give(response, status === "stream" && headers.accept !== "text/event-stream" ? poll : status);
    // 204 to a navigation: the page stays, as it was when it left.
    else response.writeHead(pathname === "/nothing" ? 204 : 404).end();
  });
  server.listen(0, "localhost");
  await once(server, "listening");
  site.origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  return site;
}
