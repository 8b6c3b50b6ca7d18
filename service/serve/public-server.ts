import { createServer, type Server } from "node:http";
import { getRequestListener, RequestError } from "@hono/node-server";
import { toNodeHandler } from "onegini-otp-login/node";
import { createAssets, type WidgetFile } from "./assets.js";
import type { ServiceKit } from "./create-kit.js";

/**
 * Longer than a proxy keeps an idle connection (nginx: 60 s), so that the proxy closes it first. Otherwise it might send a
 * request at that moment, and it does not send a POST twice.
 */
const keepAliveMs = 75_000;

/** The server for browsers and the Token Server: the login API, the widget's files, and nothing else. */
export function createPublicServer(kit: ServiceKit, files: readonly WidgetFile[], path: string): Server {
  const base = `${path}/assets/`;
  const logIn = toNodeHandler(kit);
  const assets = listenerOf(createAssets(files, base).fetch);
  return createServer({ keepAliveTimeout: keepAliveMs }, (request, response) => {
    if (request.url?.startsWith(base) === true) void assets(request, response);
    else logIn(request, response);
  });
}

/** A listener of Node's for a function of the Web's requests. */
export const listenerOf = (answer: (request: Request) => Response | Promise<Response>) =>
  getRequestListener(answer, {
    overrideGlobalObjects: false,
    // For a client of HTTP/1.0. Nothing here uses the host.
    hostname: "localhost",
    // For a request with an invalid address or host.
    errorHandler: (error) =>
      error instanceof RequestError ? new Response("Bad request.\n", { status: 400 }) : undefined,
  });
