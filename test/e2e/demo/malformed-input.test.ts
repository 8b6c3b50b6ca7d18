import assert from "node:assert/strict";
import { request as send, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { once } from "node:events";
import { after, before, describe, it } from "node:test";
import { startDemo, type Demo } from "../../support/demo/demo.js";

describe("The demo and malformed input", () => {
  let demo: Demo;

  before(async () => {
    demo = await startDemo();
  });
  after(() => demo.stop());

  const get = (path: string, init: RequestInit = {}) =>
    fetch(demo.origin + path, { redirect: "manual", ...init });

  it("answers unknown paths and methods with an error page", async () => {
    for (const path of [
      "/nowhere",
      "/assets/../start.ts",
      "/assets/%2e%2e%2fstart.ts",
      "/assets/nothing.js",
      "/%E0%A4%A",
      "/phone%00",
      "/ACCOUNT",
      "/account/",
      "//example.com/",
      `/${"a".repeat(8_000)}`,
    ]) {
      const answer = await get(path);
      assert.equal(answer.status, 404, path.slice(0, 40));
      assert.match(await answer.text(), /This page doesn’t exist/);
    }
    for (const [path, allow] of [
      ["/", "GET, HEAD"],
      ["/account", "GET, HEAD"],
      ["/account/end", "POST"],
      ["/phone", "GET, HEAD"],
      ["/password", "POST"],
      ["/logout", "GET, HEAD, POST"],
    ] as const) {
      const answer = await get(path, { method: "DELETE" });
      assert.equal(answer.status, 405, path);
      assert.equal(answer.headers.get("allow"), allow);
    }
  });

  it("handles cookies, hosts and request lines of any form", async () => {
    for (const cookie of [
      "demo-session=",
      "demo-session=%E0%A4%A",
      `demo-session=${"a".repeat(10_000)}`,
      ";;=;,",
      "a",
    ]) {
      assert.equal((await get("/account", { headers: { cookie } })).status, 401, cookie.slice(0, 40));
      assert.equal((await get("/logout", { headers: { cookie } })).status, 303, cookie.slice(0, 40));
    }
    for (const host of ["example.com", "a b", "]", "localhost:99999", "-"]) {
      const request = send({ host: "127.0.0.1", port: demo.port, headers: { host } }).end();
      const [response] = (await once(request, "response")) as [{ statusCode: number; resume: () => void }];
      response.resume();
      assert.ok(response.statusCode < 500, `${host}: ${response.statusCode}`);
    }
    for (const bytes of [
      "\0\0\0\r\n\r\n",
      "GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET / HTTP/1.0\r\n\r\n",
    ]) {
      const socket = connect(demo.port, "127.0.0.1");
      let answer = "";
      socket.on("data", (part: Buffer) => (answer += part.toString()));
      socket.end(bytes);
      await once(socket, "close");
      assert.match(answer, /^HTTP\/1\.1 [234]\d\d /, JSON.stringify(bytes));
    }
    assert.equal((await get("/")).status, 200);
  });

  it("answers an invalid host with a message", async () => {
    const { port } = new URL(demo.origin);
    const request = send({ host: "127.0.0.1", port, path: "/", headers: { host: "[" } }).end();
    const [response] = (await once(request, "response")) as [IncomingMessage];
    assert.equal(response.statusCode, 400);
    assert.equal(Buffer.concat(await response.toArray()).toString(), "Bad request.\n");
  });

  it("printed the line that says it is ready, and nothing about them", () => {
    assert.equal(demo.stdout(), `ready: ${demo.origin}\n`);
  });
});
