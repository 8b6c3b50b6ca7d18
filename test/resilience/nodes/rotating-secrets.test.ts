import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { getRequestListener } from "@hono/node-server";
import { createPhone, createTokenServer } from "onegini-otp-login/emulator";
import { freePort } from "../../support/services/free-port.js";
import { redisFor, type RedisServer } from "../../support/services/redis.js";
import { runServe, type ServeProcess } from "../../support/services/serve-process.js";
import { until } from "../../support/until.js";
import { Browser } from "../../unit/server/support/browser.js";
import { listen } from "../../unit/server/support/site.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

/** The steps of docs/rotating-secrets.md, while people log in at two processes of `serve` on one Redis. */

const origin = "http://localhost:8000";
const basic = (user: string, password: string): string => `Basic ${btoa(`${user}:${password}`)}`;

/** The administrator's side: a client and a callback with one secret each, which change at once. */
async function tokenServerOf(t: TestContext) {
  const callbacks: number[] = [];
  const administrator = { clientSecret: "old-client-secret", callbackPassword: "old-callback-password" };
  const emulator = createTokenServer({
    types: [{ name: "qr-code", ttlSeconds: 60 }],
    clients: [{ id: "site", secret: "of-the-emulator" }],
    async fetch(url, init) {
      const headers = new Headers(init?.headers);
      headers.set("authorization", basic("ts", administrator.callbackPassword));
      const answer = await fetch(url, { ...init, headers });
      callbacks.push(answer.status);
      return answer;
    },
  });
  const answer = getRequestListener(
    async (request) => {
      const isRight = request.headers.get("authorization") === basic("site", administrator.clientSecret);
      if (!isRight) return Response.json({ error: "invalid_client" }, { status: 401 });
      const headers = new Headers(request.headers);
      headers.set("authorization", basic("site", "of-the-emulator"));
      const { method } = request;
      const body = method === "POST" ? { body: await request.text() } : {};
      return emulator.fetch(new Request(request.url, { method, headers, ...body }));
    },
    { overrideGlobalObjects: false },
  );
  const url = await listen(
    t,
    createServer((req, res) => void answer(req, res)),
  );
  return { url, emulator, administrator, callbacks };
}

/** The site's own backend, and people who log in at it one after the other, as long as the test wants. */
function visits(
  t: TestContext,
  nodes: readonly { url: string; internal: string }[],
  emulator: Awaited<ReturnType<typeof tokenServerOf>>["emulator"],
  backend: { secret: string },
) {
  let [logins, isOver] = [0, false];
  const failures: unknown[] = [];
  const logIn = async (at: number, user: string): Promise<void> => {
    const [here, elsewhere] = at % 2 === 0 ? [0, 1] : [1, 0];
    const browser = new Browser({ url: nodes[here]?.url ?? "", origin });
    const { attempt, otp } = await browser.start();
    const stream = await browser.stream(attempt);
    const phone = createPhone(emulator, user);
    await phone.enroll();
    phone.onConfirmation((confirmation) => confirmation.accept());
    await phone.handleMobileAuthWithOtp(otp);
    await stream.status("approved");
    const { ticket } = (await (await browser.logIn(attempt)).json()) as { ticket: string };
    const answer = await fetch(`${nodes[elsewhere]?.internal}/redeem`, {
      method: "POST",
      headers: { authorization: `Bearer ${backend.secret}`, "content-type": "application/json" },
      body: JSON.stringify({ ticket, cookie: browser.cookie }),
    });
    assert.equal(answer.status, 200);
    assert.equal(((await answer.json()) as { user_id: string }).user_id, user);
  };
  t.after(() => (isOver = true));
  const people = ["alice", "bob", "carol"].map(async (user) => {
    for (let at = 0; !isOver && failures.length === 0; at++) {
      await logIn(at, user).catch((error: unknown) => failures.push(error));
      logins++;
    }
  });
  return {
    failures,
    /** Until each person has logged in some more times. */
    async goOn() {
      const wanted = logins + 12;
      await until(() => logins >= wanted || failures.length > 0, "more logins", 120_000);
      assert.deepEqual(failures, []);
    },
    async end() {
      isOver = true;
      await Promise.all(people);
      return logins;
    },
  };
}

const linesOf = ({ stdout }: ServeProcess): { event: string; level: string; [name: string]: unknown }[] =>
  stdout()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { event: string; level: string });

async function aclUser(t: TestContext): Promise<RedisServer> {
  const redis = await redisFor(t);
  redis.command("ACL", "SETUSER", "login", "on", ">old-redis", "~*", "&*", "+@all");
  return redis;
}

