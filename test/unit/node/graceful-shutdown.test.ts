import assert from "node:assert/strict";
import { once } from "node:events";
import {
  createServer,
  request,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from "node:http";
import { connect, type Socket } from "node:net";
import { describe, test, type TestContext } from "node:test";
import { gracefulShutdown, type GracefulShutdownOptions } from "onegini-otp-login/node";
import { until } from "../../support/until.js";
import { Browser } from "../server/support/browser.js";
import { listen, site } from "../server/support/site.js";

const quietKit = { close: () => Promise.resolve() };

/** A server without a kit's calls, and its shutdown. */
async function serve(t: TestContext, listener: RequestListener, options?: GracefulShutdownOptions) {
  const server = createServer(listener);
  const shutDown = gracefulShutdown(server, quietKit, options);
  const origin = await listen(t, server);
  return { origin, port: Number(new URL(origin).port), shutDown };
}

const get = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

/** Everything until the end of the connection. */
async function textOf(socket: Socket): Promise<string> {
  let text = "";
  for await (const chunk of socket) text += String(chunk);
  return text;
}

/** Keeps this process from reading and accepting. */
function beBusy(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

const isRefused = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(false);
    });
    socket.once("error", () => resolve(true));
  });

/** The number of bytes of an answer's body. */
async function lengthOf(answer: IncomingMessage): Promise<number> {
  let length = 0;
  for await (const chunk of answer) length += (chunk as Buffer).length;
  return length;
}

describe("A graceful shutdown of a site", () => {
  test("ends the streams, answers the login that has begun, and closes the store last", async (t) => {
    let signIn = (): void => undefined;
    const signedIn = new Promise<void>((resolve) => (signIn = resolve));
    let hasBegun = false;
    const where = await site(t, {
      options: {
        timeouts: { tokenServerSeconds: 60 },
        signIn: async () => {
          hasBegun = true;
          await signedIn;
          steps.push("signed in");
          return Response.json({});
        },
      },
    });
    const steps: string[] = [];
    const shutDown = gracefulShutdown(where.server, where.kit, {
      store: { close: () => void steps.push("store closed") },
    });
    const browser = new Browser(where);
    const waiting = new Browser(where);
    const { attempt, otp } = await browser.start();
    const stream = await browser.stream(attempt);
    await (await where.emulator.phone()).handleMobileAuthWithOtp(otp);
    await stream.status("approved");
    const open = await waiting.watch((await waiting.start()).attempt);
    const login = browser.logIn(attempt);
    await until(() => hasBegun, "signIn");

    const ended = shutDown();
    await open.end();
    await until(() => isRefused(Number(new URL(where.origin).port)), "a refused connection");
    assert.deepEqual(steps, []);
    signIn();

    assert.equal((await login).status, 200);
    assert.equal((await login).headers.get("connection"), "close");
    assert.equal(await ended, true);
    assert.deepEqual(steps, ["signed in", "store closed"]);
  });

  test("accepts requests during the notice, and ends each connection after its answer", async (t) => {
    const { origin, port, shutDown } = await serve(t, (_request, response) => response.end("done"));
    const ended = shutDown({ noticeSeconds: 2 });
    const [answer] = (await once(request(origin).end(), "response")) as [IncomingMessage];
    assert.equal(answer.headers.connection, "close");
    assert.equal(await lengthOf(answer), 4);
    assert.equal(await isRefused(port), false);
    assert.equal(await ended, true);
    assert.equal(await isRefused(port), true);
  });

  test("happens once", async (t) => {
    let closed = 0;
    const { shutDown } = await serve(t, () => undefined, { store: { close: () => void closed++ } });
    assert.deepEqual(await Promise.all([shutDown(), shutDown()]), [true, true]);
    assert.equal(closed, 1);
  });

  test("ends a request that is never answered when the time is over", async (t) => {
    let hasCome = false;
    const { origin, shutDown } = await serve(t, () => (hasCome = true), { limitSeconds: 0.2 });
    const call = fetch(origin);
    await until(() => hasCome, "the request");
    assert.equal(await shutDown(), false);
    await assert.rejects(call);
  });

  test("rejects with the store's error", async (t) => {
    const { shutDown } = await serve(t, () => undefined, {
      store: { close: () => Promise.reject(new Error("The store is gone.")) },
    });
    await assert.rejects(shutDown(), /The store is gone/);
  });
});

