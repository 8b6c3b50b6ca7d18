import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { createPhone, createTokenServer, listen, type TokenServer } from "onegini-otp-login/emulator";
import { startRedis, type RedisServer, type RedisServerOptions } from "../../../support/services/redis.js";
import { until } from "../../../support/until.js";
import { startKit, type KitProcess } from "./kit-process.js";
import type { FromNode } from "./node-messages.js";
import { Visitor } from "../../../support/visitor.js";

export interface ProductionOptions {
  /** How many servers. Default 2. */
  nodes?: number;
  /** How long a code lives. Default 60. */
  ttlSeconds?: number;
  /** How long `signIn` takes. Default 20 ms. */
  signInMs?: number;
  redis?: RedisServerOptions;
  /** Puts a proxy in front: its address, from those of the servers. Default none: visitors go to the servers in turn. */
  proxy?: (t: TestContext, nodes: readonly KitProcess[]) => Promise<string>;
}

/** A site in service: servers, Redis and a Token Server, with people who log in. */
export interface Production {
  nodes: readonly KitProcess[];
  redis: RedisServer;
  tokenServer: TokenServer;
  /** The Token Server's process is gone: connections are refused; and back. */
  tokenServerDown(): Promise<void>;
  tokenServerUp(): Promise<void>;
  /** Everything that the servers said. */
  messages: FromNode[];
  /** Opens login pages, and waits until each shows its code. */
  open(count: number): Promise<Login[]>;
}

/** One person at one page. */
export interface Login {
  visitor: Visitor;
  user: string;
  /** When the person accepted on the phone; undefined until then. */
  acceptedAt: number | undefined;
  /** Scans what the page shows, and accepts. */
  accept(): Promise<void>;
}

const origin = "http://localhost:3000";
let people = 0;

/** Starts it all, until the test ends. */
export async function production(t: TestContext, options: ProductionOptions = {}): Promise<Production> {
  const { nodes: count = 2, ttlSeconds = 60, signInMs = 20, redis: redisOptions, proxy } = options;
  const redis = await startRedis({ appendOnly: true, ...redisOptions });
  const tokenServer = createTokenServer({
    types: [{ name: "qr-code", ttlSeconds }],
    clients: [{ id: "site", secret: "site-secret" }],
  });
  let listening = await listen(tokenServer);
  const port = Number(new URL(listening.url).port);
  const messages: FromNode[] = [];
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
    port: 0,
    redisUrl: redis.url,
    tokenServerUrl: listening.url,
    callbackUri,
    signInMs,
  };
  nodes.push(
    ...(await Promise.all(
      Array.from({ length: count }, () => startKit(settings, (message) => messages.push(message))),
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
  // A page's requests go round: each may land on another server.
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
    async open(number) {
      const opened = Array.from({ length: number }, (): Login => {
        const user = `user-${(people += 1)}`;
        const visitor = new Visitor({ origin, route });
        const login: Login = {
          visitor,
          user,
          acceptedAt: undefined,
          async accept() {
            const phone = createPhone(tokenServer, user);
            await phone.enroll();
            phone.onConfirmation((confirmation) => confirmation.accept());
            await phone.handleMobileAuthWithOtp(await visitor.code());
            login.acceptedAt = performance.now();
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

/** What became of the logins that were accepted on a phone. */
export interface Outcome {
  accepted: number;
  /** Accepted, and the page is not logged in as that very user. */
  lost: number;
  /** Attempts that made sessions for more than one user or browser, or `signIn` that ended twice without being asked again. */
  doubled: number;
  /** Attempts whose `signIn` ran again with the same attempt id, because the first answer was lost. */
  repeated: number;
  /** From the end of the fault until the last of them was logged in. */
  secondsUntilWell: number;
}

/**
 * Waits until all that were accepted are logged in, or the time is over; prints the figures.
 *
 * @param endedAt when the fault ended, by `performance.now()`
 */
export async function outcome(
  t: TestContext,
  logins: readonly Login[],
  { messages }: Pick<Production, "messages">,
  endedAt: number,
  maxMs = 30_000,
): Promise<Outcome> {
  const accepted = logins.filter(({ acceptedAt }) => acceptedAt !== undefined);
  const isIn = ({ visitor, user }: Login): boolean =>
    visitor.state.phase === "completed" && visitor.session === user;
  await until(() => accepted.every(isIn), "every login", maxMs).catch(() => undefined);
  const users = new Set(accepted.map(({ user }) => user));
  const runs = new Map<string, string[]>();
  for (const message of messages) {
    if (message.kind !== "sign-in begins" || !users.has(message.userId)) continue;
    runs.set(message.attempt, [...(runs.get(message.attempt) ?? []), message.userId]);
  }
  const attempts = [...runs.values()];
  const attemptsOf = (user: string): number => attempts.filter((ran) => ran.includes(user)).length;
  const doubled =
    attempts.filter((ran) => new Set(ran).size > 1).length +
    [...users].filter((user) => attemptsOf(user) > 1).length;
  const lastAt = Math.max(
    ...accepted.map(
      ({ visitor }) => visitor.phases.find(({ phase }) => phase === "completed")?.at ?? -Infinity,
    ),
  );
  const result: Outcome = {
    accepted: accepted.length,
    lost: accepted.filter((login) => !isIn(login)).length,
    doubled,
    repeated: attempts.filter((ran) => ran.length > 1).length,
    secondsUntilWell: Math.max(0, Math.round((lastAt - endedAt) / 100) / 10),
  };
  const { lost, repeated, secondsUntilWell } = result;
  const line = `${accepted.length} logins, ${lost} lost, ${doubled} doubled, ${repeated} repeated; well after ${secondsUntilWell} s`;
  t.diagnostic(line);
  console.log(`  ${t.name}: ${line}`);
  return result;
}
