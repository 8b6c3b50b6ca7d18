import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient } from "redis";
import { redisStore } from "onegini-otp-login/redis";
import { redisFor } from "../../support/services/redis.js";
import { Browser } from "../../unit/server/support/browser.js";
import { accepted, scriptedTokenServer, site, type Site } from "../../unit/server/support/site.js";

/** How often the tickets are redeemed, so that the two servers' steps mix in many ways. */
const logins = 10;

test("Twenty redemptions of one ticket at once, on two nodes with one Redis, give one login", async (t) => {
  const redis = await redisFor(t);
  const tokenServer = await scriptedTokenServer(t);
  tokenServer.result = accepted("alice");
  /** A node of the site, with its own connection to Redis. It begins its session in a request of its own. */
  const startNode = async (options: { origin?: string } = {}): Promise<Site> => {
    const client = await createClient({ url: redis.url }).connect();
    const store = await redisStore({ client });
    t.after(async () => {
      await store.close();
      client.destroy();
    });
    const node: Site = await site(t, {
      tokenServerUrl: tokenServer.url,
      options: { ...options, store, handOver: { to: "/login/otp" } },
      mount: (handler) => async (req, res) => {
        const { pathname, searchParams } = new URL(req.url ?? "", "http://localhost");
        if (pathname !== "/login/otp") return handler(req, res);
        const login = await node.kit.redeem(searchParams.get("ticket"), req);
        res.writeHead(login ? 200 : 403).end(login?.userId);
      },
    });
    return node;
  };
  const here = await startNode();
  const there = await startNode({ origin: here.origin });

  for (let count = 0; count < logins; count++) {
    const browser = new Browser(here);
    const { attempt } = await browser.start();
    assert.equal((await browser.status(attempt)).status, "approved");
    const { redirect_to } = (await (await browser.logIn(attempt)).json()) as { redirect_to: string };

    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const { origin } = index % 2 === 0 ? here : there;
        const answer = await fetch(origin + redirect_to, { headers: { cookie: browser.cookie ?? "" } });
        return answer.text();
      }),
    );

    const redeemedBy = answers.filter((user) => user !== "");
    assert.deepEqual(redeemedBy, ["alice"]);
  }
  for (const { events } of [here, there]) {
    const refusals = events.flatMap((event) => (event.type === "ticket_refused" ? [event.reason] : []));
    assert.deepEqual(new Set(refusals), new Set(["used"]));
  }
});
