import type { TestContext } from "node:test";
import { readFileSync } from "node:fs";
import assert from "node:assert/strict";
import type { Browser, BrowserContext, Page } from "playwright-core";
import {
  describeLog,
  isOfLogin,
  isStream,
  startFaultProxy,
  type FaultProxy,
  type Interference,
  type LoggedRequest,
  isHeldPoll,
} from "../../../support/fault-proxy/fault-proxy.js";
import { reachPhase } from "../../../support/login-page.js";
import { until } from "../../../support/until.js";
import { codeOn } from "../../../support/qr.js";
import { startKitSite, type KitSite, type KitSiteOptions } from "../../../support/sites/kit-site.js";

/** A login page that a person has open, behind a fault proxy of its own. */
export interface Visit {
  proxy: FaultProxy;
  site: KitSite;
  context: BrowserContext;
  page: Page;
  /** When the page's element entered each phase, by `Date.now()`. */
  phases: { phase: string; at: number }[];
  /** Scans the code on the screen. Returns a function that accepts on the phone and resolves to the instant. */
  scan: () => Promise<() => Promise<number>>;
  /** Waits until the page is logged in, and gives the milliseconds since an instant. */
  loggedInAfter: (since: number, maxMs: number) => Promise<number>;
}

interface VisitOptions extends KitSiteOptions {
  browser: Browser;
  /** Opens the browser's page. Default: in its own context, which is closed at the end. */
  newPage?: () => Promise<Page>;
  /** Before the page is opened. */
  before?: (proxy: FaultProxy) => void | Promise<void>;
}

/** Opens the login page of a site behind a fault proxy; resolves when its code is up. */
export async function visit(t: TestContext, options: VisitOptions): Promise<Visit> {
  const { site, proxy } = await siteBehindProxy(t, options);
  const page = await (options.newPage?.() ?? ownPage(t, options.browser));
  await options.before?.(proxy);
  const visitor = { proxy, site, ...(await open(page, proxy)) };
  return {
    ...visitor,
    async scan() {
      const { id } = await site.phone.scan(await codeOn(page));
      return async () => {
        const at = Date.now();
        await site.phone.answer(id, true);
        return at;
      };
    },
    async loggedInAfter(since, maxMs) {
      // The page's message may arrive after the accepted answer was noted here.
      const completed = () =>
        visitor.phases.find(({ phase, at }) => phase === "completed" && at >= since - 50);
      await until(() => completed() !== undefined, "the login", maxMs).catch(() =>
        assert.fail(
          `Not logged in after ${maxMs} ms: ${JSON.stringify(visitor.phases.map(({ phase, at }) => [phase, at - since]))}\n` +
            describeLog(proxy.requests, since),
        ),
      );
      return Math.max(0, (completed()?.at ?? Infinity) - since);
    },
  };
}

/** A site with a login page, and the proxy in front of it, until the test ends. */
export async function siteBehindProxy(
  t: TestContext,
  options: KitSiteOptions,
): Promise<{ site: KitSite; proxy: FaultProxy }> {
  let proxy: FaultProxy | undefined;
  const origin = async (port: number) => (proxy = await startFaultProxy(() => port)).origin;
  const site = await startKitSite({ ...options, origin });
  t.after(async () => {
    await proxy?.close();
    site.close();
  });
  if (!proxy) throw new Error("The site did not ask for its origin.");
  site.show("/", '<onegini-otp-login></onegini-otp-login><a href="/help">Help</a>');
  site.show("/help", "<p>Help</p>", { loads: false });
  return { site, proxy };
}

async function ownPage(t: TestContext, browser: Browser): Promise<Page> {
  const context = await browser.newContext();
  t.after(() => context.close());
  return context.newPage();
}

