import type { RequestListener } from "node:http";
import { getRequestListener, RequestError, type HttpBindings } from "@hono/node-server";
import { createLoginKit, toNodeHandler, type LoginKit, type NodeContext } from "onegini-otp-login/node";
import { clientIpBehind, type LoginKitOptions } from "onegini-otp-login/server";
import type { Asset } from "./assets.js";
import { isLoopback } from "../../src/protocol/loopback.js";
import type { DemoConfig, Words } from "./demo-config.js";
import { exit, listenOrExit } from "./listen-or-exit.js";
import { exitOnStopSignal } from "../../src/service/process/stop-signal.js";
import { createPlayground } from "../playground/playground-service.js";
import { sessionCookieHeader, type Sessions } from "./sessions.js";
import { numberOptions } from "./number.js";
import { createSite } from "./bank-site.js";
import { chooseStorage, type Storage } from "./storage.js";
import { chooseTokenServer, otpType } from "./demo-token-server.js";

/** The demo bank, its login service, the Token Server and the phone, all on one port of loopback. */
export async function startDemo(
  config: DemoConfig,
  getAssets: () => Promise<ReadonlyMap<string, Asset>>,
  words?: Words,
): Promise<void> {
  const [assets, server, storage] = await Promise.all([
    getAssets(),
    listenOrExit(config.port, words),
    open(config.redisUrl),
  ]);
  const { sessions, store } = storage;
  const ownOrigin = `http://localhost:${server.port}`;
  const { origin = ownOrigin, callbackUrl } = config;
  const tokenServer = await chooseTokenServer(config, server.port);

  const options = loginOptions(config, origin, tokenServer.url, sessions);
  const kit = createLoginKit({
    ...options,
    ...numberOptions(config.pairing, config.clientSecret),
    ...(callbackUrl !== undefined && { callback: { uri: callbackUrl } }),
    ...(store && { store }),
  });
  const playground = tokenServer.hasPhone
    ? createPlayground({ ...config, kit: options, port: server.port })
    : undefined;

  let isStopping = false;
  const site = createSite({
    origin,
    // Behind a proxy the address in a request may be the proxy's.
    redirectsToOrigin: config.origin === undefined,
    demo: { hasPhone: tokenServer.hasPhone, isPublic: config.isPublic },
    sessions,
    assets,
    begin: (request, { incoming, outgoing }) => kit.begin(request, { req: incoming, res: outgoing }),
    forget: () => kit.forget(),
    scanned: (scan) => Promise.all([kit.scanned(scan), playground?.scanned(scan)]).then(() => undefined),
    clientIp: options.clientIp,
    ready: async () => ({ ...(await kit.health()), ...(isStopping && { healthy: false, closing: true }) }),
  });
  const answer: Answer = (request, sockets) =>
    playground?.answer(request, sockets) ?? tokenServer.answer(request) ?? site.fetch(request, sockets);
  server.answer(listenerOf(kit, origin, answer));

  exitOnStopSignal((signal) => {
    isStopping = true;
    return server.shutDown({
      kit: { close: () => Promise.all([kit.close(), playground?.close()]).then(() => undefined) },
      storage,
      // After Ctrl+C a person waits, and without a proxy there is no load balancer that needs time.
      noticeSeconds: signal === "SIGTERM" && config.origin !== undefined ? 2 : 0,
    });
  });

  console.log(`ready: ${ownOrigin}`);
}

function loginOptions(config: DemoConfig, origin: string, tokenServerUrl: string, sessions: Sessions) {
  return {
    origin,
    tokenServer: {
      url: tokenServerUrl,
      clientId: config.clientId,
      clientSecret: config.clientSecret,
      type: otpType,
    },
    clientIp: clientIpBehind(config.trustedProxies),
    signIn: async ({ userId, attempt, login }) => {
      const id = await sessions.begin(userId, attempt, login);
      // The user has ended this login in the meantime.
      if (id === undefined) return Response.json({}, { status: 410 });
      return Response.json({}, { headers: { "Set-Cookie": sessionCookieHeader(id, origin) } });
    },
  } satisfies LoginKitOptions;
}

type Answer = (request: Request, sockets: HttpBindings) => Response | Promise<Response>;

/** The kit, and `answer` for what is not the kit's. */
function listenerOf(kit: LoginKit<NodeContext>, origin: string, answer: Answer): RequestListener {
  const logIn = toNodeHandler(kit);
  const others = getRequestListener((request, env) => answer(request, env as HttpBindings), {
    overrideGlobalObjects: false,
    // For a request with an invalid URL or host.
    errorHandler: (error) =>
      error instanceof RequestError ? new Response("Bad request.\n", { status: 400 }) : undefined,
  });
  return (request, response) => {
    if (isOwnHost(request.headers.host, new URL(origin).hostname))
      logIn(request, response, () => void others(request, response));
    else response.writeHead(421).end("The demo does not answer at this host name. See ORIGIN.\n");
  };
}

/**
 * Whether a request is for this demo. A page of another site can make its own host name point to this machine (DNS rebinding),
 * and could then read all answers. An HTTP/1.0 client sends no host; an invalid one is answered 400 later.
 */
function isOwnHost(host: string | undefined, ownHostname: string): boolean {
  if (host === undefined || !URL.canParse(`http://${host}`)) return true;
  const { hostname } = new URL(`http://${host}`);
  return isLoopback(hostname) || hostname === ownHostname;
}

async function open(redisUrl: string | undefined): Promise<Storage> {
  const result = await chooseStorage(redisUrl);
  return result.kind === "unreachable" ? exit(result.problem) : result.storage;
}
