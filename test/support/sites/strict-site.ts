import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { otp as testOtp } from "../../element/support/models.js";

/** The policy under which the element promises to run. */
export const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "require-trusted-types-for 'script'",
  "trusted-types lit-html",
].join("; ");

/**
 * A script that collects the errors of its page, for tests that can read them only afterwards. Browsers request the
 * site's icon by themselves, and some report that the policy forbids it. That is not an error of the page.
 */
const watch = `
  globalThis.wrong = [];
  addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sample }) => {
    if (!blockedURI.endsWith("/favicon.ico"))
      wrong.push(["violation", effectiveDirective, blockedURI, sample].join(" "));
  });
  addEventListener("error", ({ message }) => wrong.push("error " + message));
  addEventListener("unhandledrejection", ({ reason }) => wrong.push("rejection " + reason));
`;

/** The answer to a call of the login API. `never` leaves the call open. */
export interface Script {
  start?: { status: number; body: unknown; headers?: Record<string, string> } | "never";
  /** Events of the status stream. The stream stays open after them. */
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
 * A site with the strictest policy, the built file, and a scripted login API, so that each phase can be reached without
 * a Token Server.
 * @param markup the body of its page at `/`. With `<script src="/watch.js"></script>` first, the page collects its
 * errors as `wrong`
 */
export async function startStrictSite(markup: string): Promise<StrictSite> {
  const site = { script: {} } as StrictSite;
  const files: Record<string, string> = {
    "/onegini-otp-login.js": "onegini-otp-login.js",
    "/locales/nl.js": "locales/nl.js",
  };
  const page = `<!doctype html><html lang="en"><head><meta charset="utf-8">
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
      const content = await readFile(new URL(`../../../dist/${file}`, import.meta.url));
      return answer(response, 200, "text/javascript", content);
    }
    if (url === "/watch.js") return answer(response, 200, "text/javascript", watch);
    if (url === "/") return answer(response, 200, "text/html", page, { "content-security-policy": policy });
    if (!url.startsWith("/otp-login"))
      return url === "/never" ? undefined : answer(response, 404, "text/html", "");
    if (method === "GET") {
      response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
      for (const status of ["pending", ...(site.script.statuses ?? [])]) {
        response.write(`event: status\ndata: ${JSON.stringify({ status, expires_in: 60 })}\n\n`);
        // A real server pauses between events too. Of two events in the same tick, WebKit sometimes holds the second
        // until something else arrives.
        await sleep(50);
      }
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

const refused = (error: string, status: number, headers: Record<string, string> = {}) => ({
  status,
  headers,
  body: { error, error_description: "" },
});

/** How to bring a strict page into each phase and each of its variants. */
export const strictPhases: Record<string, { attributes?: string; script?: Script; phase: string }> = {
  idle: { attributes: "manual", phase: "idle" },
  requesting: { script: { start: "never" }, phase: "requesting" },
  pending: { phase: "pending" },
  "pending, with an app link": { attributes: 'app-link="x:{otp}"', phase: "pending" },
  "pending, without a code": { script: { start: started(testOtp, 1) }, phase: "pending" },
  approved: { script: { statuses: ["approved"], login: "never" }, phase: "approved" },
  completed: { script: { statuses: ["approved"] }, phase: "completed" },
  denied: { script: { statuses: ["denied"] }, phase: "denied" },
  expired: { attributes: 'renewals="0"', script: { start: started(testOtp, 1) }, phase: "expired" },
  "failed, can retry": { script: { start: refused("temporarily_unavailable", 503) }, phase: "failed" },
  "failed, must wait": {
    script: { start: refused("too_many_requests", 429, { "retry-after": "60" }) },
    phase: "failed",
  },
  "failed, retry cannot help": { script: { start: refused("forbidden_origin", 403) }, phase: "failed" },
};
