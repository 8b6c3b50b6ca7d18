import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, test, type TestContext } from "node:test";
import { Hono } from "hono";
import type { SignIn } from "onegini-otp-login/server";
import type { NodeContext } from "onegini-otp-login/node";
import { Browser } from "../support/browser.js";
import { eventsOf } from "../support/events.js";
import { accepted, scriptedSite } from "../support/site.js";

/** The descriptions of `no_session_cookie` after some logins on http. */
async function reported(t: TestContext, signIn: SignIn<NodeContext>, logins = 1): Promise<string[]> {
  const sent: Promise<unknown>[] = [];
  const { tokenServer, where } = await scriptedSite(t, {
    options: {
      signIn: (login) => {
        sent.push(once(login.context.res, "finish"));
        return signIn(login);
      },
    },
  });
  tokenServer.result = accepted();
  for (let count = 0; count < logins; count++) {
    const browser = new Browser(where);
    const { attempt } = await browser.start();
    assert.equal((await browser.status(attempt)).status, "approved");
    await browser.logIn(attempt);
  }
  await Promise.all(sent);
  return eventsOf(where, "no_session_cookie").map(({ description }) => description);
}

/** A `signIn` whose session library sets this cookie on Node's response. */
const setting =
  (cookie: string): SignIn<NodeContext> =>
  ({ context: { res } }) =>
    void res.setHeader("set-cookie", cookie);

describe("a login on http that is answered without a cookie of the site", () => {
  test("is reported once, and how to set the session's cookie", async (t) => {
    const [description = "", ...more] = await reported(t, () => undefined, 2);
    assert.match(description, /secure: false/);
    assert.deepEqual(more, []);
  });

  test("is not reported where the answer of signIn has the cookie", async (t) => {
    const signIn = () => Response.json({}, { headers: { "set-cookie": "session=1" } });
    assert.deepEqual(await reported(t, signIn), []);
  });

  test("is not reported where a session library sets it on Node's response", async (t) => {
    assert.deepEqual(await reported(t, setting("session=1")), []);
  });

  test("is reported beside the cookie of a known browser, which is the kit's", async (t) => {
    assert.equal((await reported(t, setting("onegini-otp-login-known=1"))).length, 1);
  });

  test("is not looked for where no adapter sends the answer, as with Hono, whose context has another res", async (t) => {
    const { tokenServer, where } = await scriptedSite(t, { options: { signIn: () => undefined } });
    tokenServer.result = accepted();
    const browser = new Browser(where);
    const { attempt } = await browser.start();
    assert.equal((await browser.status(attempt)).status, "approved");
    const app = new Hono();
    app.all("/otp-login/*", (c) => where.kit.fetch(c.req.raw, c as never));
    const headers = {
      origin: where.origin,
      cookie: browser.cookie ?? "",
      "content-type": "application/json",
    };
    const answer = await app.request(`${where.url}/${attempt}/login`, {
      method: "POST",
      headers,
      body: "{}",
    });
    assert.equal(answer.status, 200);
  });

  test("is not reported where signIn refuses the login", async (t) => {
    assert.deepEqual(await reported(t, () => Response.json({}, { status: 403 })), []);
  });
});
