/** `npm start`: the demo bank, its login service, the Token Server and the phone, all on one port of loopback. */
import { getRequestListener, RequestError, type HttpBindings } from "@hono/node-server";
import { nodeTransport, toNodeHandler } from "onegini-otp-login/node";
import { clientIpBehind, createLoginKit, type LoginKitOptions } from "onegini-otp-login/server";
import { buildAssets } from "./server/assets.js";
import { isLoopback, readConfig, type DemoConfig } from "./server/demo-config.js";
import { onStopSignal, shutDown } from "./server/shutdown.js";
import { codeOf, listenOnLoopback, type LoopbackServer } from "./server/loopback-server.js";
import { createPlayground } from "./playground/playground-service.js";
import { sessionCookieHeader } from "./server/sessions.js";
import { createSite } from "./server/bank-site.js";
import { chooseStorage, type Storage } from "./server/storage.js";
import { chooseTokenServer, otpType } from "./server/demo-token-server.js";

async function start(config: DemoConfig): Promise<void> {
  const [assets, server, storage] = await Promise.all([
    buildAssets(),
    listen(config.port),
    open(config.redisUrl),
  ]);
  const { sessions, store } = storage;
  const ownOrigin = `http://localhost:${server.port}`;
  const { origin = ownOrigin, callbackUrl } = config;
  const tokenServer = await chooseTokenServer(config, server.port);

  const clientIp = clientIpBehind(config.trustedProxies);
  const options = {
    origin,
    tokenServer: {
      url: tokenServer.url,
      clientId: config.clientId,
      clientSecret: config.clientSecret,
      type: otpType,
    },
    message: "Log in to Demo Bank on the web.",
    clientIp,
    limits: { startsPerAddress: { count: 300, seconds: 60 } },
    signIn: async ({ userId, attempt, login }) => {
      const id = await sessions.begin(userId, attempt, login);
      // The user has ended this login meanwhile.
      if (id === undefined) return Response.json({}, { status: 403 });
      return Response.json({}, { headers: { "Set-Cookie": sessionCookieHeader(id, origin) } });
    },
  } satisfies LoginKitOptions;
  const kit = createLoginKit({
    ...options,
    transport: nodeTransport,
    ...(callbackUrl !== undefined && { callback: { uri: callbackUrl } }),
    ...(store && { store }),
  });
  const playground = tokenServer.hasPhone ? createPlayground({ kit: options, port: server.port }) : undefined;

  const site = createSite({
    origin,
    // Behind a proxy the address in a request may be the proxy's.
    redirectsToOrigin: config.origin === undefined,
    demo: { hasPhone: tokenServer.hasPhone, isPublic: config.isPublic },
    sessions,
    assets,
    begin: (request, { incoming, outgoing }) => kit.begin(request, { req: incoming, res: outgoing }),
    forget: (request) => kit.forget(request),
    scanned: async (scan) => {
      await Promise.all([kit.scanned(scan), playground?.scanned(scan)]);
    },
    clientIp,
    health: () => kit.health(),
  });
  const logIn = toNodeHandler(kit);
  const answerAll = (request: Request, sockets: HttpBindings) =>
    playground?.answer(request, sockets) ?? tokenServer.answer(request) ?? site.fetch(request, sockets);
  const answer = getRequestListener((request, env) => answerAll(request, env as HttpBindings), {
    overrideGlobalObjects: false,
    // For a request with an invalid URL or host.
    errorHandler: (error) =>
      error instanceof RequestError ? new Response("Bad request.\n", { status: 400 }) : undefined,
  });
  const hostname = new URL(origin).hostname;
  server.answer((request, response) => {
    if (isOwnHost(request.headers.host, hostname))
      logIn(request, response, () => void answer(request, response));
    else response.writeHead(421).end("This host name does not lead to this demo: see ORIGIN.\n");
  });

  onStopSignal(
    (signal) =>
      void shutDown({
        kit: { close: () => Promise.all([kit.close(), playground?.close()]).then(() => undefined) },
        server,
        storage,
        // After Ctrl+C a person waits, and without a proxy nothing needs to notice.
        isBalanced: signal === "SIGTERM" && config.origin !== undefined,
      }),
  );

  console.log(`ready: ${ownOrigin}`);
}

/**
 * Whether a request is for this demo. A page of another site can make its own host name lead to this machine (DNS
 * rebinding), and then read all answers. A client of HTTP/1.0 sends no host; an invalid one is answered 400 later.
 */
function isOwnHost(host: string | undefined, ownHostname: string): boolean {
  if (host === undefined || !URL.canParse(`http://${host}`)) return true;
  const { hostname } = new URL(`http://${host}`);
  return isLoopback(hostname) || hostname === ownHostname;
}

/** Listens, or ends the process with a message that says what to do. */
async function listen(port: number): Promise<LoopbackServer> {
  try {
    return await listenOnLoopback(port);
  } catch (error) {
    const code = codeOf(error);
    if (code === "EADDRINUSE") {
      return fail(`Port ${port} is in use. Stop what uses it, or choose another: PORT=0 npm start`);
    }
    if (code === "EACCES") {
      return fail(`Port ${port} may not be used by this user. Choose one from 1024 up: PORT=3000 npm start`);
    }
    throw error;
  }
}

async function open(redisUrl: string | undefined): Promise<Storage> {
  const result = await chooseStorage(redisUrl);
  return result.kind === "unreachable" ? fail(result.problem) : result.storage;
}

function fail(problem: string): never {
  console.error(problem);
  process.exit(1);
}

const result = readConfig(process.env);
await start(result.kind === "config" ? result.config : fail(result.problem));
