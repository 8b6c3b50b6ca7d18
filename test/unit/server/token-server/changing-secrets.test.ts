import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { LoginKitOptions } from "onegini-otp-login/server";
import { Browser } from "../support/browser.js";
import {
  accepted,
  json,
  scriptedTokenServer,
  site,
  started,
  undecided,
  type Script,
  type ScriptedTokenServer,
} from "../support/site.js";
import { until } from "../../../support/until.js";
import { pluck } from "../support/events.js";

/** A Token Server whose client's secret the test changes, with the secrets that it was sent. */
async function changingTokenServer(
  t: Parameters<typeof scriptedTokenServer>[0],
): Promise<ScriptedTokenServer & { secret: string; sent: string[] }> {
  const tokenServer = await scriptedTokenServer(t);
  const state = Object.assign(tokenServer, { secret: "old-secret", sent: [] as string[] });
  const guarded =
    (script: Script): Script =>
    (res, id, req) => {
      const [, given = ""] = atob((req.headers.authorization ?? "").replace("Basic ", "")).split(":");
      state.sent.push(given);
      if (given === state.secret) script(res, id, req);
      else json(401, { error: "invalid_client", error_description: `wrong secret ${given}` })(res, id, req);
    };
  state.start = guarded(started());
  state.result = guarded(undecided);
  return state;
}

type ClientSecret = LoginKitOptions["tokenServer"]["clientSecret"];

async function siteWith(t: Parameters<typeof site>[0], clientSecret: ClientSecret) {
  const tokenServer = await changingTokenServer(t);
  const where = await site(t, {
    options: { tokenServer: { url: tokenServer.url, clientId: "site", clientSecret, type: "qr-code" } },
  });
  return { tokenServer, where };
}

describe("A client secret that changes while the kit runs", () => {
  test("is asked for at each call, and the stream that is open goes on", async (t) => {
    let secret = "old-secret";
    const { tokenServer, where } = await siteWith(t, () => secret);
    const browser = new Browser(where);
    const { attempt } = await browser.start();
    const stream = await browser.watch(attempt);
    secret = tokenServer.secret = "new-secret";
    tokenServer.result = accepted();
    await where.kit.fetch(
      new Request(`${where.url}/callback`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ transaction_id: tokenServer.started[0] }),
      }),
      undefined as never,
    );
    await stream.status("approved");
    await new Browser(where).start();
    assert.equal(tokenServer.sent.at(-1), "new-secret");
    assert.ok(where.events.every(({ type }) => type !== "token_server_trouble"));
  });

  test("may be two: where the Token Server refuses one, the call is repeated with the other", async (t) => {
    const { tokenServer, where } = await siteWith(t, ["new-secret", "old-secret"]);
    const start = async () => assert.equal((await new Browser(where).post("")).status, 201);
    await start();
    await start();
    // The one that was accepted comes first from then on.
    assert.deepEqual(tokenServer.sent, ["new-secret", "old-secret", "old-secret"]);
    tokenServer.secret = "new-secret";
    await start();
    await start();
    assert.deepEqual(tokenServer.sent.slice(3), ["old-secret", "new-secret", "new-secret"]);
    assert.deepEqual(pluck(where.events, "type"), [
      "attempt_started",
      "attempt_started",
      "attempt_started",
      "attempt_started",
    ]);
  });

  test("also with client_secret in the form", async (t) => {
    const tokenServer = await scriptedTokenServer(t);
    const sent: (string | null)[] = [];
    tokenServer.start = (res, id, req) => {
      let body = "";
      req.on("data", (part: Buffer) => (body += part.toString()));
      req.on("end", () => {
        const secret = new URLSearchParams(body).get("client_secret");
        sent.push(secret);
        (secret === "old-secret" ? started() : json(401, { error: "invalid_client" }))(res, id, req);
      });
    };
    const where = await site(t, {
      options: {
        tokenServer: {
          url: tokenServer.url,
          clientId: "site",
          clientSecret: ["new-secret", "old-secret"],
          clientAuthentication: "body",
          type: "qr-code",
        },
      },
    });
    await new Browser(where).start();
    assert.deepEqual(sent, ["new-secret", "old-secret"]);
  });

  test("is in no event, whichever of the two the Token Server repeats", async (t) => {
    const { tokenServer, where } = await siteWith(t, ["one-secret", "two-secret"]);
    assert.equal((await new Browser(where).post("")).status, 500);
    await until(() => where.events.length > 0, "the event");
    assert.deepEqual(tokenServer.sent, ["one-secret", "two-secret"]);
    assert.doesNotMatch(JSON.stringify(where.events), /(one|two)-secret/);
    assert.match(JSON.stringify(where.events), /wrong secret \[secret\]/);
  });

  test("that its function does not give is named in the log, and the start is 503", async (t) => {
    let give = (): string => "old-secret";
    const { where } = await siteWith(t, () => give());
    for (const wrong of ["", undefined, [], ["a", "b", "c"], 1])
      await (async () => {
        give = () => wrong as string;
        where.events.length = 0;
        assert.equal((await new Browser(where).post("")).status, 503);
        assert.match(
          JSON.stringify(where.events[0]),
          /"tokenServer.clientSecret\\" must return the secret, or two of them/,
        );
        give = () => "old-secret";
        assert.equal((await new Browser(where).post("")).status, 201);
      })();
    give = () => {
      throw new Error("vault: hidden-token");
    };
    for (let time = 0; time < 3; time++) assert.equal((await new Browser(where).post("")).status, 503);
    await until(() => where.events.some(({ type }) => type === "token_server_down"), "the kit's own start");
    assert.doesNotMatch(JSON.stringify(where.events), /hidden-token/);
  });
});
