import {
  createServer as createHttpServer,
  request,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { createGzip } from "node:zlib";
import { runService } from "../serve/running-service.js";

/** What a proxy in front of the service gets wrong. */
export interface Site {
  /** The login page. Undefined: one that is right. */
  page?: { status?: number; headers?: Record<string, string | undefined>; html?: string };
  /** Changes the headers of a request to the login API. */
  request?: (headers: Record<string, string | string[] | undefined>) => void;
  /** Changes the headers of its answer. */
  answer?: (headers: Record<string, string | string[] | undefined>) => void;
  /** What becomes of the status stream: its headers or its body wait for the end, or it is compressed. */
  stream?: "held" | "body-held" | "compressed";
  /** Answered in place of the login API. */
  api?: number;
  /** The login API stands at an origin of its own, which this is told. */
  apart?: (apiOrigin: string) => void;
  /** Flags of the service beside those that are right. */
  service?: readonly string[];
  /** A certificate, for https. */
  tls?: { key: string; cert: string };
}

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; " +
  "require-trusted-types-for 'script'; trusted-types lit-html";

const html = `<!doctype html><html lang="en"><title>Log in</title>
<script type="module" src="/otp-login/assets/onegini-otp-login.js"></script>
<onegini-otp-login></onegini-otp-login></html>`;

/** A site with the service behind a proxy. Resolves to the address of its login page. */
export async function runSite(t: Pick<TestContext, "after">, site: Site): Promise<string> {
  const answer = (req: IncomingMessage, res: ServerResponse) => void handle(req, res);
  const server = site.tls ? createHttpsServer(site.tls, answer) : createHttpServer(answer);
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const origin = `${site.tls ? "https" : "http"}://localhost:${(server.address() as AddressInfo).port}`;
  const apart: string[] = [];
  if (site.apart) {
    const api = createHttpServer((req, res) => pass(req, res));
    api.keepAliveTimeout = 0;
    await new Promise<void>((resolve) => api.listen(0, "localhost", resolve));
    t.after(() => {
      api.close();
      api.closeAllConnections();
    });
    const apiOrigin = `http://localhost:${(api.address() as AddressInfo).port}`;
    apart.push("--api-origin", apiOrigin);
    site.apart(apiOrigin);
  }
  const { publicAddress } = await runService(t, {
    args: ["--origin", origin, "--proxies", "1", ...apart, ...(site.service ?? [])],
  });

  function handle(req: IncomingMessage, res: ServerResponse): unknown {
    if (req.url?.startsWith("/otp-login") && !site.apart)
      return site.api === undefined ? pass(req, res) : res.writeHead(site.api).end("<h1>Hello</h1>");
    const headers: Record<string, string | undefined> = {
      "content-type": "text/html",
      "content-security-policy": policy,
      "strict-transport-security": "max-age=31536000",
      ...site.page?.headers,
    };
    return res.writeHead(site.page?.status ?? 200, without(headers)).end(site.page?.html ?? html);
  }

  function pass(req: IncomingMessage, res: ServerResponse): void {
    const asked = { ...req.headers, "x-forwarded-for": "192.0.2.7" } as Record<string, string | undefined>;
    site.request?.(asked);
    const options = { method: req.method, headers: without(asked) };
    const onward = request(publicAddress + (req.url ?? ""), options, (from) => {
      const headers = { ...from.headers };
      const isStream = /event-stream/.test(headers["content-type"] ?? "");
      site.answer?.(headers);
      const send = () => res.writeHead(from.statusCode ?? 502, without(headers));
      if (isStream && site.stream === "held") {
        from.on("data", () => undefined);
        return void from.on("end", () => send().end());
      }
      if (isStream && site.stream === "compressed") {
        headers["content-encoding"] = "gzip";
        send().flushHeaders();
        return void from.pipe(createGzip()).pipe(res);
      }
      send().flushHeaders();
      if (!(isStream && site.stream === "body-held")) from.pipe(res);
    });
    res.once("close", () => onward.destroy());
    onward.once("error", () => res.destroy());
    req.pipe(onward);
  }
  return `${origin}/login`;
}

const without = (headers: Record<string, string | string[] | undefined>): Record<string, string | string[]> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
