import { readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import {
  createLoginKit,
  toNodeHandler,
  toWebRequest,
  type NodeContext,
  type NodeHandler,
} from "onegini-otp-login/node";
import type { LoginKit } from "onegini-otp-login/server";
import { report } from "../../server/support/child.js";
import { clock, html, pageNames } from "./pages.js";
import { serveYivi } from "./yivi-backend.js";

/**
 * Serves every page of the bench and the backends, from one process. Arguments: the Token Server's address, and the
 * directory of the pages' files. Each `Host` has its own kit, because proxies may be in front, and is a site of its own. So its
 * callbacks come under `/callback-of/HOST`.
 */
const [tokenServerUrl = "", directory = ""] = process.argv.slice(2);
const sites = new Map<string, { kit: LoginKit<NodeContext>; handle: NodeHandler }>();

interface File {
  type: string;
  body: Buffer;
}
const types: Record<string, string> = { js: "text/javascript", css: "text/css" };
const files = new Map<string, File>(
  readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => [
      `/${name}`,
      {
        type: types[name.split(".").at(-1) ?? ""] ?? "",
        body: gzipSync(readFileSync(`${directory}/${name}`)),
      },
    ]),
);
files.set("/clock", { type: "text/html", body: gzipSync(clock) });
for (const name of pageNames) {
  if (name !== "begin") files.set(`/${name}`, { type: "text/html", body: gzipSync(html(name)) });
}

const server = createServer((req, res) => {
  const path = req.url ?? "";
  const file = files.get(path);
  const [, callbackHost, callbackPath] = /^\/callback-of\/([^/]+)(\/.*)/.exec(path) ?? [];
  if (file) send(res, file);
  else if (path === "/begin") void begin(req, res);
  else if (path.startsWith("/irma/")) serveYivi(req, res);
  else if (path.startsWith("/otp-login")) siteOf(req.headers.host).handle(req, res);
  else if (callbackHost !== undefined) {
    req.url = callbackPath;
    siteOf(callbackHost).handle(req, res);
  } else res.writeHead(404).end();
});

/** A page with the code of `kit.begin`. It differs for each visitor, so it is compressed each time. */
async function begin(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const begun = await siteOf(req.headers.host).kit.begin(toWebRequest(req), { req, res });
  if (!begun) return void res.writeHead(503).end();
  res.setHeaders(begun.headers);
  send(res, { type: "text/html", body: gzipSync(html("begin", begun)) });
}

function siteOf(host = ""): { kit: LoginKit<NodeContext>; handle: NodeHandler } {
  let site = sites.get(host);
  if (!site) {
    const kit = createKit(host);
    site = { kit, handle: toNodeHandler(kit) };
    sites.set(host, site);
  }
  return site;
}

const createKit = (host: string): LoginKit<NodeContext> =>
  createLoginKit<NodeContext>({
    origin: `http://${host}`,
    tokenServer: { url: tokenServerUrl, clientId: "site", clientSecret: "site-secret", type: "qr-code" },
    message: "Log in to the bench",
    // The Token Server calls directly. Only the browser may go through a proxy.
    callback: { uri: `${origin()}/callback-of/${host}/otp-login/callback` },
    signIn: () => Response.json({}),
    limits: { startsPerAddress: false },
  });

function send(res: ServerResponse, { type, body }: File): void {
  res.setHeader("content-type", `${type}; charset=utf-8`);
  res.setHeader("content-encoding", "gzip");
  res.setHeader("content-length", body.length);
  if (!res.hasHeader("cache-control")) res.setHeader("cache-control", "no-cache");
  res.end(body);
}

const origin = (): string => {
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
};
server.listen(0, "127.0.0.1", () => report(origin(), () => server.closeAllConnections()));
