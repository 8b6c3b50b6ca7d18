import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, createServer, get, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { createPhone, createTokenServer, listen, type TokenServer } from "onegini-otp-login/emulator";
import { runJobs } from "../../../../scripts/test-runner.js";
import { freePort } from "../../../support/services/free-port.js";
import { startRedis, type RedisServer, type RedisServerOptions } from "../../../support/services/redis.js";
import { until } from "../../../support/until.js";
import { startKit, type FromNode, type KitProcess } from "./kit-process.js";
import { WidgetVisitor } from "../../../support/widget-visitor.js";

interface ProductionOptions {
  /** How many servers. Default 2. */
  nodes?: number;
  /** How long a code lives. Default 60. */
  ttlSeconds?: number;
  /** How long `signIn` takes. Default 20 ms. */
  signInMs?: number;
  redis?: RedisServerOptions;
  /** Starts a proxy before the servers. Returns its address. Default: none, and requests go to the servers in turn. */
  proxy?: (t: TestContext, nodes: readonly KitProcess[]) => Promise<string>;
}

/** A running site: servers, Redis and a Token Server, and people who log in. */
export interface Production {
  nodes: readonly KitProcess[];
  redis: RedisServer;
  tokenServer: TokenServer;
  /** Ends the Token Server's process, so that connections are refused. */
  tokenServerDown(): Promise<void>;
  /** Starts it again on the same port. */
  tokenServerUp(): Promise<void>;
  /** All messages of the servers. */
  messages: readonly Heard[];
  /** Opens login pages, and waits until each shows its code. */
  open(count: number): Promise<Login[]>;
  /** Opens that many streams on each server, of attempts that nobody accepts, from as many addresses. */
  openStreams(perNode: number): Promise<void>;
}

/** A message from a server. Servers are counted from 0. */
type Heard = FromNode & { node: number };

/** A person with a login page. */
export interface Login {
  visitor: WidgetVisitor;
  user: string;
  /** Whether the person has accepted on the phone. */
  isAccepted: boolean;
  /** Scans the page's code, and accepts. */
  accept(): Promise<void>;
}

const origin = "http://localhost:3000";
let people = 0;

/** Starts a site for one test. */
export async function production(t: TestContext, options: ProductionOptions = {}): Promise<Production> {
  const { nodes: count = 2, ttlSeconds = 60, signInMs = 20, redis: redisOptions, proxy } = options;
  const redis = await startRedis({ appendOnly: true, ...redisOptions });
  const tokenServer = createTokenServer({
    types: [{ name: "qr-code", ttlSeconds }],
    clients: [{ id: "site", secret: "site-secret" }],
  });
  const port = await freePort();
  let listening = await listen(tokenServer, { port });
  const messages: Heard[] = [];
  const nodes: KitProcess[] = [];
  let turn = 0;
  const next = (): string => {
    const running = nodes.filter(({ isRunning }) => isRunning);
    return (running[(turn += 1) % running.length] ?? nodes[0])?.url ?? "";
  };

  // The Token Server knows one address of the site.
  const front = createServer((req, res) => {
    let body = "";
    req.on("data", (part: Buffer) => (body += part.toString()));
    req.on("end", () => {
      const headers = { "content-type": req.headers["content-type"] ?? "" };
      fetch(next() + (req.url ?? ""), { method: "POST", headers, body }).then(
        ({ status }) => res.writeHead(status).end(),
        () => res.writeHead(502).end(),
      );
    });
  });
  await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
  const callbackUri = `http://127.0.0.1:${(front.address() as AddressInfo).port}/otp-login/callback`;

  const settings = {
    origin,
    redisUrl: redis.url,
    tokenServerUrl: listening.url,
    callbackUri,
    signInMs,
  };
  nodes.push(
    ...(await Promise.all(
      Array.from({ length: count }, (_, node) =>
        startKit(settings, (message) => messages.push({ ...message, node })),
      ),
    )),
  );
  const logins: Login[] = [];
  t.after(async () => {
    for (const { visitor } of logins) visitor.leave();
    front.close();
    front.closeAllConnections();
    redis.resume();
    await Promise.all(nodes.map((node) => node.kill()));
    await listening.close();
    await redis.stop();
  });
  const proxyUrl = await proxy?.(t, nodes);
  const streams = new Agent({ keepAlive: true });
  t.after(() => streams.destroy());
  // Requests of one page go to the servers in turn.
  const route = () => proxyUrl ?? next();

  return {
    nodes,
    redis,
    tokenServer,
    messages,
    tokenServerDown: () => listening.close(),
    async tokenServerUp() {
      listening = await listen(tokenServer, { port });
    },
    async openStreams(perNode) {
      const openOne = async (node: KitProcess, address: string): Promise<void> => {
        const started = await fetch(`${node.url}/otp-login`, {
          method: "POST",
          headers: { origin, "x-address": address },
        });
        const { attempt } = (await started.json()) as { attempt: string };
        const cookie = started.headers.getSetCookie()[0]?.split(";")[0] ?? "";
        const headers = { accept: "text/event-stream", cookie };
        const stream = get(`${node.url}/otp-login/${attempt}`, { agent: streams, headers });
        // At the end of the test it is destroyed.
        stream.on("error", () => undefined);
        const [response] = (await once(stream, "response")) as [IncomingMessage];
        assert.equal(response.statusCode, 200);
        response.on("error", () => undefined).resume();
      };
      const jobs = nodes.flatMap((node, number) =>
        Array.from(
          { length: perNode },
          (_, index) => () => openOne(node, `10.${number}.${index >> 8}.${index & 255}`),
        ),
      );
      await runJobs(jobs, 20);
    },
    async open(number) {
      const opened = Array.from({ length: number }, (): Login => {
        const user = `user-${(people += 1)}`;
        const visitor = new WidgetVisitor({ origin, route });
        const login: Login = {
          visitor,
          user,
          isAccepted: false,
          async accept() {
            const phone = createPhone(tokenServer, user);
            await phone.enroll();
            phone.onConfirmation((confirmation) => confirmation.accept());
            await phone.handleMobileAuthWithOtp(await visitor.code());
            login.isAccepted = true;
          },
        };
        return login;
      });
      for (const { visitor } of opened) visitor.start();
      await Promise.all(opened.map(({ visitor }) => visitor.code()));
      logins.push(...opened);
      return opened;
    },
  };
}

