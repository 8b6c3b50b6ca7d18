import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { request } from "node:https";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { describe, test, type TestContext } from "node:test";
import { getRequestListener } from "@hono/node-server";
import { createPhone, createTokenServer } from "onegini-otp-login/emulator";
import { makeAuthority } from "../../support/services/certificate.js";
import { freePort } from "../../support/services/free-port.js";
import { redisFor, type RedisServer } from "../../support/services/redis.js";
import { runServe, type ServeProcess } from "../../support/services/serve-process.js";
import { until } from "../../support/until.js";
import { Browser } from "../../unit/server/support/browser.js";
import { numberIn } from "../../unit/server/support/number-on-phone.js";
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

/** The files of secrets and certificates that services, backend and Prometheus have, by their names. */
type Files = Record<string, string>;

/** How the files get to where they are read. */
interface Way {
  /** The folder in which they are. */
  folder: string;
  put: (files: Files) => void;
  /** Tells the services, once the others have read. */
  tell: (services: readonly ServeProcess[]) => void;
}

/** A person writes the files, and sends the signal later. */
const bySignal = (t: TestContext): Way => {
  const folder = temporaryFolder(t);
  return {
    folder,
    put(files) {
      for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    },
    tell(services) {
      for (const { child } of services) child.kill("SIGHUP");
    },
  };
};

/** Kubernetes mounts a Secret: another folder, to which one link changes. Nobody tells anybody. */
const byMount = (t: TestContext): Way => {
  const folder = temporaryFolder(t);
  let version = 0;
  return {
    folder,
    put(files) {
      const next = `..version-${++version}`;
      mkdirSync(join(folder, next));
      for (const [name, text] of Object.entries(files)) {
        writeFileSync(join(folder, next, name), text);
        if (version === 1) symlinkSync(join("..data", name), join(folder, name));
      }
      symlinkSync(next, join(folder, "..new"));
      renameSync(join(folder, "..new"), join(folder, "..data"));
    },
    tell: () => undefined,
  };
};

/** The secret that a backend or Prometheus sends: the first in its file. */
const firstIn = (way: Way, name: string): string =>
  readFileSync(join(way.folder, name), "utf8").split(/[,\n]/)[0] ?? "";

/** A call of the internal port, by a client that reads its certificate anew. */
async function call(way: Way, address: string, secret: string, method: string, path: string, body?: object) {
  const read = (name: string): Buffer => readFileSync(join(way.folder, name));
  const sent = request(`${address}${path}`, {
    method,
    agent: false,
    ca: read("trusted.pem"),
    cert: read("backend.pem"),
    key: read("backend.key"),
    headers: {
      authorization: `Bearer ${firstIn(way, secret)}`,
      ...(body && { "content-type": "application/json" }),
    },
  });
  sent.end(body && JSON.stringify(body));
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  return answer;
}

/** People who log in one after the other, and others who use the internal port, as long as the test wants. */
function visits(
  t: TestContext,
  nodes: readonly { url: string; internal: string }[],
  emulator: Awaited<ReturnType<typeof tokenServerOf>>["emulator"],
  way: Way,
) {
  let [logins, calls, isOver] = [0, 0, false];
  const failures: unknown[] = [];
  /** @param isKnown whether the browser has logged this user in, so that it is not asked for the number */
  const logIn = async (at: number, user: string, browser: Browser, isKnown: boolean): Promise<void> => {
    const { attempt, otp } = await browser.start();
    const stream = await browser.stream(attempt);
    const phone = createPhone(emulator, user);
    await phone.enroll();
    let number = "";
    phone.onConfirmation((confirmation) => {
      number = numberIn(confirmation.message);
      confirmation.accept();
    });
    await phone.handleMobileAuthWithOtp(otp);
    await stream.status("approved");
    const login = await browser.postLogin(attempt, isKnown ? undefined : number);
    assert.equal(login.status, 200, JSON.stringify(login.json));
    const body = { ticket: login.json["ticket"], cookie: browser.cookies };
    const answer = await call(way, nodes[at % 2]?.internal ?? "", "internal", "POST", "/redeem", body);
    const redeemed = (await json(answer)) as { user_id: string; set_cookie: string[] };
    assert.deepEqual([answer.statusCode, redeemed.user_id], [200, user]);
    browser.take(redeemed.set_cookie);
  };
  t.after(() => (isOver = true));
  const repeat = async (work: (at: number) => Promise<void>): Promise<void> => {
    for (let at = 0; !isOver && failures.length === 0; at++)
      await work(at).catch((error: unknown) => failures.push(error));
  };
  const newBrowser = (at: number): Browser => new Browser({ url: nodes[at % 2]?.url ?? "", origin });
  const known = new Map(["alice", "bob"].map((user, at) => [user, newBrowser(at)]));
  const working = [
    ...[...known].map(([user, browser]) =>
      repeat(async (at) => {
        await logIn(at, user, browser, at > 0);
        logins++;
      }),
    ),
    // Always in a new browser.
    ...["carol", "dave"].map((user) =>
      repeat(async (at) => {
        await logIn(at + 1, user, newBrowser(at), false);
        logins++;
      }),
    ),
    repeat(async (at) => {
      const internal = nodes[at % 2]?.internal ?? "";
      for (const [secret, method, path, status] of [
        ["operator", "DELETE", "/pause", 204],
        ["metrics", "GET", "/metrics", 200],
      ] as const) {
        const answer = await call(way, internal, secret, method, path);
        answer.resume();
        assert.equal(answer.statusCode, status, path);
        calls++;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }),
  ];
  return {
    failures,
    /** Until there were some more of each. */
    async goOn() {
      const wanted = [logins + 12, calls + 4] as const;
      const isDone = () => logins >= wanted[0] && calls >= wanted[1];
      await until(() => isDone() || failures.length > 0, "more logins", 120_000);
      assert.deepEqual(failures, []);
    },
    async end() {
      isOver = true;
      await Promise.all(working);
      return { logins, calls };
    },
  };
}

const linesOf = ({ stdout }: ServeProcess): { event: string; level: string; [name: string]: unknown }[] =>
  stdout()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { event: string; level: string });

