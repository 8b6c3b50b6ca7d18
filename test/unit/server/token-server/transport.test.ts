import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTcpServer, type Socket } from "node:net";
import { describe, test, type TestContext } from "node:test";
import { nodeTransport } from "../../../../src/node/node-transport.js";
import {
  fetchTransport,
  type TransportCall,
  type Transport,
} from "../../../../src/server/token-server/transport.js";
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

/** A promise to be kept elsewhere. */
function signal(): { promise: Promise<void>; resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<void>((keep) => (resolve = keep));
  return { promise, resolve };
}

for (const [name, transport] of Object.entries(transports)) {
  describe(`a call ${name}`, () => {
    test("brings method, headers and body there, and status and text back", async (t) => {
      const url = await serve(t, (req, res) => {
        let body = "";
        req.on("data", (chunk: Buffer) => (body += chunk.toString()));
        req.on("end", () => {
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

    test("reads letters that are cut in two on the way", async (t) => {
      const url = await serve(t, (_req, res) => {
        const bytes = Buffer.from("Grüße");
        res.write(bytes.subarray(0, 3));
        setTimeout(() => res.end(bytes.subarray(3)), 10);
      });
      assert.equal((await transport(get(url))).text, "Grüße");
    });

    test("follows no redirect", async (t) => {
      const asked: string[] = [];
      const url = await serve(t, (req, res) => {
        asked.push(req.url ?? "");
        res.writeHead(302, { location: "/elsewhere" }).end();
      });
      assert.equal((await transport(get(url))).status, 302);
      assert.deepEqual(asked, ["/"]);
    });

    test("reads no more than it may, and hangs up on an answer without end", async (t) => {
      const closed = signal();
      const url = await serve(t, (_req, res) => {
        res.on("close", () => closed.resolve());
        res.write("x".repeat(100));
        res.write("x");
      });
      assert.deepEqual(await transport(get(url)), { status: 200, text: undefined });
      await closed.promise;
    });

    test("takes an answer that is as large as it may be", async (t) => {
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

    test("rejects if it is broken off, before an answer and in it", async (t) => {
      for (const answered of [false, true]) {
        const asked = signal();
        const closed = signal();
        const url = await serve(t, (_req, res) => {
          res.on("close", () => closed.resolve());
          if (answered) res.write("x");
          asked.resolve();
        });
        const abort = new AbortController();
        const answer = transport({ ...get(url), signal: abort.signal });
        await asked.promise;
        abort.abort();
        await assert.rejects(answer);
        await closed.promise;
      }
    });

    test("rejects for an address or a header that cannot be", async () => {
      await assert.rejects(transport(get("http://127.0.0.1:1/")));
      await assert.rejects(transport({ ...get("http://127.0.0.1:1/"), headers: { "x-a": "a\nb" } }));
    });
  });
}

describe("a call over a connection that was kept", () => {
  /** Answers what comes first on each connection, and with what comes second does as told. */
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

  test("is made again on a new one if the server had closed it", async (t) => {
    const { url, connections } = await forgetful(t, (socket) => socket.resetAndDestroy());
    assert.equal((await nodeTransport(get(url))).text, "ok");
    assert.equal((await nodeTransport(get(url))).text, "ok");
    assert.equal(connections(), 2);
  });

  test("is not made again once an answer has begun", async (t) => {
    const { url, connections } = await forgetful(t, (socket) => {
      socket.write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf", () => socket.resetAndDestroy());
    });
    await nodeTransport(get(url));
    await assert.rejects(nodeTransport(get(url)));
    assert.equal(connections(), 1);
  });

  test("on a new one that is reset is not made again", async (t) => {
    let connections = 0;
    const url = await serve(t, (req) => {
      connections += 1;
      req.socket.resetAndDestroy();
    });
    await assert.rejects(nodeTransport(get(url)), { code: "ECONNRESET" });
    assert.equal(connections, 1);
  });
});
