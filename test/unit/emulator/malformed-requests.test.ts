import assert from "node:assert/strict";
import { connect } from "node:net";
import { suite, test } from "node:test";
import { basic, serve } from "./support.js";

const startPath = "/oauth/api/v4/authenticate/user";
const form = "application/x-www-form-urlencoded";

suite("Malformed requests", () => {
  test("a body that is not a form is answered with 415", async (t) => {
    const { send } = await serve(t);
    for (const type of ["application/json", "text/plain", "multipart/form-data; boundary=x", `${form}x`]) {
      const { status, body } = await send(startPath, {
        method: "POST",
        headers: { authorization: basic(), "content-type": type },
        body: "type=qr-code",
      });
      assert.deepEqual([status, body["error"]], [415, "1003"]);
    }
  });

  test("the Content-Type of a form may have a charset, and any case", async (t) => {
    const { send } = await serve(t);
    const { status } = await send(startPath, {
      method: "POST",
      headers: { authorization: basic(), "content-type": "Application/X-WWW-Form-Urlencoded;charset=UTF-8" },
      body: "type=qr-code&message=x&callback_uri=http%3A%2F%2F127.0.0.1%3A1%2F",
    });
    assert.equal(status, 200);
  });

  test("another method is answered with 405 and an Allow header", async (t) => {
    const { send } = await serve(t);
    const right = { [startPath]: "POST", "/oauth/api/v4/authenticate/transaction/x": "GET" };
    for (const [path, allow] of Object.entries(right)) {
      for (const method of ["PUT", "DELETE", "PATCH", "OPTIONS", allow === "GET" ? "POST" : "GET"]) {
        const { status, headers, body } = await send(path, { method, headers: { authorization: basic() } });
        assert.deepEqual([status, headers.get("allow"), body["error"]], [405, allow, "1003"]);
      }
    }
  });

  test("a large form is answered with 413, with and without a Content-Length", async (t) => {
    const { send } = await serve(t);
    const large = `type=qr-code&message=${"x".repeat(20_000)}`;
    const stream = () => new Blob([large]).stream();
    for (const body of [large, stream()]) {
      const init = {
        method: "POST",
        headers: { authorization: basic(), "content-type": form },
        body,
        duplex: "half",
      };
      const { status, body: answer } = await send(startPath, init);
      assert.deepEqual([status, answer["error"]], [413, "1003"]);
    }
  });

  test("a form with thousands of names is answered", async (t) => {
    const { send } = await serve(t);
    const body = Array.from({ length: 2500 }, (_, index) => `a${index}`).join("&");
    const { status } = await send(startPath, {
      method: "POST",
      headers: { authorization: basic(), "content-type": form },
      body,
    });
    assert.equal(status, 400);
  });

  test("bytes that are not UTF-8 and an empty body are answered with 400", async (t) => {
    const { send } = await serve(t);
    const complete = "type=qr-code&callback_uri=http://127.0.0.1:1/&message=x";
    for (const body of [Buffer.concat([Buffer.from(complete), Buffer.from([0xff])]), Buffer.alloc(0)]) {
      const { status, body: answer } = await send(startPath, {
        method: "POST",
        headers: { authorization: basic(), "content-type": form },
        body,
      });
      assert.deepEqual([status, answer["error"]], [400, "1003"]);
    }
  });

  const requests: Record<string, string> = {
    "a target that is not a path": "GET http:// HTTP/1.1\r\nHost: x\r\n",
    "a target with two slashes": "GET //%00/../.. HTTP/1.1\r\nHost: x\r\n",
    "an invalid host": "GET /oauth/ HTTP/1.1\r\nHost: [::bad\r\n",
    "an unknown method": "BREW /oauth/ HTTP/1.1\r\nHost: x\r\n",
    "percent signs": "GET /oauth/api/v4/authenticate/transaction/%%%zz HTTP/1.1\r\nHost: x\r\n",
    "a star": "OPTIONS * HTTP/1.1\r\nHost: x\r\n",
    "bytes that are not HTTP": "hello\r\n",
  };
  for (const [what, request] of Object.entries(requests)) {
    test(`${what} is answered with 4xx, and the server goes on`, async (t) => {
      const { url, postStart } = await serve(t);
      const socket = connect(Number(new URL(url).port), "127.0.0.1");
      socket.end(`${request}Connection: close\r\n\r\n`);
      let answer = "";
      for await (const part of socket.setEncoding("latin1")) answer += String(part);
      assert.match(answer, /^HTTP\/1\.1 4\d\d /);
      assert.equal((await postStart()).status, 200);
    });
  }

  test("a caller that disconnects in the middle of its body has no effect on others", async (t) => {
    const { url, postStart } = await serve(t);
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    socket.write(
      `POST ${startPath} HTTP/1.1\r\nHost: x\r\nAuthorization: ${basic()}\r\nContent-Type: ${form}\r\nContent-Length: 100\r\n\r\ntype=`,
      () => socket.destroy(),
    );
    await new Promise((resolve) => socket.once("close", resolve));
    assert.equal((await postStart()).status, 200);
  });
});