async function aclUser(t: TestContext, tls?: Parameters<typeof redisFor>[1]): Promise<RedisServer> {
  const redis = await redisFor(t, tls);
  redis.command("ACL", "SETUSER", "login", "on", ">old-redis", "~*", "&*", "+@all");
  return redis;
}

const settingOfFile = {
  internal: "internal-secret",
  operator: "operator-secret",
  metrics: "metrics-secret",
  client: "client-secret",
  callback: "callback-password",
  keys: "pairing-keys",
  redis: "redis-url",
  "login.pem": "internal-tls-cert",
  "login.key": "internal-tls-key",
  "callers.pem": "internal-client-ca",
  "redis.pem": "redis-tls-cert",
  "redis.key": "redis-tls-key",
  "redis-ca.pem": "redis-tls-ca",
} as const;

describe("All secrets and certificates change by the documented steps at once, and no call is refused", () => {
  for (const [how, wayOf] of [
    ["files that are written, and SIGHUP later", bySignal],
    ["a mount whose link changes, and nothing else", byMount],
  ] as const)
    test(how, async (t) => {
      const folder = temporaryFolder(t);
      const [oldBank, newBank] = [makeAuthority(folder, "old-bank"), makeAuthority(folder, "new-bank")];
      const text = (path: string): string => readFileSync(path, "utf8");
      const [oldCa, newCa] = [text(oldBank.certificate), text(newBank.certificate)];
      const both = join(folder, "both.pem");
      writeFileSync(both, oldCa + newCa);
      /** Certificate and key of each side, by one of the authorities. */
      const certificatesBy = (bank: typeof oldBank): Files =>
        Object.fromEntries(
          ["login", "backend", "redis"].flatMap((name) => {
            const { certificate, key } = bank.issue(name);
            return [
              [`${name}.pem`, text(certificate)],
              [`${name}.key`, text(key)],
            ];
          }),
        );
      const [oldCertificates, newCertificates] = [certificatesBy(oldBank), certificatesBy(newBank)];
      const redis = await aclUser(t, {
        tls: { ...oldBank.issue("old-redis-server"), clientAuthority: both },
      });
      const { url, emulator, administrator, callbacks } = await tokenServerOf(t);
      const redisUrl = (password: string) => `rediss://login:${password}@127.0.0.1:${redis.tlsPort}`;
      const ports = [await freePort(), await freePort()];
      const scopes = ["internal", "operator", "metrics", "keys"];
      const [old, next] = ["old", "new"].map(
        (age) => (name: string) => `${age}-${name}-0123456789abcdef0123456789`,
      );
      assert.ok(old && next);
      const all = (of: (name: string) => string): Files =>
        Object.fromEntries(scopes.map((name) => [name, of(name)]));

      const way = wayOf(t);
      let files: Files = {
        ...all(old),
        ...oldCertificates,
        client: administrator.clientSecret,
        callback: administrator.callbackPassword,
        redis: redisUrl("old-redis"),
        "trusted.pem": oldCa,
        "callers.pem": oldCa,
        "redis-ca.pem": oldCa,
      };
      way.put(files);
      const config = join(folder, "site.json");
      const isPem = (name: string): boolean => /^(?:internal-(?:tls|client)|redis-tls)-/.test(name);
      const ofFiles = Object.entries(settingOfFile).map(([name, setting]) => [
        isPem(setting) ? setting : `${setting}-file`,
        join(way.folder, name),
      ]);
      writeFileSync(
        config,
        JSON.stringify({
          origin,
          "token-server-url": url,
          "client-id": "site",
          type: "qr-code",
          message: "Log in with {number}",
          pairing: "unknown-browsers",
          "callback-uri": `http://127.0.0.1:${ports[0]}/otp-login/callback`,
          "callback-username": "ts",
          "internal-port": 0,
          limits: { startsPerAddress: false, startsPerBrowser: false, tokenServerCalls: false },
          ...Object.fromEntries(ofFiles),
        }),
      );
      const services = ports.map((port) => runServe(t, "--config", config, "--port", String(port)));
      const nodes = await Promise.all(
        services.map(async (service) => ({
          internal: await service.said("internal"),
          url: `${await service.said("ready")}/otp-login`,
        })),
      );
      /** Puts files there, and waits until both services have read them. Backend and Prometheus use them before. */
      const change = async (changed: Files): Promise<void> => {
        files = { ...files, ...changed };
        const before = services.map((each) => linesOf(each).length);
        way.put(files);
        await people.goOn();
        way.tell(services);
        const wanted = Object.keys(changed).flatMap(
          (name) => settingOfFile[name as keyof typeof settingOfFile] ?? [],
        );
        const readBy = (service: ServeProcess, index: number): unknown[] =>
          linesOf(service)
            .slice(before[index])
            .flatMap(({ event, changed: names }) => (event === "secrets_read" ? (names as unknown[]) : []));
        await until(
          () => services.every((service, at) => wanted.every((name) => readBy(service, at).includes(name))),
          `${wanted.join()} on both`,
        );
        await people.goOn();
      };
      const people = visits(t, nodes, emulator, way);
      await people.goOn();

      // The new ones are accepted everywhere, and used nowhere.
      redis.command("ACL", "SETUSER", "login", ">new-redis");
      await change({
        ...all((name) => `${old(name)},${next(name)}`),
        client: `${administrator.clientSecret}\nnew-client-secret`,
        callback: `${administrator.callbackPassword}\nnew-callback-password`,
        "trusted.pem": oldCa + newCa,
        "callers.pem": oldCa + newCa,
        "redis-ca.pem": oldCa + newCa,
      });
      // They are used.
      administrator.clientSecret = "new-client-secret";
      administrator.callbackPassword = "new-callback-password";
      await people.goOn();
      await change({
        ...all((name) => `${next(name)},${old(name)}`),
        ...newCertificates,
        redis: redisUrl("new-redis"),
      });
      // The old ones are void.
      const server = newBank.issue("new-redis-server");
      const set = ["tls-ca-cert-file", newBank.certificate, "tls-cert-file", server.certificate];
      redis.command("CONFIG", "SET", ...set, "tls-key-file", server.key);
      redis.command("ACL", "SETUSER", "login", "<old-redis");
      await change({
        ...all(next),
        client: "new-client-secret",
        callback: "new-callback-password",
        "trusted.pem": newCa,
        "callers.pem": newCa,
        "redis-ca.pem": newCa,
      });

      const { logins, calls } = await people.end();
      assert.deepEqual(people.failures, []);
      assert.deepEqual([...new Set(callbacks)], [204]);
      const warned = services
        .flatMap(linesOf)
        // Of an empty Redis, at the start.
        .filter(({ level, event }) => level !== "info" && event !== "browsers_forgotten");
      assert.deepEqual(warned, []);
      t.diagnostic(`${logins} logins, ${callbacks.length} callbacks and ${calls} other calls, none refused`);

      // Nothing raises an alert: the 401s of the Token Server were asked again with the other secret.
      for (const { internal } of nodes) {
        const answer = await call(way, internal, "metrics", "GET", "/metrics");
        const metrics = (await answer.setEncoding("utf8").toArray()).join("");
        const count = (series: string): number =>
          Number(metrics.split(`\nonegini_otp_login_${series} `)[1]?.split("\n")[0]);
        const callsWith = (result: string): number =>
          ["start", "result"]
            .map((call) => count(`token_server_calls_total{call="${call}",result="${result}"}`))
            .reduce((sum, each) => sum + each);
        assert.deepEqual([callsWith("401"), callsWith("retried") > 0], [0, true]);
        for (const error of ["invalid_client", "insufficient_scope"])
          assert.equal(count(`refused_total{error="${error}"}`), 0);
      }

      // The old ones open nothing, and new connections to Redis have the new ones.
      const thief = bySignal(t);
      const opened = async (secret: string, path: string) =>
        (await call(thief, nodes[0]?.internal ?? "", secret, "GET", path)).statusCode;
      thief.put({ ...files, ...all(old) });
      for (const [secret, path] of [
        ["internal", "/forget"],
        ["operator", "/pause"],
        ["metrics", "/metrics"],
      ] as const)
        assert.equal(await opened(secret, path), 401);
      thief.put({ ...files, ...oldCertificates });
      assert.equal(await opened("internal", "/forget"), 401);
      thief.put(files);
      assert.equal(await opened("internal", "/forget"), 200);
      const body = '{"transaction_id":"a"}';
      const headers = {
        authorization: basic("ts", "old-callback-password"),
        "content-type": "application/json",
      };
      assert.equal((await fetch(`${nodes[0]?.url}/callback`, { method: "POST", headers, body })).status, 401);
      redis.command("CLIENT", "KILL", "USER", "login");
      const ready = async () =>
        Promise.all(nodes.map(async ({ url }) => (await fetch(new URL("/ready", url))).status));
      await until(async () => (await ready()).every((status) => status === 200), "Redis again");
      const after = visits(t, nodes, emulator, way);
      await after.goOn();
      await after.end();
    });
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
