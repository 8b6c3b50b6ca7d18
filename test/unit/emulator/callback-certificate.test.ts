import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { suite, test } from "node:test";
import { promisify } from "node:util";
import { makeCertificate } from "../../support/services/certificate.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const run = promisify(execFile);

/** An emulator in a process of its own, whose phone accepts one code. It prints what becomes of the callback. */
const program = `
  import { createPhone, createTokenServer } from "onegini-otp-login/emulator";
  const { promise, resolve } = (() => { let resolve; const promise = new Promise((r) => (resolve = r)); return { promise, resolve }; })();
  const tokenServer = createTokenServer({
    types: [{ name: "qr-code" }],
    clients: [{ id: "site", secret: "site-secret" }],
    onCallback: resolve,
  });
  const started = await tokenServer.fetch(new Request("http://localhost/oauth/api/v4/authenticate/user", {
    method: "POST",
    headers: { authorization: "Basic " + btoa("site:site-secret") },
    body: new URLSearchParams({ type: "qr-code", message: "Log in", callback_uri: process.env.CALLBACK }),
  }));
  const phone = createPhone(tokenServer, "lisa");
  await phone.enroll();
  phone.onConfirmation((confirmation) => confirmation.accept());
  await phone.handleMobileAuthWithOtp((await started.json()).otp);
  const { status, problem } = await promise;
  console.log(JSON.stringify({ status, problem }));
  process.exit();`;

suite("A callback to a site with a certificate of its own", { timeout: 60_000 }, () => {
  test("fails with what to set, and arrives once that is set", async (t) => {
    const folder = temporaryFolder(t);
    const { certificate, key } = makeCertificate(folder);
    const site = createServer(
      { cert: readFileSync(certificate), key: readFileSync(key) },
      (_request, response) => response.writeHead(204).end(),
    );
    await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
    t.after(() => site.close().closeAllConnections());
    const CALLBACK = `https://localhost:${(site.address() as AddressInfo).port}/otp-login/callback`;
    const outcome = async (
      variables: Record<string, string>,
    ): Promise<{ status?: number; problem?: string }> => {
      const args = ["--import", "tsx", "--input-type=module", "--eval", program];
      const { stdout } = await run(process.execPath, args, {
        env: { ...process.env, CALLBACK, ...variables },
      });
      return JSON.parse(stdout) as { status?: number; problem?: string };
    };
    const { problem = "" } = await outcome({});
    assert.match(problem, /not trusted here \(DEPTH_ZERO_SELF_SIGNED_CERT\)\. .* NODE_EXTRA_CA_CERTS=/);
    assert.deepEqual(await outcome({ NODE_EXTRA_CA_CERTS: certificate }), { status: 204 });
  });
});
