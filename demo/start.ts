/** `npm start`: the demo bank, its login service, the Token Server and the phone, all on one port of loopback. */
import { getRequestListener, RequestError } from "@hono/node-server";
import { createPhone, createTokenServer } from "onegini-otp-login/emulator";
import { toNodeHandler } from "onegini-otp-login/node";
import { createLoginKit } from "onegini-otp-login/server";
import { buildAssets } from "./assets.js";
import { readConfig, type Config } from "./config.js";
import { codeOf, listenOnLoopback, type Loopback } from "./listen.js";
import { memorySessions } from "./sessions.js";
import { createSite, sessionCookieHeader } from "./site.js";
import { whenAskedToStop } from "./stop.js";

const type = "qr-code";

async function start(config: Config): Promise<void> {
  const [assets, loopback] = await Promise.all([buildAssets(), listen(config.port)]);
  const origin = `http://localhost:${loopback.port}`;

  const tokenServer = createTokenServer({
    types: [{ name: type, ttlSeconds: config.codeSeconds }],
    clients: [{ id: config.clientId, secret: config.clientSecret }],
    // It must not become a way to post to other machines.
    callbackUris: ({ hostname }) => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname),
  });
  await createPhone(tokenServer, "demo-user").enroll();

  const sessions = memorySessions();
  const kit = createLoginKit({
    origin,
    tokenServer: {
      url: `http://127.0.0.1:${loopback.port}`,
      clientId: config.clientId,
      clientSecret: config.clientSecret,
      type,
    },
    message: "Log in to Demo Bank on the web.",
    signIn: async ({ userId, attempt }) => {
      const id = await sessions.begin(userId, attempt);
      return Response.json({}, { headers: { "Set-Cookie": sessionCookieHeader(id) } });
    },
  });

  const site = createSite({ origin, sessions, assets, forget: (request) => kit.forget(request) });
  const logIn = toNodeHandler(kit);
  const answer = getRequestListener(
    (request) => (tokenServer.handles(request) ? tokenServer.fetch(request) : site.fetch(request)),
    {
      overrideGlobalObjects: false,
      // What is no address, or names a host that is none.
      errorHandler: (error) =>
        error instanceof RequestError ? new Response("Bad request.\n", { status: 400 }) : undefined,
    },
  );
  loopback.answer((request, response) => logIn(request, response, () => void answer(request, response)));

  // First the streams, with word when to come back; then everything else. Nothing is left to wait for.
  whenAskedToStop(() => void kit.close().then(loopback.close));

  console.log(`ready: ${origin}`);
}

/** Listens, or says what a person can do about it. */
async function listen(port: number): Promise<Loopback> {
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

function fail(problem: string): never {
  console.error(problem);
  process.exit(1);
}

const result = readConfig(process.env);
await start(result.kind === "config" ? result.config : fail(result.problem));