/** Opens the login page and follows its phases. */
export async function open(
  page: Page,
  proxy: FaultProxy,
): Promise<Pick<Visit, "context" | "page" | "phases">> {
  const phases: Visit["phases"] = [];
  await page.exposeFunction("notePhase", (phase: string) => void phases.push({ phase, at: Date.now() }));
  await page.addInitScript(() => {
    const { notePhase } = globalThis as unknown as { notePhase: (phase: string) => void };
    // The event does not bubble, but a capturing listener gets it.
    document.addEventListener(
      "statechange",
      ({ target }) => notePhase((target as HTMLElement & { state: string }).state),
      true,
    );
    // The test measures when this page has logged in, not when the next one has loaded.
    document.addEventListener("login", (event) => event.preventDefault());
  });
  await page.goto(proxy.origin);
  await reachPhase(page, "pending");
  return { context: page.context(), page, phases };
}

/** An answer as it goes over the wire. */
export const answer = (status: string, type: string, body: string): string =>
  `HTTP/1.1 ${status}\r\nContent-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

const html = "<!doctype html><title>Not what you asked for</title><p>Sorry.";

type Interfere = (request: LoggedRequest) => Interference | undefined;

const forStreams =
  (text: string): Interfere =>
  (request) =>
    isStream(request) ? { answer: text } : undefined;

/** Ways in which a server or a proxy does not support server-sent events. */
export const withoutStreams = {
  "406": forStreams(answer("406 Not Acceptable", "application/json", '{"error":"invalid_request"}')),
  "404 with HTML": forStreams(answer("404 Not Found", "text/html", html)),
} as const satisfies Record<string, Interfere>;

/** The answer of a proxy without a server behind it. */
const badGatewayPage = answer("502 Bad Gateway", "text/html", html);
export const badGateway: Interfere = (request) =>
  isOfLogin(request) ? { answer: badGatewayPage } : undefined;
export const badGatewayForStreams: Interfere = forStreams(badGatewayPage);

/** The bounds are those of the table in the documentation. */
const guide = readFileSync(new URL("../../../../docs/widget.md", import.meta.url), "utf8");
const start = guide.indexOf("## Bad networks");
const rows = guide
  .slice(start, guide.indexOf("\n## ", start + 1))
  .split("\n")
  .map((line) => line.split("|").map((cell) => cell.trim()));

/** The documented times are those of an idle machine. A lost login takes far longer than this margin. */
const marginSeconds = 15;

/** Prints a time beside the documented one. Fails if it is over the bound and the margin. */
export function keepsTo(t: TestContext, row: string, milliseconds: number): void {
  const cells = rows.find(([, first]) => first === row);
  const documented = Number.parseFloat(cells?.at(-2) ?? "");
  assert.ok(Number.isFinite(documented), `docs/widget.md has no row "${row}".`);
  const seconds = milliseconds / 1_000;
  t.diagnostic(`${row}: ${seconds.toFixed(2)} s, documented ${documented} s`);
  assert.ok(seconds <= documented + marginSeconds, `${row}: ${seconds} s instead of ${documented} s`);
}

/** The page notices a stream later than the proxy does. The proxy notices an aborted poll later than the page does. */
const slackMs = { begun: 3_000, aborted: 6_000 };

/** Asserts that no held poll began or continued while a stream with a status was open. */
export function neverPolledBesideAStream(requests: readonly LoggedRequest[]): void {
  const streams = requests.filter(isStream).filter(({ liveAt }) => liveAt !== undefined);
  for (const poll of requests.filter(isHeldPoll)) {
    for (const { liveAt = 0, endedAt = Infinity } of streams) {
      const from = Math.max(poll.at, liveAt);
      const to = Math.min(poll.endedAt ?? Date.now(), endedAt);
      const hasBegun = poll.at > liveAt + slackMs.begun && poll.at < endedAt - slackMs.begun;
      assert.ok(
        !hasBegun && to - from <= slackMs.aborted,
        `A poll ran for ${to - from} ms beside a stream:\n${describeLog(requests, requests[0]?.at ?? 0)}`,
      );
    }
  }
}
