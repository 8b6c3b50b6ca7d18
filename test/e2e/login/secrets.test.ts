import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, it } from "node:test";
import type { BrowserContext } from "playwright-core";
import { launchBrowser } from "../../support/browser.js";
import { phoneCalls, startDemo } from "../../support/demo/demo.js";
import { openLoginPage, reachPhase } from "../../support/login-page.js";
import { codeOn } from "../../support/qr.js";
import { findLeaks, neverSeen, type Outflow, type Secret } from "../../support/secrets.js";

const isStart = /^POST \/otp-login(?:\/[\w-]{22}\/otp)?$/;

/** Everything that a browser sends and gets: addresses, `Referer`, headers and bodies. */
function watchTraffic(context: BrowserContext): () => Promise<Outflow[]> {
  const outflows: Promise<Outflow[]>[] = [];
  context.on("request", (request) => {
    outflows.push(
      // The page was left. The headers that are already known are kept.
      request
        .allHeaders()
        .catch(() => request.headers())
        .then((headers) => [
          { where: "address", text: request.url() },
          { where: "referer", text: headers["referer"] ?? "" },
          { where: "what the page sends", text: request.postData() ?? "" },
        ]),
    );
  });
  context.on("response", (response) => {
    const call = `${response.request().method()} ${new URL(response.url()).pathname}`;
    const kind = isStart.test(call)
      ? "a start's answer"
      : call.endsWith("/login")
        ? "a login's answer"
        : "another answer";
    const read = async (): Promise<Outflow[]> => {
      const headers = await response.headersArray();
      const isStream = headers.some(({ value }) => value === "text/event-stream");
      // The body of a redirect, or of an answer to a page that was left, cannot be read.
      const body = isStream ? "" : await response.text().catch(() => "");
      return [
        ...headers.map(({ name, value }) => ({
          where: `${kind}, header ${name.toLowerCase()}`,
          text: value,
        })),
        { where: `${kind}, body`, text: body },
      ];
    };
    outflows.push(read());
  });
  return async () => {
    // What comes later could not be read to its end, because the context is closed.
    for (const event of ["request", "response"] as const) context.removeAllListeners(event);
    return (await Promise.all(outflows)).flat();
  };
}

/** The text and attributes of a page and of the shadow root, and the page's storages and URL. */
const kept = (): string => {
  const element = document.querySelector("onegini-otp-login");
  const history = JSON.stringify(window.history.state);
  return [
    document.documentElement.outerHTML + (element?.shadowRoot?.innerHTML ?? ""),
    JSON.stringify({ ...localStorage, ...sessionStorage }),
    location.href + document.cookie + history + window.name,
  ].join("\n");
};

describe("Whole logins on the demo", () => {
  it("put no secret into an address, a Referer, the page or the demo's output", async () => {
    const clientSecret = `client-secret-${randomBytes(12).toString("base64")}`;
    const [demo, browser] = await Promise.all([startDemo({ CLIENT_SECRET: clientSecret }), launchBrowser()]);
    const context = await browser.newContext();
    const traffic = watchTraffic(context);
    const phone = phoneCalls(demo.origin);
    await phone.enroll("demo-user");

    const page = await openLoginPage(context, demo.origin);
    const denied = await codeOn(page);
    const pages = [await page.evaluate(kept)];
    await phone.deny(denied);
    await reachPhase(page, "denied");
    await page.getByRole("button", { name: "Try again" }).click();
    const accepted = await codeOn(page, denied);
    pages.push(await page.evaluate(kept));
    await phone.accept(accepted);
    await page.waitForURL("**/account");
    pages.push(await page.evaluate(kept));
    const cookies = await context.cookies();
    await page.getByRole("link", { name: "Help" }).click();
    await page.waitForURL("**/help");
    await page.goto(`${demo.origin}/account`);
    await page.getByRole("button", { name: "Log out" }).click();
    await page.waitForURL(`${demo.origin}/`);
    const came = await traffic();
    const printed = demo.stdout() + demo.stderr();
    await context.close();
    await Promise.all([browser.close(), demo.stop()]);

    const valueOf = (cookie: string): string => cookies.find(({ name }) => name === cookie)?.value ?? "";
    const secrets: Secret[] = [
      ...[denied, accepted].flatMap((otp): Secret[] => [
        { name: "an OTP", value: otp, belongs: /^a start's answer, body$/ },
        {
          name: "an OTP's bytes",
          value: (JSON.parse(atob(otp)) as { otp: string }).otp,
          belongs: /^a start's answer, body$/,
        },
      ]),
      {
        name: "the browser's cookie",
        value: valueOf("onegini-otp-login"),
        belongs: /^a start's answer, header set-cookie$/,
      },
      {
        name: "the session",
        value: valueOf("demo-session"),
        belongs: /^a login's answer, header set-cookie$/,
      },
      { name: "the client's secret", value: clientSecret, belongs: undefined },
    ];
    const outflows: Outflow[] = [
      ...came,
      ...pages.map((text) => ({ where: "the page", text })),
      { where: "what the demo prints", text: printed },
    ];
    assert.deepEqual(findLeaks(outflows, secrets), []);
    assert.deepEqual(neverSeen(outflows, secrets), [], "The search was blind to these.");
    assert.equal(printed, `ready: ${demo.origin}\n`);
    assert.equal(
      came.some(({ where, text }) => where === "referer" && text !== ""),
      true,
    );
  });
});
