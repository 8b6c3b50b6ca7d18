import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { getRequestListener, RequestError, type HttpBindings } from "@hono/node-server";
import { toNodeHandler } from "onegini-otp-login/node";
import { createAssets, type WidgetFile } from "./assets.js";
import type { ServiceKit } from "../create-kit.js";
import type { Readiness } from "./readiness.js";

/**
 * Longer than a proxy keeps an idle connection (many load balancers: 60 s), so that the proxy closes it first. Otherwise it might
 * send a request at the moment when the connection closes, and it does not send a POST again.
 */
const keepAliveMs = 75_000;

interface PublicApi {
  kit: ServiceKit;
  files: readonly WidgetFile[];
  /** The path of the login API. */
  path: string;
  readiness: Pick<Readiness, "state">;
}

/**
 * The server for browsers and the Token Server: the login API, the widget's files, and nothing else. A load balancer's checks are
 * outside the path, so that no proxy forwards them, and are answered with a status only.
 */
export function createPublicServer({ kit, files, path, readiness }: PublicApi): Server {
  const base = `${path}/assets/`;
  const logIn = toNodeHandler(kit);
  const assets = listenerOf(createAssets(files, base).fetch);
  return createServer({ keepAliveTimeout: keepAliveMs }, (request, response) => {
    const check = checkOf(request);
    if (check === "/health") answerCheck(response, true);
    else if (check === "/ready")
      void readiness.state().then((state) => answerCheck(response, state === "ready"));
    else if (request.url?.startsWith(base) === true) void assets(request, response);
    else logIn(request, response);
  });
}

/** The load balancer's check that a request is, if any. */
function checkOf({ method, url = "" }: IncomingMessage): "/health" | "/ready" | undefined {
  const [path] = url.split("?", 1);
  const isRead = method === "GET" || method === "HEAD";
  return isRead && (path === "/health" || path === "/ready") ? path : undefined;
}

const answerCheck = (response: ServerResponse, isGood: boolean): unknown =>
  response.writeHead(isGood ? 200 : 503, { "Cache-Control": "no-store", "Content-Length": 0 }).end();

/** Turns a function from `Request` to `Response` into a listener for Node's server. */
export const listenerOf = (answer: (request: Request, env: HttpBindings) => Response | Promise<Response>) =>
  getRequestListener((request, env) => answer(request, env as HttpBindings), {
    overrideGlobalObjects: false,
    // For HTTP/1.0 clients. Nothing here uses the host.
    hostname: "localhost",
    // For a request with an invalid address or host.
    errorHandler: (error) =>
      error instanceof RequestError ? new Response("Bad request.\n", { status: 400 }) : undefined,
  });
