import assert from "node:assert/strict";
import { connect } from "node:http2";
import { before, describe, it } from "node:test";
import { startHaproxy, startNginx } from "../../support/services/proxies.js";
import { trustAnyCertificate } from "../../support/services/certificate.js";
import { until } from "../../support/until.js";
import { fakeNodes } from "./support/site-of-three.js";

for (const [name, start] of [
  ["nginx", startNginx],
  ["HAProxy", startHaproxy],
] as const) {
  describe(`${name}, with the file of the docs`, () => {
    before(trustAnyCertificate);

    it("tells the node that a request came by https, whatever the client claims", async (t) => {
      const said: (string | string[] | undefined)[] = [];
      const { proxy } = await fakeNodes(t, start, (request, response) => {
        said.push(request.headers["x-forwarded-proto"]);
        response.end();
      });

      for (const path of ["/", "/otp-login", "/otp-login/x", "/otp-login/callback"])
        for (const headers of [{}, { "x-forwarded-proto": "http" }])
          await (await fetch(proxy.origin + path, { headers: headers as Record<string, string> })).text();

      assert.deepEqual(said, Array(8).fill("https"));
    });

    it("does not repeat a POST that has reached a node, also if that node breaks off", async (t) => {
      const reached: string[] = [];
      const { proxy } = await fakeNodes(t, start, (request) => {
        reached.push(request.method ?? "");
        request.socket.destroy();
      });

      const answer = await fetch(`${proxy.origin}/account`, { method: "POST", body: "{}" });

      assert.equal(answer.status, 502);
      assert.deepEqual(reached, ["POST"]);
    });

    // HAProxy sends none to a node that is about to close.
    if (name === "nginx")
      it("repeats a call of the login API, which a node that was closing has not read", async (t) => {
        const reached: (string | undefined)[] = [];
        const { proxy } = await fakeNodes(t, start, (request, response) => {
          reached.push(request.url);
          if (reached.length === 1) request.socket.destroy();
          else response.end("done");
        });

        const paths = ["/otp-login", "/otp-login/x/login", "/otp-login/callback"];
        for (const path of paths) {
          reached.length = 0;
          const answer = await fetch(proxy.origin + path, { method: "POST", body: "{}" });
          assert.equal(answer.status, 200);
          assert.deepEqual(reached, [path, path]);
        }
      });

    it("sends a POST to another node if one is closed, and the client does not notice", async (t) => {
      const { proxy, servers } = await fakeNodes(t, start, (_request, response) => response.end("done"));
      servers[1]?.close();

      for (let count = 0; count < 6; count++) {
        const answer = await fetch(`${proxy.origin}/otp-login`, { method: "POST", body: "{}" });
        assert.equal(answer.status, 200);
        await answer.text();
      }

      await until(() => proxy.passed().length >= 6, "the log");
      assert.deepEqual(new Set(proxy.passed().map(({ node }) => node)), new Set([0, 2]));
    });

    it("writes no body of the login API to its disk, and passes on bodies that a kit accepts", async (t) => {
      const { proxy } = await fakeNodes(t, start, (request, response) => {
        request.resume().once("end", () => response.end("done"));
      });
      const post = async (path: string, bytes: number, how: "announced" | "chunked") => {
        const body = "x".repeat(bytes);
        const answer = await fetch(proxy.origin + path, {
          method: "POST",
          body: how === "announced" ? body : new Blob([body]).stream(),
          duplex: "half",
        } as RequestInit);
        return answer.status;
      };
      const postOverHttp2 = (path: string, bytes: number, how: "announced" | "chunked") =>
        new Promise<number | undefined>((resolve, reject) => {
          // A proxy may close the connection after a body that it rejects.
          const browser = connect(proxy.origin).once("error", reject);
          const length = how === "announced" ? { "content-length": bytes } : {};
          const sent = browser.request({ ":method": "POST", ":path": path, ...length });
          sent.once("response", ({ ":status": status }) => resolve(status)).once("error", reject);
          sent.once("close", () => browser.close());
          sent.resume().end("x".repeat(bytes));
        });

      for (const path of ["/otp-login", "/otp-login/x/login"]) {
        for (const how of ["announced", "chunked"] as const) {
          for (const send of [post, postOverHttp2]) {
            assert.equal(await send(path, 4_096, how), 200, `${path} ${how}`);
            // Rejected by the proxy or by a node that does not read it. The answer may be cut.
            const large = await send(path, 900_000, how).catch(() => undefined);
            if (name === "nginx") assert.equal(large, 413, `${path} ${how}`);
          }
        }
      }

      assert.doesNotMatch(proxy.output(), /temporary file/);
    });

    it("keeps its streams open during a reload of its configuration", async (t) => {
      let event: (() => void) | undefined;
      const { proxy } = await fakeNodes(t, start, (_request, response) => {
        response.writeHead(200, { "content-type": "text/event-stream", "x-accel-buffering": "no" });
        response.write("data: first\n\n");
        event = () => response.end("data: second\n\n");
      });
      const stream = await fetch(`${proxy.origin}/otp-login/x`);
      const events = readTexts(stream);
      assert.equal(await events.next(), "data: first\n\n");

      await proxy.reload();
      event?.();

      assert.equal(await events.next(), "data: second\n\n");
    });
  });
}

/** The parts of an answer, as they arrive. */
function readTexts({ body }: Response): { next: () => Promise<string> } {
  const reader = body?.getReader();
  const decoder = new TextDecoder();
  return { next: async () => decoder.decode((await reader?.read())?.value) };
}