describe("The connections of a server that shuts down", () => {
  const body = "x".repeat(20_000_000);

  test("end when requests that have begun are answered to the last byte, also for a client that reads slowly", async (t) => {
    const { origin, shutDown } = await serve(t, (_request, response) => response.end(body));
    const call = request(origin, { agent: false }).end();
    const [answer] = (await once(call, "response")) as [IncomingMessage];

    const ended = shutDown();

    assert.equal(await lengthOf(answer), body.length);
    assert.equal(await ended, true);
  });

  test("end after a moment if they are idle, used before or not", { timeout: 30_000 }, async (t) => {
    const { port, shutDown } = await serve(t, (_request, response) => response.end("done"));
    const unused = connect(port, "127.0.0.1");
    const used = connect(port, "127.0.0.1");
    await Promise.all([once(unused, "connect"), once(used, "connect")]);
    used.write(get);
    await once(used, "data");
    const ends = [unused, used].map((socket) => once(socket.resume(), "close"));

    assert.equal(await shutDown(), true);
    await Promise.all(ends);
  });

  // A proxy connects, and the server stops before the request is there.
  for (const [what, prepare] of [
    ["that has sent nothing yet", () => Promise.resolve()],
    [
      "that waits for its next request",
      async (socket: Socket) => {
        socket.write(get);
        await once(socket, "data");
      },
    ],
  ] as const) {
    test(`answer a request on a connection ${what}, and say that it was the last`, async (t) => {
      const { port, shutDown } = await serve(t, (_request, response) => response.end("done"));
      const socket = connect(port, "127.0.0.1");
      await once(socket, "connect");
      await prepare(socket);

      const ended = shutDown();
      await until(() => isRefused(port), "a refused connection");
      socket.write(get);
      const text = await textOf(socket);

      assert.match(text, /^HTTP\/1\.1 200 OK\r\n.*Connection: close\r\n.*done$/s);
      assert.equal(await ended, true);
    });
  }

  test("answer a request that was there before the moment was over, also if the process was too busy to read it", async (t) => {
    const { port, shutDown } = await serve(t, (_request, response) => response.end("done"), {
      limitSeconds: 2,
    });
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");

    const ended = shutDown();
    await until(() => isRefused(port), "a refused connection");
    socket.write(get);
    beBusy(400);

    assert.match(await textOf(socket), /done$/);
    assert.equal(await ended, true);
  });

  test("say of a stream that it is their last response, also before the shutdown", async (t) => {
    const { origin } = await serve(t, (_request, response) => response.end("done"));
    const connectionOf = async (accept: string) => {
      const [answer] = (await once(request(origin, { headers: { accept } }).end(), "response")) as [
        IncomingMessage,
      ];
      return answer.resume().headers.connection;
    };
    assert.equal(await connectionOf("text/event-stream"), "close");
    assert.notEqual(await connectionOf("application/json"), "close");
  });

  test("answer a request on the connection of a response that had begun before the shutdown", async (t) => {
    let begun: ServerResponse | undefined;
    const { port, shutDown } = await serve(t, (_request, response) => {
      if (begun) return void response.end("done");
      begun = response;
      response.write("first");
    });
    const socket = connect(port, "127.0.0.1");
    socket.write(get);
    await until(() => begun !== undefined, "the response");

    const ended = shutDown();
    await until(() => isRefused(port), "a refused connection");
    begun?.end("last");
    await once(socket, "data");
    socket.write(get);

    assert.match(await textOf(socket), /HTTP\/1\.1 200 OK\r\n.*Connection: close\r\n.*done$/s);
    assert.equal(await ended, true);
  });

  test("are accepted if they were made before it, as many as there are", async (t) => {
    const { port, shutDown } = await serve(t, (_request, response) => response.end("done"));
    const sockets = Array.from({ length: 50 }, () => connect(port, "127.0.0.1"));
    // The system completes connections while this process does something else.
    const connected = sockets.map((socket) => once(socket, "connect"));
    beBusy(50);

    const ended = shutDown();
    await Promise.all(connected);
    for (const socket of sockets) socket.write(get);

    for (const text of await Promise.all(sockets.map(textOf))) assert.match(text, /done$/);
    assert.equal(await ended, true);
  });

  test("end after their answer if a request was only half received", async (t) => {
    const { port, shutDown } = await serve(t, (_request, response) => response.end("done"));
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    socket.write("GET / HTTP/1.1\r\nHost: loc");
    await until(() => socket.bytesWritten > 0 && !socket.writableNeedDrain, "the bytes on the server");
    // Lets the event loop run, so that the server in this process reads them.
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));

    const ended = shutDown();
    socket.write("alhost\r\n\r\n");
    const text = await textOf(socket);

    assert.match(text, /^HTTP\/1\.1 200 OK\r\n.*Connection: close\r\n.*done$/s);
    assert.equal(await ended, true);
  });
});

test("gracefulShutdown names a wrong option", () => {
  const server = createServer();
  for (const limitSeconds of [0, -1, NaN, 86_401, "12" as unknown as number])
    assert.throws(() => gracefulShutdown(server, quietKit, { limitSeconds }), /limitSeconds must/);
  assert.throws(
    () => gracefulShutdown(server, quietKit, { limit: 12 } as GracefulShutdownOptions),
    /no option "limit"/,
  );
});
