import { randomBytes } from "node:crypto";
import { Hono, type Context, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { getCookie, setCookie } from "hono/cookie";
import { createLoginKit } from "onegini-otp-login/node";
import {
  memoryStore,
  type LoginKit,
  type CommonOptions,
  type ScannedCode,
  type SignIn,
} from "onegini-otp-login/server";
import { otpType, typeWithLife } from "../server/demo-token-server.js";
import { withFaults, type CallKind, type Sockets } from "./call-faults.js";
import type { PairingMode } from "../server/demo-config.js";
import { numberOptions } from "../server/number.js";
import {
  defaultNetwork,
  lifeSeconds,
  parseBeginning,
  parseNetwork,
  playgroundCallback,
  playgroundPath,
  type Network,
} from "./playground-choices.js";
import { PlaygroundSessions, type PlaygroundSession } from "./playground-sessions.js";

interface PlaygroundOptions {
  clientSecret: string;
  /** The options of the demo's own kit. The playground chooses the type, and whether there is a number. */
  kit: Omit<CommonOptions, "path" | "store" | "callback" | "message" | "pairing"> & { signIn: SignIn };
  /** The demo's own choice. */
  pairing: PairingMode;
  /** The demo's own port. */
  port: number;
}

/** The playground's login service. */
interface Playground {
  /** Answers a request; undefined for a request to another part of the demo. */
  answer: (request: Request, sockets: Sockets) => Promise<Response> | undefined;
  /** Tells the page that its code was scanned. */
  scanned: (scan: ScannedCode) => Promise<void>;
  close: () => Promise<void>;
}

const cookieName = "demo-playground";

type Env = { Bindings: Sockets };

/**
 * A real kit behind a network whose faults the browser chooses. The element is the normal one. It gets real responses,
 * broken streams and dead connections, which the browser's developer tools show. The chosen faults are stored under a
 * cookie, so that the endpoint is an ordinary address.
 */
export function createPlayground(options: PlaygroundOptions): Playground {
  const { origin } = options.kit;
  const kits = kitsOf(options);
  const sessions = new PlaygroundSessions();
  const sessionOf = (c: Context<Env>): PlaygroundSession | undefined =>
    sessions.find(getCookie(c, cookieName));
  const app = new Hono<Env>();
  app.use(async (c, next) => {
    await next();
    if (!c.res.headers.has("cache-control")) c.header("Cache-Control", "no-store");
  });

  app.put("/playground/network", bodyLimit({ maxSize: 4_096 }), onlyOwnScript(origin), async (c) => {
    const network = parseNetwork(await c.req.json<unknown>().catch(() => undefined));
    if (!network) return c.json({ error: "invalid_request" }, 400);
    const session = sessionOf(c) ?? openSession(c, sessions, origin);
    session.network = network;
    return c.body(null, 204);
  });
  // Stands in for a page's server that calls `kit.begin`: the script writes the result into the element.
  app.post("/playground/begin", bodyLimit({ maxSize: 4_096 }), onlyOwnScript(origin), (c) =>
    begin(c, kits, sessionOf(c)),
  );
  // The built-in phone gets the code from here; any other phone reads it from the screen.
  app.get("/playground/otp", (c) => {
    const otp = sessionOf(c)?.otp;
    return otp === undefined ? c.json({ error: "no_code" }, 404) : c.json({ otp });
  });
  addLoginApi(app, kits, sessionOf);

  return {
    answer(request, sockets) {
      const { pathname } = new URL(request.url);
      return isPlaygroundCall(pathname) ? Promise.resolve(app.fetch(request, sockets)) : undefined;
    },
    async scanned(scan) {
      await Promise.all(kits.all.map((kit) => kit.scanned(scan)));
    },
    async close() {
      await Promise.all(kits.all.map((kit) => kit.close()));
    },
  };
}

function openSession(c: Context, sessions: PlaygroundSessions, origin: string): PlaygroundSession {
  const key = randomBytes(16).toString("base64url");
  setCookie(c, cookieName, key, {
    path: "/playground",
    httpOnly: true,
    sameSite: "Lax",
    secure: origin.startsWith("https:"),
  });
  return sessions.open(key);
}

async function begin(c: Context<Env>, kits: Kits, session: PlaygroundSession | undefined): Promise<Response> {
  const beginning = parseBeginning(await c.req.json<unknown>().catch(() => undefined));
  if (!beginning) return c.json({ error: "invalid_request" }, 400);
  const headers = new Headers(c.req.raw.headers);
  // As if the page came from a cache that another browser filled.
  if (beginning === "cache") headers.delete("cookie");
  const begun = await kitFor(kits, session).begin(new Request(c.req.url, { headers }), contextOf(c));
  if (!begun) return c.json({ error: "temporarily_unavailable" }, 503);
  const { attempt, otp, expiresIn, digits } = begun;
  if (beginning === "server") {
    for (const cookie of begun.headers.getSetCookie()) c.header("Set-Cookie", cookie, { append: true });
    if (session) session.otp = otp;
  }
  return c.json({ attempt, otp, expiresIn, digits });
}

/** The kits' login API, with the faults that the browser has chosen. */
function addLoginApi(
  app: Hono<Env>,
  kits: Kits,
  sessionOf: (c: Context<Env>) => PlaygroundSession | undefined,
): void {
  const callDemoKit = (c: Context<Env>) => kitFor(kits, undefined).fetch(c.req.raw, contextOf(c));
  app.all(`${playgroundPath}/callback`, callDemoKit);
  // A fault reads the number in it.
  app.post(`${playgroundPath}/:attempt/login`, bodyLimit({ maxSize: 4_096 }));
  for (const [method, calls, kind] of [
    ["POST", playgroundPath, "codes"],
    ["POST", `${playgroundPath}/:attempt/otp`, "codes"],
    ["POST", `${playgroundPath}/:attempt/login`, "login"],
    ["GET", `${playgroundPath}/:attempt`, "status"],
  ] as const) {
    app.on(method, calls, (c) => {
      const session = sessionOf(c);
      const callKit = (request: Request) => throughKit(kits, session, request, contextOf(c));
      if (!session) return callKit(c.req.raw);
      return withFaults(kind === "status" ? statusKind(c) : kind, c.req.raw, {
        session,
        callKit,
        sockets: c.env,
      });
    });
  }
  app.all(playgroundPath, callDemoKit);
  app.all(`${playgroundPath}/*`, callDemoKit);
}

const isPlaygroundCall = (pathname: string): boolean =>
  pathname === playgroundPath ||
  pathname.startsWith(`${playgroundPath}/`) ||
  pathname === "/playground/network" ||
  pathname === "/playground/begin" ||
  pathname === "/playground/otp";

/** The kits: one for each life of codes and each choice of the number. */
interface Kits {
  by: Record<Network["number"], Record<Network["life"], LoginKit>>;
  all: LoginKit[];
}

const kitFor = ({ by }: Kits, session: PlaygroundSession | undefined): LoginKit => {
  const { number, life } = session?.network ?? defaultNetwork;
  return by[number][life];
};

/** They share one store, as the servers of a site do, so any of them can answer. */
function kitsOf({ clientSecret, kit: options, port, pairing }: PlaygroundOptions): Kits {
  const store = memoryStore();
  const kitOf = (type: string, when: PairingMode): LoginKit =>
    createLoginKit({
      ...options,
      ...numberOptions(when, clientSecret),
      path: playgroundPath,
      store,
      tokenServer: { ...options.tokenServer, type },
      // The attempts are in this process, so the callback must not go to another node.
      callback: { uri: playgroundCallback(port) },
    });
  const byLife = (when: PairingMode): Record<Network["life"], LoginKit> => ({
    demo: kitOf(otpType, when),
    brief: kitOf(typeWithLife(lifeSeconds.brief), when),
    short: kitOf(typeWithLife(lifeSeconds.short), when),
    hour: kitOf(typeWithLife(lifeSeconds.hour), when),
  });
  const by = {
    demo: byLife(pairing),
    off: byLife("off"),
    unknown: byLife("unknown-browsers"),
    always: byLife("always"),
  };
  return { by, all: Object.values(by).flatMap((kits) => Object.values(kits)) };
}

/** Calls the kit and keeps the code of its response for the built-in phone. */
async function throughKit(
  kits: Kits,
  session: PlaygroundSession | undefined,
  request: Request,
  context: unknown,
): Promise<Response> {
  const answer = await kitFor(kits, session).fetch(request, context);
  // The page does not show the code of a start that it aborted.
  if (session && answer.status === 201 && !request.signal.aborted) {
    const { otp } = (await answer.clone().json()) as { otp: string };
    session.otp = otp;
  }
  return answer;
}

/** The context as the Node adapter passes it, for the client's address. */
const contextOf = ({ env }: Context<Env>) => ({ req: env.incoming, res: env.outgoing });

const statusKind = (c: Context): CallKind =>
  c.req.header("accept")?.includes("text/event-stream") ? "stream" : "polls";

/** For calls that only the page's own script may make, with JSON. */
function onlyOwnScript(origin: string): MiddlewareHandler {
  return async (c, next) => {
    const site = c.req.header("sec-fetch-site");
    const from = c.req.header("origin");
    if ((site !== undefined && site !== "same-origin") || (from !== undefined && from !== origin))
      return c.json({ error: "forbidden_origin" }, 403);
    if (!/^application\/json *(;|$)/i.test(c.req.header("content-type") ?? ""))
      return c.json({ error: "invalid_request" }, 415);
    return next();
  };
}
