import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { getRequestListener } from "@hono/node-server";
import { createPhone, createTokenServer, type Phone, type TokenServer } from "onegini-otp-login/emulator";
import { nodeTransport, toNodeHandler, type NodeContext } from "onegini-otp-login/node";
import type { LoginKitEvent } from "onegini-otp-login/server";
import { createLoginKit } from "../../../../src/server/kit.js";
import type { LoginKit } from "../../../../src/server/login-kit.js";
import type { LoginKitOptions } from "../../../../src/server/options.js";
import { systemRuntime, type Runtime } from "../../../../src/server/runtime.js";

/** Listens on a free port of loopback until the test ends. Resolves to the origin. */
export async function listen(t: Pick<TestContext, "after">, server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A well-behaved Token Server on a port of its own, with a log of what it was asked. */
export interface Emulator {
  url: string;
  tokenServer: TokenServer;
  /** The transactions that were asked about, in order. */
  questions: string[];
  /** The forms of the transactions that were started. */
  starts: URLSearchParams[];
  /** How often credentials came in a header. */
  authorizations: (string | null)[];
  /** An enrolled phone that accepts or denies what it is shown. */
  phone(user?: string, accept?: boolean): Promise<Phone>;
}

export async function emulator(
  t: Pick<TestContext, "after">,
  { ttlSeconds = 60 }: { ttlSeconds?: number | undefined } = {},
): Promise<Emulator> {
  const tokenServer = createTokenServer({
    types: [{ name: "qr-code", ttlSeconds }],
    clients: [{ id: "site", secret: "site-secret" }],
  });
  const questions: string[] = [];
  const starts: URLSearchParams[] = [];
  const authorizations: (string | null)[] = [];
  const answer = getRequestListener(
    async (request) => {
      const transaction = /\/transaction\/([^/]+)$/.exec(new URL(request.url).pathname)?.[1];
      authorizations.push(request.headers.get("authorization"));
      if (transaction) questions.push(transaction);
      if (!request.url.endsWith("/authenticate/user")) return tokenServer.fetch(request);
      const body = await request.text();
      starts.push(new URLSearchParams(body));
      return tokenServer.fetch(new Request(request.url, { method: "POST", headers: request.headers, body }));
    },
    { overrideGlobalObjects: false },
  );
  const url = await listen(
    t,
    createServer((req, res) => void answer(req, res)),
  );
  return {
    url,
    tokenServer,
    questions,
    starts,
    authorizations,
    async phone(user = "alice", accept = true) {
      const phone = createPhone(tokenServer, user);
      await phone.enroll();
      phone.onConfirmation((confirmation) => {
        if (accept) confirmation.accept();
        else confirmation.deny();
      });
      return phone;
    },
  };
}

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
