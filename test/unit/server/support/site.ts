import { createServer, type RequestListener, type Server } from "node:http";
import type { TestContext } from "node:test";
import { nodeTransport, toNodeHandler, type NodeContext } from "onegini-otp-login/node";
import type { LoginKitEvent } from "onegini-otp-login/server";
import { createLoginKit } from "../../../../src/server/kit.js";
import type { LoginKit } from "../../../../src/server/login-kit.js";
import type { LoginKitOptions } from "../../../../src/server/options.js";
import { systemRuntime, type Runtime } from "../../../../src/server/runtime.js";
import { emulator, type Emulator } from "./emulator.js";
import { listen } from "./listen.js";

export { listen };

/** A site with the kit, on a port of its own. */
export interface Site {
  origin: string;
  /** The address of the login API. */
  url: string;
  kit: LoginKit<NodeContext>;
  /** What the site's log heard. */
  events: LoginKitEvent[];
  /** Who logged in, by `signIn`. */
  logins: { userId: string; attempt: string }[];
  server: Server;
  /** The Token Server behind it; undefined where the test brought its own. */
  emulator: Emulator;
}

export interface SiteOptions {
  options?: Partial<LoginKitOptions<NodeContext>>;
  runtime?: Runtime;
  /** Seconds that a code lives. Default 60. */
  ttlSeconds?: number;
  /** The address of another Token Server than the emulator. */
  tokenServerUrl?: string;
  /** Puts the kit's handler into a framework. */
  mount?: (handler: ReturnType<typeof toNodeHandler>) => RequestListener | Promise<RequestListener>;
}

/** Serves a site until the test ends. */
export async function site(
  t: Pick<TestContext, "after">,
  {
    options,
    runtime = systemRuntime,
    ttlSeconds,
    tokenServerUrl,
    mount = (handler) => handler,
  }: SiteOptions = {},
): Promise<Site> {
  let listener: RequestListener = (_req, res) => res.writeHead(503).end();
  const server = createServer((req, res) => listener(req, res));
  const origin = await listen(t, server);
  const tokenServer = await emulator(t, { ttlSeconds });
  const events: LoginKitEvent[] = [];
  const logins: Site["logins"] = [];
  const kit = createLoginKit<NodeContext>(
    {
      origin,
      transport: nodeTransport,
      tokenServer: {
        url: tokenServerUrl ?? tokenServer.url,
        clientId: "site",
        clientSecret: "site-secret",
        type: "qr-code",
      },
      message: "Log in to the test site",
      signIn({ userId, attempt }) {
        logins.push({ userId, attempt });
        return Response.json({ redirect_to: "/account" }, { headers: { "set-cookie": `session=${userId}` } });
      },
      onEvent: (event) => void events.push(event),
      ...options,
    },
    runtime,
  );
  listener = await mount(toNodeHandler(kit));
  return { origin, url: `${origin}/otp-login`, kit, events, logins, server, emulator: tokenServer };
}