/**
 * Waits in real time, for the other processes: how long a fault lasts, or how far apart people act. It is not a wait
 * for something to happen, so a slow machine makes no difference.
 */
export const pass = (seconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, seconds * 1000));

export const acceptAll = (logins: readonly Login[]): Promise<unknown> =>
  Promise.all(logins.map((login) => login.accept()));

/** Waits until `signIn` has run for a number of logins, on all servers or on one. */
export const signInsBegun = ({ messages }: Production, count: number, onNode?: number): Promise<void> =>
  until(
    () =>
      messages.filter(
        ({ kind, node }) => kind === "sign-in begins" && (onNode === undefined || node === onNode),
      ).length >= count,
    `${count} logins to be under way`,
  );

/**
 * Asserts that all of these people, who have accepted on their phones, are logged in as themselves, each by one
 * attempt. Returns how many attempts ran `signIn` again with the same attempt id because the first answer was lost.
 */
export async function expectAllLoggedIn(
  t: TestContext,
  { messages }: Pick<Production, "messages">,
  logins: readonly Login[],
): Promise<{ repeated: number }> {
  const isIn = ({ visitor, user, isAccepted }: Login): boolean =>
    isAccepted && visitor.state.phase === "completed" && visitor.session === user;
  const beganAt = performance.now();
  // The bound is far beyond the life of a code and its grace.
  await until(() => logins.every(isIn), "every login", 120_000).catch(() => undefined);
  const seconds = ((performance.now() - beganAt) / 1000).toFixed(1);
  const users = new Set(logins.map(({ user }) => user));
  const usersOf = new Map<string, string[]>();
  for (const message of messages) {
    if (message.kind !== "sign-in begins" || !users.has(message.userId)) continue;
    usersOf.set(message.attempt, [...(usersOf.get(message.attempt) ?? []), message.userId]);
  }
  const attempts = [...usersOf.values()];
  const attemptsOf = (user: string): number => attempts.filter((ran) => ran.includes(user)).length;
  const lost = logins
    .filter((login) => !isIn(login))
    .map(({ user, visitor: { phases } }) => ({ user, phases }));
  const repeated = attempts.filter((ran) => ran.length > 1).length;
  t.diagnostic(
    `${logins.length} logins, ${lost.length} lost, ${repeated} repeated; all logged in after ${seconds} s`,
  );
  assert.deepEqual(lost, [], "accepted, but not logged in");
  const ranTwice = attempts.filter((ran) => new Set(ran).size > 1);
  assert.deepEqual(ranTwice, [], "attempts that logged several users in");
  const withTwo = [...users].filter((user) => attemptsOf(user) > 1);
  assert.deepEqual(withTwo, [], "users whom several attempts logged in");
  return { repeated };
}
