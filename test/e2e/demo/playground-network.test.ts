import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Page, Request } from "playwright-core";
import { demoInBrowser, type DemoInBrowser, startDemo } from "../../support/demo/demo.js";
import { watchForComplaints } from "../../support/login-page.js";
import { openPlayground, type PlaygroundPage } from "../../support/demo/demo-pages.js";

describe("The playground's network", () => {
  let given: DemoInBrowser;
  demoInBrowser((each) => (given = each));

  /** Each in a browser of its own, because the network's settings belong to a browser. */
  async function inItsOwnBrowser(use: (playground: PlaygroundPage) => Promise<void>, fragment?: string) {
    const context = await given.browser.newContext();
    const complaints = await watchForComplaints(context);
    await use(await openPlayground(context, given.demo.origin, fragment));
    await context.close();
    assert.deepEqual(complaints.list, []);
  }

  it("breaks the start: the element shows what happened, and its event says why", async () => {
    const faults = [
      ["busy", /Try again in/, "error too_many_requests: 429"],
      ["down", "The login service isn’t answering", "error temporarily_unavailable: 503"],
      ["forbidden", "Phone login isn’t available here", "error forbidden_origin: 403"],
      ["garbage", "The login service isn’t answering", "error invalid_response: 200"],
      ["reset", "The login service isn’t answering", "error network_error"],
    ] as const;
    await Promise.all(
      faults.map(([choice, words, event]) =>
        inItsOwnBrowser(async ({ reads, hears, set, press, reaches }) => {
          await reads(words);
          await hears(event);
          await set("codes", "works");
          await press("start()");
          await reaches("pending");
        }, `#codes=${choice}`),
      ),
    );
  });

  it("breaks the start: without an answer, late, and without cookies", async () => {
    await Promise.all([
      inItsOwnBrowser(async ({ set, reaches, events }) => {
        await reaches("requesting");
        await set("codes", "works");
        await reaches("pending");
        // The held request is answered. No new attempt was started.
        assert.deepEqual(await events(), ["statechange requesting", "statechange pending"]);
      }, "#codes=silent"),
      inItsOwnBrowser(async ({ reaches, page }) => {
        await reaches("pending");
        const [from, to] = await page
          .locator("#events time")
          .evaluateAll((times) => times.map((time) => Date.parse((time as HTMLTimeElement).dateTime)));
        assert.ok(to! - from! >= 1_490, `${to! - from!} ms`);
      }, "#delay=medium"),
      inItsOwnBrowser(async ({ reads, hears }) => {
        await reads("Cookies are off");
        await hears("error cookies_blocked");
      }, "#cookies=blocked"),
    ]);
  });

  /** Collects the requests of the status. */
  function statusRequests(page: Page): { streams: Request[]; polls: Request[] } {
    const seen = { streams: [] as Request[], polls: [] as Request[] };
    page.on("request", (request) => {
      if (request.method() !== "GET" || !/\/otp-login\/[^/]+$/.test(request.url())) return;
      const { accept } = request.headers();
      (accept === "text/event-stream" ? seen.streams : seen.polls).push(request);
    });
    return seen;
  }

  it("breaks the stream: the login still completes", async () => {
    await Promise.all(
      ["refused", "silent", "buffered", "garbage", "cut"].map((choice) =>
        inItsOwnBrowser(async ({ page, press, reaches }) => {
          const seen = statusRequests(page);
          await press("start()");
          await reaches("pending");
          // A stream that is cut is opened again. A stream without events is replaced by polls.
          while (choice === "cut" ? seen.streams.length < 2 : seen.polls.length === 0) {
            await page.waitForEvent("request", { timeout: 20_000 });
          }
          await press("Accept");
          await reaches("completed");
        }, `#stream=${choice}`),
      ),
    );
  });

  it("breaks a running stream and the polls: the element shows that it reconnects", async () => {
    await Promise.all(
      ["busy", "down", "garbage", "silent", "reset"].map((choice) =>
        inItsOwnBrowser(async ({ reaches, set, reads, press }) => {
          await reaches("pending");
          await set("polls", choice);
          await set("stream", "refused");
          await reads("Reconnecting…");
          await set("polls", "works");
          await set("stream", "works");
          await press("Accept");
          await reaches("completed");
        }),
      ),
    );
  });

  it("breaks the login: rejected, broken, lost and without an answer", async () => {
    const logins = (page: Page): Request[] => {
      const seen: Request[] = [];
      page.on("request", (request) => request.url().endsWith("/login") && seen.push(request));
      return seen;
    };
    await Promise.all([
      inItsOwnBrowser(async ({ reaches, press, hears, reads }) => {
        await reaches("pending");
        await press("Accept");
        await hears('error login_refused: 403 Forbidden, answer {"error":"account_blocked"}');
        await reads("This account can’t log in here");
      }, "#login=refused"),
      inItsOwnBrowser(async ({ reaches, press, reads, element, set }) => {
        await press("Accept");
        await reads("Type the number from your phone");
        await element.getByRole("textbox").fill("4711");
        await element.getByRole("button", { name: "Continue" }).click();
        await reads("That number doesn’t match. 2 tries left.");
        await set("login", "failed");
        await element.getByRole("button", { name: "Continue" }).click();
        await reads("The number was wrong three times");
        await reaches("failed");
      }, "#login=wrong&number=always"),
      ...(["broken", "lost", "silent"] as const).map((choice) =>
        inItsOwnBrowser(async ({ reaches, press, page, set }) => {
          const seen = logins(page);
          await reaches("pending");
          await press("Accept");
          await reaches("approved");
          while (seen.length < (choice === "silent" ? 1 : 2)) await page.waitForEvent("request");
          await set("login", "works");
          await reaches("completed");
        }, `#login=${choice}`),
      ),
    ]);
  });

  it("changes the lifetime of a code", async () => {
    await inItsOwnBrowser(async ({ reads, set, press }) => {
      await reads(/60\smin/);
      await set("life", "short");
      await press("start()");
      await reads(/New code in 0:[01]\d/);
    }, "#life=hour");
  });

  it("accepts network faults from its own page only", async () => {
    const put = async (body: string, headers: Record<string, string> = {}): Promise<number> => {
      const all = { "content-type": "application/json", ...headers };
      return (await fetch(`${given.demo.origin}/playground/network`, { method: "PUT", body, headers: all }))
        .status;
    };
    assert.equal(await put("{}"), 204);
    assert.equal(await put("{}", { "sec-fetch-site": "cross-site" }), 403);
    assert.equal(await put("{}", { origin: "https://example.com" }), 403);
    assert.equal(await put("{}", { "content-type": "text/plain" }), 415);
    for (const body of ["", "[", "null", '{"codes":"perhaps"}', '{"constructor":"works"}', '{"codes":1}']) {
      assert.equal(await put(body), 400, body);
    }
    assert.equal(await put(`{"codes":"${"x".repeat(5_000)}"}`), 413);
    const { status } = await fetch(`${given.demo.origin}/playground`, { method: "POST" });
    assert.equal(status, 405);
  });

  it("is absent with a real Token Server", async () => {
    const demo = await startDemo({ TOKEN_SERVER_URL: "https://token-server.example.com" });
    const page = await fetch(`${demo.origin}/playground`);
    assert.equal(page.status, 404);
    assert.match(await page.text(), /There is no playground here/);
    for (const path of ["/playground/network", "/playground/otp-login"]) {
      const { status } = await fetch(demo.origin + path, { method: "PUT", body: "{}" });
      assert.equal(status, 404, path);
    }
    assert.doesNotMatch(await (await fetch(`${demo.origin}/help`)).text(), /playground/);
    await demo.stop();
  });
});
