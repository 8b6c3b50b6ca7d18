import assert from "node:assert/strict";
import { createServer } from "node:http";
import { connect, type Socket } from "node:net";
import { test } from "node:test";
import { watchFileDescriptors } from "../../../../../src/service/serve/telemetry/file-descriptors.js";
import { createLog } from "../../../../../src/service/serve/telemetry/log.js";
import { runServeWithFiles, siteClient } from "../../../../support/services/serve-process.js";
import { until } from "../../../../support/until.js";

test("a process that may open no more files says so in its log, with what to change, and lives", async (t) => {
  const limit = 90;
  const service = runServeWithFiles(
    t,
    limit,
    ...[
      "--origin",
      "http://localhost:8000",
      "--token-server-url",
      "http://127.0.0.1:9",
      ...siteClient,
      "--port",
      "0",
      "--internal-port",
      "0",
    ],
  );
  const ready = await service.said("ready");
  const sockets: Socket[] = [];
  t.after(() => sockets.forEach((socket) => socket.destroy()));
  const open = (): void =>
    void sockets.push(connect(Number(new URL(ready).port), "127.0.0.1").on("error", () => undefined));
  for (let count = 0; count < limit; count++) open();
  await until(() => {
    // A file that the service had open for a moment took the place of a connection, which is closed by now.
    open();
    return service.stdout().includes("out_of_files");
  }, "the line");
  const line = service
    .stdout()
    .split("\n")
    .find((each) => each.includes("out_of_files"));
  const { time, description, ...rest } = JSON.parse(line ?? "{}") as Record<string, unknown>;
  assert.equal(typeof time, "string");
  assert.deepEqual(rest, { level: "error", event: "out_of_files", code: "EMFILE", limit });
  assert.match(String(description), /LimitNOFILE/);
  sockets.forEach((socket) => socket.destroy());
  await until(async () => (await fetch(ready).catch(() => undefined)) !== undefined, "an answer");
});

test("what the server or the system reports is an error a minute of each kind", (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const lines: string[] = [];
  const server = createServer();
  let code = "";
  const end = watchFileDescriptors(
    [server],
    createLog("json", { write: (line) => void lines.push(line) }),
    () => {
      if (code !== "") throw Object.assign(new Error("no file"), { code });
    },
  );
  const told = () => lines.splice(0).map((line) => JSON.parse(line) as Record<string, unknown>);
  t.mock.timers.tick(5_000);
  assert.deepEqual(told(), []);
  code = "ENFILE";
  t.mock.timers.tick(5_000);
  const [enfile, ...others] = told();
  assert.deepEqual([enfile?.["code"], others], ["ENFILE", []]);
  assert.match(String(enfile?.["description"]), /fs\.file-max/);
  // A file that cannot be opened for another reason is not a shortage.
  code = "EACCES";
  t.mock.timers.tick(5_000);
  assert.deepEqual(told(), []);
  // Some systems report it at the server.
  for (let time = 0; time < 3; time++)
    server.emit("error", Object.assign(new Error("accept"), { code: "EMFILE", syscall: "accept" }));
  server.emit("error", Object.assign(new Error("accept"), { code: "ECONNABORTED" }));
  assert.deepEqual(
    told().map(({ event, code }) => [event, code]),
    [
      ["out_of_files", "EMFILE"],
      ["server_failed", undefined],
    ],
  );
  end();
});
