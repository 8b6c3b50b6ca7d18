import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, request, type IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import { after, describe, test, type TestContext } from "node:test";
import { memoryStore, type AttemptStore } from "onegini-otp-login/server";
import { until } from "../../support/until.js";
import { Browser } from "../server/support/browser.js";
import { exchange } from "../server/support/raw.js";
import { site, type Site, type SiteOptions } from "../server/support/site.js";
import { login } from "../server/support/login.js";

/** What the Node adapter does with connections. It differs between the lines of Node. */

/** Node warns of listeners that nobody removes (`MaxListenersExceededWarning`). */
const warnings: Error[] = [];
process.on("warning", (warning) => {
  if (warning.name === "MaxListenersExceededWarning") warnings.push(warning);
});
after(() => assert.deepEqual(warnings, []));

/** A site and a browser with a pending attempt. */
interface Begun extends Site {
  browser: Browser;
  attempt: string;
  otp: string;
}

async function begin(t: TestContext, options: SiteOptions = {}): Promise<Begun> {
  const { where, browser, attempt, otp } = await login(t, options);
  return { ...where, browser, attempt, otp };
}

/** The same with an approved attempt. */
async function approved(t: TestContext): Promise<Begun> {
  const where = await begin(t);
  const stream = await where.browser.stream(where.attempt);
  await (await where.emulator.phone()).handleMobileAuthWithOtp(where.otp);
  await stream.end();
  return where;
}

/** A request for the status of the attempt, as it is written to a socket. */
const statusRequest = (
  { attempt, browser }: Begun,
  headers: Record<string, string>,
  version = "HTTP/1.1",
): string =>
  [
    `GET /otp-login/${attempt} ${version}`,
    ...Object.entries({ Host: "x", Cookie: browser.cookie, ...headers }).map(
      ([name, value]) => `${name}: ${value}`,
    ),
    "\r\n",
  ].join("\r\n");

const stream = { Accept: "text/event-stream" };
const heldPoll = { Prefer: "wait=20" };

/** Records each write of a socket to the operating system. */
function recordWrites(socket: Socket): string[] {
  const writes: string[] = [];
  const write = socket._write.bind(socket);
  const writev = socket._writev?.bind(socket);
  socket._write = (chunk: string | Buffer, encoding, done) => {
    writes.push(chunk.toString());
    write(chunk, encoding, done);
  };
  socket._writev = (chunks: { chunk: string | Buffer; encoding: BufferEncoding }[], done) => {
    writes.push(chunks.map(({ chunk }) => chunk.toString()).join(""));
    writev?.(chunks, done);
  };
  return writes;
}

const errorsOf = ({ events }: Site) => events.filter(({ level }) => level === "error");

describe("a status stream on a connection", () => {
  test("sends its headers before there is an event", { timeout: 30_000 }, async (t) => {
    const store = memoryStore();
    const waiting = { ...store, subscribe: () => new Promise<never>(() => undefined) } satisfies AttemptStore;
    const where = await begin(t, { options: { store: waiting } });
    const answer = await exchange(where.origin, statusRequest(where, stream), { until: /\r\n\r\n/ });
    assert.match(answer, /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n$/);
  });

  test("sends its headers and an event that comes at once in one packet", async (t) => {
    const where = await begin(t);
    let writes: string[] = [];
    where.server.once("connection", (socket) => (writes = recordWrites(socket)));
    await exchange(where.origin, statusRequest(where, stream), { until: /event: status/ });
    const [first = ""] = writes.filter((text) => text !== "");
    assert.match(first, /^HTTP\/1\.1 200 OK\r\n[^]*event: status\ndata: /);
  });

  test("of a settled attempt is complete, also for each of many requests at once", async (t) => {
    const where = await approved(t);
    const requests = statusRequest(where, stream).repeat(14);
    const last = statusRequest(where, { ...stream, Connection: "close" });
    const answers = (await exchange(where.origin, requests + last)).split(/(?=HTTP\/1\.1 )/);
    assert.equal(answers.length, 15);
    const body = "\r\n\r\n2b\r\n" + 'event: status\ndata: {"status":"approved"}\n\n' + "\r\n0\r\n\r\n";
    for (const answer of answers) assert.equal(answer.slice(answer.indexOf("\r\n\r\n")), body);
  });

  test("reaches a client of HTTP/1.0, and ends with the connection", async (t) => {
    const where = await approved(t);
    const answer = await exchange(where.origin, statusRequest(where, stream, "HTTP/1.0"));
    assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/);
    assert.match(answer, /\r\n\r\nevent: status\ndata: \{"status":"approved"\}\n\n$/);
  });
});

