import {
  createServer,
  type RequestListener,
  type Server,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { randomUUID } from "node:crypto";
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

/** The emulator on a port of its own, with a log of the calls. */
export interface Emulator {
  url: string;
  tokenServer: TokenServer;
  /** The transactions whose results were polled, in order. */
  polls: string[];
  /** The forms of the transactions that were started. */
  starts: URLSearchParams[];
  /** The `Authorization` header of each call. */
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
  const polls: string[] = [];
  const starts: URLSearchParams[] = [];
  const authorizations: (string | null)[] = [];
  const answer = getRequestListener(
    async (request) => {
      const transaction = /\/transaction\/([^/]+)$/.exec(new URL(request.url).pathname)?.[1];
      authorizations.push(request.headers.get("authorization"));
      if (transaction) polls.push(transaction);
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
    polls,
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
  /** The kit's events. */
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

/** Writes an answer of any shape, or none. */
export type Script = (res: ServerResponse, transactionId: string, req: IncomingMessage) => void;

/** A Token Server that does what the test says, good or bad. */
export interface ScriptedTokenServer {
  url: string;
  /** What it answers to a start. Default: a transaction of a minute. */
  start: Script;
  /** What it answers to a result poll. Default: 404/3004, nothing decided. */
  result: Script;
  /** The transactions that were started, in order. */
  started: string[];
  /** The transactions whose results were polled, in order. */
  polls: string[];
  /** When each was polled, by the test's clock, in seconds since the first start. */
  polledAt: number[];
  /** The paths of all requests. */
  paths: string[];
}

/** Answers JSON. */
export const json =
  (status: number, body: object): Script =>
  (res) =>
    res.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));

export const started =
  (ttlMs = 60_000): Script =>
  (res, transactionId) =>
    json(200, {
      transaction_id: transactionId,
      auth_method: "otp",
      time_to_live: ttlMs,
      otp: btoa(JSON.stringify({ transaction_id: transactionId, otp: "c2l4dGVlbiByYW5kb20gYg==" })),
    })(res, transactionId, undefined as never);

export const undecided: Script = json(404, { error: "3004", error_description: "Unknown transaction" });

export const result =
  (overrides: object): Script =>
  (res, transactionId) =>
    json(200, {
      callback_uri: "http://127.0.0.1/otp-login/callback",
      transaction_id: transactionId,
      timestamp: 1,
      user_id: null,
      is_authenticated: false,
      authentication_method: "otp",
      ...overrides,
    })(res, transactionId, undefined as never);

export const accepted = (userId = "alice"): Script => result({ is_authenticated: true, user_id: userId });

export const failed = (reason: string): Script =>
  result({ not_authenticated_reason: { reason, description: `It was ${reason}.` } });

/** @param now the test's clock */
export async function scriptedTokenServer(
  t: Pick<TestContext, "after">,
  now: () => number = () => Date.now(),
): Promise<ScriptedTokenServer> {
  let beganAt: number | undefined;
  const server = createServer((req, res) => {
    req.resume();
    const path = req.url ?? "";
    scripted.paths.push(path);
    const polled = /\/transaction\/([^/?]+)$/.exec(path)?.[1];
    if (polled !== undefined) {
      scripted.polls.push(polled);
      scripted.polledAt.push((now() - (beganAt ?? now())) / 1000);
      return scripted.result(res, polled, req);
    }
    const id = randomUUID();
    scripted.started.push(id);
    beganAt ??= now();
    scripted.start(res, id, req);
  });
  const scripted: ScriptedTokenServer = {
    url: await listen(t, server),
    start: started(),
    result: undecided,
    started: [],
    polls: [],
    polledAt: [],
    paths: [],
  };
  return scripted;
}
