import assert from "node:assert/strict";
import { createServer, globalAgent } from "node:https";
import type { AddressInfo } from "node:net";
import { describe, test } from "node:test";
import { makeCertificates } from "../../service/doctor/certificates.js";
import { temporaryFolder } from "../../service/doctor/run-doctor.js";
import { Browser } from "../support/browser.js";
import { site } from "../support/site.js";

describe("a Token Server whose certificate ran out", () => {
  test("is an error from the third start, and kit.check() says so", async (t) => {
    const { authority, expired } = makeCertificates(temporaryFolder(t));
    globalAgent.options.ca = [authority];
    t.after(() => delete globalAgent.options.ca);
    const server = createServer(expired, (_request, response) => response.end());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    t.after(() => server.close().closeAllConnections());
    const tokenServerUrl = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { events, kit, ...where } = await site(t, { tokenServerUrl });
    for (let time = 0; time < 3; time++) assert.equal((await new Browser(where).post("")).status, 503);
    const reason = `could not be reached at ${tokenServerUrl} (CERT_HAS_EXPIRED)`;
    const troubles = events.flatMap((event) => (event.type === "token_server_trouble" ? [event] : []));
    assert.deepEqual(
      troubles.map(({ level, reason }) => [level, reason]),
      ["warn", "info", "error"].map((level) => [level, reason]),
    );
    assert.deepEqual(await kit.check(), { ok: false, reason });
  });
});