describe("a client that leaves", () => {
  const ways: Record<string, (socket: Socket) => void> = {
    "closes its connection": (socket) => socket.destroy(),
    "resets its connection": (socket) => socket.resetAndDestroy(),
    "ends its half of the connection": (socket) => socket.end(),
  };

  /** Opens a connection with a request that the kit holds. */
  async function watch(where: Begun, headers: Record<string, string>): Promise<Socket> {
    const socket = connect(Number(new URL(where.origin).port), "127.0.0.1");
    socket.on("error", () => undefined).resume();
    socket.write(statusRequest(where, headers));
    await until(async () => (await where.kit.health()).watchers === 1, "the kit to wait");
    return socket;
  }

  for (const [way, leave] of Object.entries(ways)) {
    for (const [what, headers] of Object.entries({ "a stream": stream, "a held poll": heldPoll })) {
      test(`and ${way} ends ${what}`, async (t) => {
        const where = await begin(t);
        leave(await watch(where, headers));
        await until(async () => (await where.kit.health()).watchers === 0, "the kit to wait no longer");
        assert.deepEqual(errorsOf(where), []);
      });
    }
  }

  test("while an event is written does no harm", async (t) => {
    const where = await begin(t);
    const socket = await watch(where, stream);
    socket.resetAndDestroy();
    await where.browser.renew(where.attempt);
    await until(async () => (await where.kit.health()).watchers === 0, "the kit to wait no longer");
    assert.deepEqual(errorsOf(where), []);
  });

  test("before the Token Server has answered its start does no harm", async (t) => {
    const where = await begin(t);
    where.emulator.tokenServer.setFaults({ delayMilliseconds: 50 });
    const socket = connect(Number(new URL(where.origin).port), "127.0.0.1");
    const origin = `Origin: ${where.origin}`;
    socket.write(`POST /otp-login HTTP/1.1\r\nHost: x\r\n${origin}\r\nContent-Length: 0\r\n\r\n`);
    await until(() => where.emulator.starts.length === 2, "the start at the Token Server");
    socket.destroy();
    await new Browser(where).start();
    assert.deepEqual(errorsOf(where), []);
  });
});

describe("a connection that is kept", () => {
  test("serves polls, streams and calls one after the other", async (t) => {
    const where = await begin(t);
    let connections = 0;
    where.server.on("connection", () => (connections += 1));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    t.after(() => agent.destroy());
    const call = async (method: string, path: string, headers: Record<string, string>) => {
      const common = { Origin: where.origin, Cookie: where.browser.cookie ?? "" };
      const sent = request(where.url + path, { method, agent, headers: { ...common, ...headers } }).end();
      const [answer] = (await once(sent, "response")) as [IncomingMessage];
      let text = "";
      for await (const chunk of answer) text += String(chunk);
      return `${answer.statusCode} ${text}`;
    };

    const poll = call("GET", `/${where.attempt}`, heldPoll);
    await until(async () => (await where.kit.health()).watchers === 1, "the kit to wait");
    await (await where.emulator.phone()).handleMobileAuthWithOtp(where.otp);
    assert.equal(await poll, '200 {"status":"approved","interval":0}');
    for (let round = 0; round < 15; round++) {
      const event = 'event: status\ndata: {"status":"approved"}\n\n';
      assert.equal(await call("GET", `/${where.attempt}`, stream), `200 ${event}`);
      assert.match(await call("POST", `/${where.attempt}/otp`, {}), /^409 /);
    }
    assert.equal(connections, 1);
  });

  test("lets the server close after the kit is closed", { timeout: 30_000 }, async (t) => {
    const where = await begin(t, { options: { limits: { streamsPerAttempt: 20 } } });
    const agent = new Agent({ keepAlive: true });
    t.after(() => agent.destroy());
    const answers = Array.from({ length: 12 }, async (_, index) => {
      const headers = { Cookie: where.browser.cookie ?? "", ...(index % 2 ? stream : heldPoll) };
      const sent = request(`${where.url}/${where.attempt}`, { agent, headers }).end();
      const [answer] = (await once(sent, "response")) as [IncomingMessage];
      await once(answer.resume(), "end");
    });
    await until(async () => (await where.kit.health()).watchers === 12, "the kit to wait");
    await where.kit.close();
    await Promise.all(answers);
    where.server.close();
    await once(where.server, "close");
  });
});

test("a client that waits for 100 Continue gets it, and then its answer", async (t) => {
  const { emulator, ...where } = await site(t);
  const start = async (origin: string): Promise<number | undefined> => {
    const headers = { Origin: origin, Expect: "100-continue", "Content-Type": "application/json" };
    const sent = request(where.url, { method: "POST", agent: false, headers });
    sent.once("continue", () => sent.end('{"language":"fr"}'));
    sent.flushHeaders();
    const [answer] = (await once(sent, "response")) as [IncomingMessage];
    answer.resume();
    return answer.statusCode;
  };
  assert.equal(await start(where.origin), 201);
  assert.equal(emulator.starts[0]?.get("language_code"), "fr");
  assert.equal(await start("http://other.example"), 403);
});
