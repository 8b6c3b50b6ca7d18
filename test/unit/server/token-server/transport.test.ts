import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTcpServer, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { describe, test, type TestContext } from "node:test";
import { nodeTransport } from "../../../../src/node/node-transport.js";
import {
  fetchTransport,
  type TransportCall,
  type Transport,
} from "../../../../src/server/token-server/transport.js";
import { until } from "../../../support/until.js";
import { listen } from "../support/site.js";

/** Both ways to call the Token Server, against the same servers. */

const transports: Record<string, Transport> = {
  "over fetch": fetchTransport,
  "over Node's http": nodeTransport,
};

const serve = (t: TestContext, listener: RequestListener): Promise<string> =>
  listen(t, createServer(listener));

const get = (url: string): TransportCall => ({
  url,
  method: "GET",
  headers: {},
  maxBytes: 100,
  signal: new AbortController().signal,
});

/** A promise and its resolve function. */
function signal(): { promise: Promise<void>; resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<void>((keep) => (resolve = keep));
  return { promise, resolve };
}

for (const [name, transport] of Object.entries(transports)) {
  describe(`a call ${name}`, () => {
    test("sends method, headers and body, and returns status and text", async (t) => {
      const url = await serve(t, (req, res) => {
        void text(req).then((body) => {
          const { authorization, "content-length": length, "content-type": type } = req.headers;
          res.writeHead(418).end([req.method, authorization, type, length, body].join(" "));
        });
      });
      const headers = { authorization: "Basic YTpi", "content-type": "text/plain" };
      const call = { ...get(url), method: "POST", headers, body: "Grüße" } as const;
      assert.deepEqual(await transport(call), {
        status: 418,
        text: "POST Basic YTpi text/plain 7 Grüße",
      });
    });

    test("decodes characters that are split between chunks", async (t) => {
      const url = await serve(t, (_req, res) => {
        const bytes = Buffer.from("Grüße");
        res.write(bytes.subarray(0, 3));
        setTimeout(() => res.end(bytes.subarray(3)), 10);
      });
      assert.equal((await transport(get(url))).text, "Grüße");
    });

    test("follows no redirect", async (t) => {
      const paths: string[] = [];
      const url = await serve(t, (req, res) => {
        paths.push(req.url ?? "");
        res.writeHead(302, { location: "/elsewhere" }).end();
      });
      assert.equal((await transport(get(url))).status, 302);
      assert.deepEqual(paths, ["/"]);
    });

    test("stops reading an endless answer at the limit", async (t) => {
      const closed = signal();
      const url = await serve(t, (_req, res) => {
        res.on("close", () => closed.resolve());
        res.write("x".repeat(100));
        res.write("x");
      });
      assert.deepEqual(await transport(get(url)), { status: 200, text: undefined });
      await closed.promise;
    });

    test("accepts an answer of exactly the limit", async (t) => {
      const url = await serve(t, (_req, res) => res.end("x".repeat(100)));
      assert.equal((await transport(get(url))).text?.length, 100);
    });

    test("rejects if the answer breaks off", async (t) => {
      const url = await serve(t, (_req, res) => {
        res.writeHead(200, { "content-length": "100" }).write("x");
        setTimeout(() => res.destroy(), 10);
      });
      await assert.rejects(transport(get(url)));
    });

    test("rejects if it is aborted before or during the answer", async (t) => {
      for (const answered of [false, true]) {
        const received = signal();
        const closed = signal();
        const url = await serve(t, (_req, res) => {
          res.on("close", () => closed.resolve());
          if (answered) res.write("x");
          received.resolve();
        });
        const abort = new AbortController();
        const answer = transport({ ...get(url), signal: abort.signal });
        await received.promise;
        abort.abort();
        await assert.rejects(answer);
        await closed.promise;
      }
    });

    test("rejects if it is aborted before it begins, or while it connects", async (t) => {
      let requests = 0;
      const url = await serve(t, (_req, res) => {
        requests += 1;
        res.end();
      });
      const abort = new AbortController();
      const connecting = transport({ ...get(url), signal: abort.signal });
      abort.abort();
      await assert.rejects(connecting);
      await assert.rejects(transport({ ...get(url), signal: abort.signal }));
      await transport(get(url));
      assert.equal(requests, 1);
    });

    test("is over when it has its answer: an abort after it does no harm to the next one", async (t) => {
      const begun = signal();
      let end = (): unknown => undefined;
      const url = await serve(t, (req, res) => {
        if (req.url === "/") return res.end("first");
        res.write("sec");
        end = () => res.end("ond");
        begun.resolve();
        return undefined;
      });
      const abort = new AbortController();
      await transport({ ...get(url), signal: abort.signal });
      const next = transport(get(`${url}/next`));
      await begun.promise;
      abort.abort();
      end();
      assert.deepEqual(await next, { status: 200, text: "second" });
    });

    test("leaves out the trailers of an answer", async (t) => {
      const url = await serve(t, (_req, res) => {
        res.writeHead(200, { trailer: "x-sum" }).write("o");
        res.addTrailers({ "x-sum": "1" });
        res.end("k");
      });
      assert.deepEqual(await transport(get(url)), { status: 200, text: "ok" });
    });

    test("rejects if the server switches protocols (101)", { timeout: 30_000 }, async (t) => {
      const url = await serve(t, (_req, res) => {
        res.socket?.end("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
      });
      await assert.rejects(transport(get(url)));
    });

    test("rejects when it is aborted, if only 100, 102 and 103 came", async (t) => {
      const abort = new AbortController();
      const url = await serve(t, (_req, res) => {
        res.writeContinue();
        res.writeProcessing();
        res.writeEarlyHints({ link: "</a>; rel=preload" }, () => setTimeout(() => abort.abort(), 10));
      });
      await assert.rejects(transport({ ...get(url), signal: abort.signal }));
    });

    test("rejects for an invalid URL or header", async () => {
      await assert.rejects(transport(get("http://127.0.0.1:1/")));
      await assert.rejects(transport({ ...get("http://127.0.0.1:1/"), headers: { "x-a": "a\nb" } }));
    });
  });
}

describe("a call over a kept connection", () => {
  test("leaves no listener behind, neither on the connection nor on its signal", async (t) => {
    const warnings: Error[] = [];
    const warn = (warning: Error) => warnings.push(warning);
    process.on("warning", warn);
    t.after(() => process.off("warning", warn));
    const url = await serve(t, (_req, res) => res.end("ok"));
    const { signal } = new AbortController();
    for (let calls = 0; calls < 15; calls++) await nodeTransport({ ...get(url), signal });
    await until(() => getEventListeners(signal, "abort").length === 0, "no listener");
    assert.deepEqual(warnings, []);
  });

  /** Answers the first request of each connection, and handles the second one as the test says. */
  async function forgetful(
    t: TestContext,
    onSecond: (socket: Socket) => void,
  ): Promise<{ url: string; connections: () => number }> {
    let connections = 0;
    const server = createTcpServer((socket) => {
      connections += 1;
      let requests = 0;
      socket.on("error", () => undefined);
      socket.on("data", () => {
        requests += 1;
        if (requests > 1) onSecond(socket);
        else socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: keep-alive\r\n\r\nok");
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    t.after(() => server.close());
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    return { url: `http://127.0.0.1:${port}/`, connections: () => connections };
  }

  for (const [how, close] of Object.entries({
    reset: (socket: Socket) => socket.resetAndDestroy(),
    closed: (socket: Socket) => socket.destroy(),
    ended: (socket: Socket) => socket.end(),
  })) {
    test(`is repeated on a new connection if the server has ${how} it`, async (t) => {
      const { url, connections } = await forgetful(t, close);
      assert.equal((await nodeTransport(get(url))).text, "ok");
      const post = { ...get(url), method: "POST", body: "a=1" } as const;
      assert.equal((await nodeTransport(post)).text, "ok");
      assert.equal(connections(), 2);
    });
  }

  test("is repeated on a new connection though many kept ones are as stale", async (t) => {
    const { url, connections } = await forgetful(t, (socket) => socket.resetAndDestroy());
    await Promise.all(Array.from({ length: 10 }, () => nodeTransport(get(url))));
    assert.equal(connections(), 10);
    assert.equal((await nodeTransport({ ...get(url), method: "POST", body: "a=1" })).text, "ok");
    assert.equal(connections(), 11);
  });

  test("is not repeated once the answer has begun", async (t) => {
    const { url, connections } = await forgetful(t, (socket) => {
      socket.write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf", () => socket.resetAndDestroy());
    });
    await nodeTransport(get(url));
    await assert.rejects(nodeTransport(get(url)));
    assert.equal(connections(), 1);
  });

  test("is not repeated if it was reset on a new connection", async (t) => {
    let connections = 0;
    const url = await serve(t, (req) => {
      connections += 1;
      req.socket.resetAndDestroy();
    });
    await assert.rejects(nodeTransport(get(url)), { code: "ECONNRESET" });
    assert.equal(connections, 1);
  });
});
