import { randomBytes } from "node:crypto";
import { Hono, type Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { getCookie, setCookie } from "hono/cookie";
import { createLoginKit, memoryStore, type LoginKit, type LoginKitOptions } from "onegini-otp-login/server";
import { otpType, typeWithLife } from "../server/demo-token-server.js";
import { withFaults, type CallKind, type Sockets } from "./call-faults.js";
import { lifeSeconds, parseNetwork, type Network } from "./playground-choices.js";
import { parseBeginning } from "./beginning.js";
import { Rooms, type Room } from "./playground-sessions.js";

export interface PlaygroundOptions {
  /** As for the demo's own kit; the type is chosen here. */
  kit: Omit<LoginKitOptions, "path" | "store" | "callback">;
  /** The demo's own port. */
  port: number;
}

/** The playground's login service. */
export interface Playground {
  /** Answers a request; undefined if it is not for the playground. */
  answer: (request: Request, sockets: Sockets) => Promise<Response> | undefined;
  close: () => Promise<void>;
}

/** Where the playground's login API lies. */
const path = "/playground/otp-login";

const cookieName = "demo-playground";

type Env = { Bindings: Sockets };

/**
 * A real kit behind a network that its browser breaks as it likes: the element is as it is everywhere, and what it meets
 * are real answers, broken streams and dead connections, to be seen in the browser's own tools. How a browser's network
 * is, is kept here under a cookie, so that the endpoint is an address like any other.
 */
export function createPlayground({ kit: options, port }: PlaygroundOptions): Playground {
  const kits = kitsOf(options, port);
  const rooms = new Rooms();
  const app = new Hono<Env>();
  const roomOf = (c: Context<Env>): Room | undefined => rooms.find(getCookie(c, cookieName));

  app.use(async (c, next) => {
    await next();
    if (!c.res.headers.has("cache-control")) c.header("Cache-Control", "no-store");
  });

  app.put("/playground/network", bodyLimit({ maxSize: 4_096 }), async (c) => {
    if (isElsewhere(c, options.origin)) return c.json({ error: "forbidden_origin" }, 403);
    const network = parseNetwork(await c.req.json<unknown>().catch(() => undefined));
    if (!network) return c.json({ error: "invalid_request" }, 400);
    let room = roomOf(c);
    if (!room) {
      const key = randomBytes(16).toString("base64url");
      room = rooms.open(key);
      setCookie(c, cookieName, key, {
        path: "/playground",
        httpOnly: true,
        sameSite: "Lax",
        secure: options.origin.startsWith("https:"),
      });
    }
    room.network = network;
    return c.body(null, 204);
  });

  // A page's server that begins with the page: the playground's element gets what would be written into it.
  app.post("/playground/begin", bodyLimit({ maxSize: 4_096 }), async (c) => {
    if (isElsewhere(c, options.origin)) return c.json({ error: "forbidden_origin" }, 403);
    const beginning = parseBeginning(await c.req.json<unknown>().catch(() => undefined));
    if (!beginning) return c.json({ error: "invalid_request" }, 400);
    const room = roomOf(c);
    const headers = new Headers(c.req.raw.headers);
    // Out of a cache that another browser filled.
    if (beginning === "cache") headers.delete("cookie");
    const kit = kits[room?.network.life ?? "usual"];
    const begun = await kit.begin(new Request(c.req.url, { headers }), contextOf(c));
    if (!begun) return c.json({ error: "temporarily_unavailable" }, 503);
    const { attempt, otp, expiresIn } = begun;
    if (beginning === "server") {
      for (const cookie of begun.headers.getSetCookie()) c.header("Set-Cookie", cookie, { append: true });
      if (room) room.otp = otp;
    }
    return c.json({ attempt, otp, expiresIn });
  });

  // What the built-in phone scans: it is told the code that another would read from the screen.
  app.get("/playground/otp", (c) => {
    const otp = roomOf(c)?.otp;
    return otp === undefined ? c.json({ error: "no_code" }, 404) : c.json({ otp });
  });

  app.all(`${path}/callback`, (c) => kits.usual.fetch(c.req.raw, contextOf(c)));
  for (const [method, calls, kind] of [
    ["POST", path, "codes"],
    ["POST", `${path}/:attempt/otp`, "codes"],
    ["POST", `${path}/:attempt/login`, "login"],
    ["GET", `${path}/:attempt`, "status"],
  ] as const) {
    app.on(method, calls, (c) => {
      const room = roomOf(c);
      const usual = (request: Request) => throughKit(kits, room, request, contextOf(c));
      if (!room) return usual(c.req.raw);
      return withFaults(kind === "status" ? statusKind(c) : kind, c.req.raw, { room, usual, sockets: c.env });
    });
  }
  app.all(path, (c) => kits.usual.fetch(c.req.raw, contextOf(c)));
  app.all(`${path}/*`, (c) => kits.usual.fetch(c.req.raw, contextOf(c)));

  return {
    answer(request, sockets) {
      const { pathname } = new URL(request.url);
      return isOurs(pathname) ? Promise.resolve(app.fetch(request, sockets)) : undefined;
    },
    async close() {
      await Promise.all(Object.values(kits).map((kit) => kit.close()));
    },
  };
}

const isOurs = (pathname: string): boolean =>
  pathname === path ||
  pathname.startsWith(`${path}/`) ||
  pathname === "/playground/network" ||
  pathname === "/playground/begin" ||
  pathname === "/playground/otp";

type Kits = Record<Network["life"], LoginKit>;

/** A kit for each life of codes. They share their attempts, as the servers of a site do: any of them answers for all. */
function kitsOf(options: PlaygroundOptions["kit"], port: number): Kits {
  const store = memoryStore();
  const kitOf = (type: string): LoginKit =>
    createLoginKit({
      ...options,
      path,
      store,
      tokenServer: { ...options.tokenServer, type },
      // The attempts are in this process: no other may hear of them.
      callback: { uri: `http://127.0.0.1:${port}${path}/callback` },
    });
  return {
    usual: kitOf(otpType),
    brief: kitOf(typeWithLife(lifeSeconds.brief)),
    short: kitOf(typeWithLife(lifeSeconds.short)),
    hour: kitOf(typeWithLife(lifeSeconds.hour)),
  };
}

/** What the kit answers; the room learns of the code in it. */
async function throughKit(
  kits: Kits,
  room: Room | undefined,
  request: Request,
  context: unknown,
): Promise<Response> {
  const answer = await kits[room?.network.life ?? "usual"].fetch(request, context);
  // A start that was given up while it was answered is not what the page shows.
  if (room && answer.status === 201 && !request.signal.aborted) {
    const { otp } = (await answer.clone().json()) as { otp: string };
    room.otp = otp;
  }
  return answer;
}

/** As the Node adapter gives it: the kit finds the client's address in it. */
const contextOf = ({ env }: Context<Env>) => ({ req: env.incoming, res: env.outgoing });

const statusKind = (c: Context): CallKind =>
  c.req.header("accept")?.includes("text/event-stream") ? "stream" : "polls";

/** The page's own script calls, and nobody else's. */
function isElsewhere(c: Context, origin: string): boolean {
  const site = c.req.header("sec-fetch-site");
  const from = c.req.header("origin");
  return (site !== undefined && site !== "same-origin") || (from !== undefined && from !== origin);
}
