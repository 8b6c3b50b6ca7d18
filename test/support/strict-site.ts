import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** The policy under which the element promises to run. */
export const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "require-trusted-types-for 'script'",
  "trusted-types lit-html",
].join("; ");

/** What a call of the login API is answered; `never` leaves it open. */
export interface Script {
  start?: { status: number; body: unknown; headers?: Record<string, string> } | "never";
  /** Events of the status stream, which stays open behind them. */
  statuses?: string[];
  login?: { status: number; body: unknown } | "never";
}

export interface StrictSite {
  origin: string;
  /** Answers of the calls from now on. */
  script: Script;
  close: () => Promise<void>;
}

const json = "application/json";
export const started = (otp: string, expires_in = 60) =>
  ({ status: 201, body: { attempt: "a", status: "pending", otp, expires_in } }) as const;

/**
 * A site with the strictest policy, the package's one file as it was built, and a login API that plays a script: so
 * each phase can be reached without a Token Server.
 * @param markup the body of its page at `/`
 */
export async function startStrictSite(markup: string, language = "en"): Promise<StrictSite> {
  const site = { script: {} } as StrictSite;
  const files: Record<string, string> = {
    "/onegini-otp-login.js": "onegini-otp-login.js",
    "/locales/nl.js": "locales/nl.js",
  };
  const page = `<!doctype html><html lang="${language}"><head><meta charset="utf-8">
    <meta name="viewport" content="width=device-width"><title>Strict</title>
    <script type="module" src="/onegini-otp-login.js"></script>
    <script type="module" src="/locales/nl.js"></script></head><body>${markup}</body></html>`;

  const answer = (
    response: ServerResponse,
    status: number,
    type: string,
    body: string | Buffer,
    headers = {},
  ) =>
    response.writeHead(status, { "content-type": type, "cache-control": "no-store", ...headers }).end(body);

  const play = (response: ServerResponse, scripted: Script["start"] | Script["login"], fallback: unknown) => {
    if (scripted === "never") return;
    const { status, body } = scripted ?? { status: 200, body: fallback };
    const headers = scripted && "headers" in scripted ? scripted.headers : {};
    answer(response, status, json, JSON.stringify(body), headers);
  };

  const handle = async ({ method, url = "" }: IncomingMessage, response: ServerResponse) => {
    const file = files[url];
    if (file) {
      const content = await readFile(new URL(`../../dist/${file}`, import.meta.url));
      return answer(response, 200, "text/javascript", content);
    }
    if (url === "/") return answer(response, 200, "text/html", page, { "content-security-policy": policy });
    if (!url.startsWith("/otp-login"))
      return url === "/never" ? undefined : answer(response, 404, "text/html", "");
    if (method === "GET") {
      response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
      for (const status of ["pending", ...(site.script.statuses ?? [])])
        response.write(`event: status\ndata: ${JSON.stringify({ status, expires_in: 60 })}\n\n`);
      return undefined;
    }
    if (url.endsWith("/login")) return play(response, site.script.login, {});
    return play(response, site.script.start, started("otp").body);
  };

  const server = createServer((request, response) => void handle(request, response)).listen(0, "localhost");
  await once(server, "listening");
  site.origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  site.close = async () => {
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return site;
}
