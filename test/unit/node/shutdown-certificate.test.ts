import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { createServer, request } from "node:https";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { gracefulShutdown } from "onegini-otp-login/node";
import { makeCertificate } from "../../support/services/certificate.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const body = "x".repeat(20_000_000);

test("The connections of a server with TLS end when their requests are answered to the last byte", async (t) => {
  const directory = temporaryFolder(t);
  const { certificate, key } = makeCertificate(directory);
  const server = createServer(
    { cert: readFileSync(certificate), key: readFileSync(key) },
    (_request, response) => response.end(body),
  );
  const shutDown = gracefulShutdown(server, { close: () => Promise.resolve() });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const call = request({ port, host: "127.0.0.1", agent: false, rejectUnauthorized: false }).end();
  const [answer] = (await once(call, "response")) as [IncomingMessage];

  const ended = shutDown();

  let length = 0;
  for await (const chunk of answer) length += (chunk as Buffer).length;
  assert.equal(length, body.length);
  assert.equal(await ended, true);
});
