import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { describe, it, type TestContext } from "node:test";
import { listen } from "../../../support/listen.js";
import { emulator } from "../../server/support/site.js";

function startDoctor(t: TestContext, ...args: string[]): ChildProcess & { text: () => string } {
  const child = spawn(
    process.execPath,
    ["--import", "tsx", "src/service/command/cli.ts", "doctor", ...args],
    {
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  t.after(() => child.kill("SIGKILL"));
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (part: string) => (text += part));
  return Object.assign(child, { text: () => text });
}

describe("Ctrl+C ends doctor", () => {
  for (const [title, page] of [
    ["while it waits for a page", undefined],
    [
      "after a page of a megabyte of beginnings of tags, while it waits for the login API",
      "<meta ".repeat(170_000),
    ],
  ] as const)
    it(title, async (t) => {
      let asked = (): void => undefined;
      const waits = new Promise<void>((resolve) => (asked = resolve));
      const url = await listen(
        t,
        createServer((req, res) => {
          if (page !== undefined && req.method === "GET")
            res.setHeader("content-type", "text/html").end(page);
          // It gets no answer.
          else asked();
        }),
      );
      const child = startDoctor(t, "--site", `${url}/login`);
      const ended = once(child, "close");
      await waits;
      child.kill("SIGINT");
      assert.deepEqual(await ended, [null, "SIGINT"], child.text());
    });

  it("while it waits for the Token Server", async (t) => {
    let asked = (): void => undefined;
    const waits = new Promise<void>((resolve) => (asked = resolve));
    const url = await listen(
      t,
      createServer(() => asked()),
    );
    const flags = ["--client-id=a", "--client-secret=b", "--type=c", "--origin=http://localhost:1"];
    const child = startDoctor(t, `--token-server-url=${url}`, ...flags, "--message=Log in");
    const ended = once(child, "close");
    await waits;
    child.kill("SIGINT");
    assert.deepEqual(await ended, [null, "SIGINT"], child.text());
  });

  it("while a code is shown, and then it says what it has found", async (t) => {
    const { url } = await emulator(t);
    const flags = ["--client-id=site", "--client-secret=site-secret", "--type=qr-code"];
    const child = startDoctor(
      t,
      ...[`--token-server-url=${url}`, ...flags, "--message=Log in", "--origin=http://localhost:1"],
    );
    const ended = once(child, "close");
    while (!child.text().includes("Scan this code")) await once(child.stdout!, "data");
    child.kill("SIGINT");
    const [code, signal] = (await ended) as unknown[];
    assert.equal(signal, null);
    assert.equal(typeof code, "number");
    assert.match(child.text(), /What to do next/);
  });
});