test("each of the four secrets changes by the documented steps, and no call is refused", async (t) => {
  const redis = await aclUser(t);
  const { url, emulator, administrator, callbacks } = await tokenServerOf(t);
  const directory = temporaryFolder(t);
  const put = (name: string, text: string): string => {
    const path = join(directory, name);
    writeFileSync(path, `${text}\n`);
    return path;
  };
  const redisUrl = (password: string) => `redis://login:${password}@127.0.0.1:${redis.port}`;
  const [oldSecret, newSecret] = [
    "old-internal-secret-0123456789abcdef",
    "new-internal-secret-0123456789abcdef",
  ];
  const ports = [await freePort(), await freePort()];
  const config = put(
    "site.yaml",
    JSON.stringify({
      origin,
      "token-server-url": url,
      "client-id": "site",
      "client-secret-file": put("client", administrator.clientSecret),
      type: "qr-code",
      message: "Log in",
      "callback-uri": `http://127.0.0.1:${ports[0]}/otp-login/callback`,
      "callback-username": "ts",
      "callback-password-file": put("callback", administrator.callbackPassword),
      "internal-port": 0,
      "internal-secret-file": put("internal", oldSecret),
      "redis-url-file": put("redis", redisUrl("old-redis")),
      limits: { startsPerAddress: false, tokenServerCalls: false },
    }),
  );
  const services = ports.map((port) => runServe(t, "--config", config, "--port", String(port)));
  const nodes = await Promise.all(
    services.map(async (service) => ({
      internal: await service.said("internal"),
      url: `${await service.said("ready")}/otp-login`,
    })),
  );
  /** Sends SIGHUP to both, and waits until they have read. */
  const reload = async (): Promise<void> => {
    const read = () => services.map((each) => linesOf(each).filter(({ event }) => event === "secrets_read"));
    const before = read().map(({ length }) => length);
    for (const { child } of services) child.kill("SIGHUP");
    await until(() => read().every(({ length }, index) => length > (before[index] ?? 0)), "both reloads");
    for (const lines of read()) assert.equal((lines.at(-1)?.["changed"] as string[]).length, 1);
    await people.goOn();
  };
  const metrics = async (secret: string): Promise<number[]> =>
    Promise.all(
      nodes.map(async ({ internal }) => {
        const headers = { authorization: `Bearer ${secret}` };
        return (await fetch(`${internal}/metrics`, { headers })).status;
      }),
    );

  const backend = { secret: oldSecret };
  const people = visits(t, nodes, emulator, backend);
  await people.goOn();

  // internal-secret
  put("internal", `${newSecret},${oldSecret}`);
  await reload();
  backend.secret = newSecret;
  await people.goOn();
  put("internal", newSecret);
  await reload();

  // client-secret
  put("client", `new-client-secret\n${administrator.clientSecret}`);
  await reload();
  administrator.clientSecret = "new-client-secret";
  await people.goOn();
  put("client", "new-client-secret");
  await reload();

  // callback-password
  put("callback", `new-callback-password\n${administrator.callbackPassword}`);
  await reload();
  administrator.callbackPassword = "new-callback-password";
  await people.goOn();
  put("callback", "new-callback-password");
  await reload();

  // redis-url
  redis.command("ACL", "SETUSER", "login", ">new-redis");
  put("redis", redisUrl("new-redis"));
  await reload();
  redis.command("ACL", "SETUSER", "login", "<old-redis");
  await people.goOn();

  const logins = await people.end();
  assert.deepEqual(people.failures, []);
  assert.deepEqual([...new Set(callbacks)], [204]);
  const refused = services.flatMap(linesOf).filter(({ level }) => level !== "info");
  assert.deepEqual(refused, []);
  t.diagnostic(`${logins} logins and ${callbacks.length} callbacks, none refused`);

  // The old ones are void.
  assert.deepEqual(await metrics(oldSecret), [401, 401]);
  const old = await fetch(`${nodes[0]?.url}/callback`, {
    method: "POST",
    headers: { authorization: basic("ts", "old-callback-password"), "content-type": "application/json" },
    body: '{"transaction_id":"a"}',
  });
  assert.equal(old.status, 401);
  // New connections to Redis have the new password.
  redis.command("CLIENT", "KILL", "USER", "login");
  const ready = async () =>
    Promise.all(nodes.map(async ({ internal }) => (await fetch(`${internal}/ready`)).status));
  await until(async () => (await ready()).every((status) => status === 200), "Redis again");
  const after = visits(t, nodes, emulator, backend);
  await after.goOn();
  await after.end();
});

test("a redis-url that does not work, or is of another Redis, is refused, and the old one stays", async (t) => {
  const redis = await aclUser(t);
  const directory = temporaryFolder(t);
  const file = join(directory, "redis");
  const at = (user: string, port = redis.port) => `redis://${user}@127.0.0.1:${port}`;
  writeFileSync(file, at("login:old-redis"));
  const service = runServe(
    t,
    ...["--origin", origin, "--token-server-url", "http://127.0.0.1:9", "--client-id", "site"],
    ...["--client-secret", "site-secret", "--type", "qr-code", "--port", "0", "--internal-port", "0"],
    ...["--redis-url-file", file],
  );
  await service.said("ready");
  const refusals = () => linesOf(service).filter(({ event }) => event === "secret_not_read");
  for (const [text, reason] of [
    [
      at("login:wrong-redis"),
      /^Redis cannot be used at 127\.0\.0\.1:\d+ \(WRONGPASS .*\)\. Check the user name and password/,
    ],
    [at("login:old-redis", redis.port + 1), /^Only the user name and password of redis-url can change/],
    ["redis", /^--redis-url-file must be an address such as redis:/],
  ] as const) {
    const before = refusals().length;
    writeFileSync(file, text);
    service.child.kill("SIGHUP");
    await until(() => refusals().length > before, text);
    assert.match(String(refusals().at(-1)?.["description"]), reason);
  }
  redis.command("CLIENT", "KILL", "USER", "login");
  const internal = await service.said("internal");
  await until(async () => (await fetch(`${internal}/ready`)).status === 200, "Redis again");
  assert.doesNotMatch(service.stdout() + service.stderr(), /(old|wrong)-redis/);
});
