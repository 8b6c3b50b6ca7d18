import assert from "node:assert/strict";
import { createServer, globalAgent } from "node:https";
import type { AddressInfo } from "node:net";
import { describe, test } from "node:test";
import { makeCertificates } from "../../service/doctor/certificates.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import { until } from "../../../support/until.js";
import { Browser } from "../support/browser.js";
import { site } from "../support/site.js";

describe("a Token Server whose certificate ran out", () => {
  test("is an error after the third start, and kit.check() says so", async (t) => {
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
    const ofType = (type: string) => events.filter((event) => event.type === type);
    await until(() => ofType("token_server_down").length > 0, "the kit's own start");
    assert.deepEqual(
      [...ofType("token_server_trouble"), ...ofType("token_server_down")].map((event) => [
        event.level,
        "reason" in event && event.reason,
      ]),
      ["warn", "info", "info", "error"].map((level) => [level, reason]),
    );
    assert.deepEqual(await kit.check(), { ok: false, reason });
  });
});
