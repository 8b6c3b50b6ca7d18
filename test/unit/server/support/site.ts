import {
  createServer,
  type RequestListener,
  type Server,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { TestContext } from "node:test";
import { randomUUID } from "node:crypto";
import { getRequestListener } from "@hono/node-server";
import { createPhone, createTokenServer, type Phone, type TokenServer } from "onegini-otp-login/emulator";
import { nodeTransport, toNodeHandler, type NodeContext } from "onegini-otp-login/node";
import type { LoginKitEvent, LoginKitOptions } from "onegini-otp-login/server";
import { createLoginKit } from "../../../../src/server/create-login-kit.js";
import type { LoginKit } from "../../../../src/server/login-kit.js";
import type { CommonOptions, HandOver, SignIn } from "../../../../src/server/options.js";
import { systemRuntime, type Runtime } from "../../../../src/server/runtime.js";
import { listen } from "../../../support/listen.js";

export { listen };

/** Options of a kit that makes no calls. */
export const exampleOptions: LoginKitOptions = {
  origin: "https://www.example.com",
  tokenServer: { url: "https://ts.example.com", clientId: "site", clientSecret: "secret", type: "qr-code" },
  signIn: () => undefined,
  onEvent: () => undefined,
};

/** The emulator on its own port, with a log of its calls. */
export interface Emulator {
  url: string;
  tokenServer: TokenServer;
  /** The transactions whose results were polled, in order. */
  polls: string[];
  /** The forms of the transactions that were started. */
  starts: URLSearchParams[];
  /** The `Authorization` header of each call. */
  authorizations: (string | null)[];
  /** An enrolled phone, to accept or deny. */
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

/** A site with the kit on its own port. */
export interface Site {
  origin: string;
  /** The address of the login API. */
  url: string;
  kit: LoginKit<NodeContext>;
  /** The kit's events. */
  events: LoginKitEvent[];
  /** The users of all logins, from `signIn`. */
  logins: { userId: string; attempt: string }[];
  server: Server;
  /** The emulator. Undefined if the test has its own Token Server. */
  emulator: Emulator;
}

/** The options of the site's kit that a test sets: `handOver` takes the place of `signIn`. */
export type SiteKitOptions = Partial<
  CommonOptions<NodeContext> & { signIn: SignIn<NodeContext>; handOver: HandOver }
>;

export interface SiteOptions {
  /** The kit's options, or what makes them of the origin at which the site listens. */
  options?: SiteKitOptions | ((listensAt: string) => SiteKitOptions);
  runtime?: Runtime;
  /** The life of a code in seconds. Default 60. */
  ttlSeconds?: number;
  /** The address of a Token Server to use instead of the emulator. */
  tokenServerUrl?: string;
  /** Mounts the kit's handler in a framework. */
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
  const note: SignIn<NodeContext> = ({ userId, attempt }) => {
    logins.push({ userId, attempt });
    return Response.json({ redirect_to: "/account" }, { headers: { "set-cookie": `session=${userId}` } });
  };
  const given = typeof options === "function" ? options(origin) : (options ?? {});
  const { handOver, signIn = note, ...others } = given;
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
      onEvent: (event) => void events.push(event),
      ...others,
      ...(handOver ? { handOver } : { signIn }),
    },
    runtime,
  );
  listener = await mount(toNodeHandler(kit));
  return { origin, url: `${origin}/otp-login`, kit, events, logins, server, emulator: tokenServer };
}

/** Writes any answer, or none. */
export type Script = (res: ServerResponse, transactionId: string, req: IncomingMessage) => void;

/** A Token Server with scripted answers, valid or invalid. */
export interface ScriptedTokenServer {
  url: string;
  /** The answer to a start. Default: a transaction of a minute. */
  start: Script;
  /** The answer to a result poll. Default: 404/3004, not decided. */
  result: Script;
  /** The transactions that were started, in order. */
  started: string[];
  /** The transactions whose results were polled, in order. */
  polls: string[];
  /** When each result was polled, in seconds since the first start, by the test's clock. */
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

/** A site whose Token Server is scripted, both by the same clock. */
export async function scriptedSite(
  t: Pick<TestContext, "after">,
  options: SiteOptions = {},
): Promise<{ tokenServer: ScriptedTokenServer; where: Site }> {
  const tokenServer = await scriptedTokenServer(t, () => (options.runtime ?? systemRuntime).now());
  return { tokenServer, where: await site(t, { tokenServerUrl: tokenServer.url, ...options }) };
}
