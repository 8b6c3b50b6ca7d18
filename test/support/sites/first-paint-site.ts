import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { TestContext } from "node:test";
import type { BrowserContext, Page } from "playwright-core";
import { toWebRequest } from "onegini-otp-login/node";
import { site, type Site } from "../../unit/server/support/site.js";
import { policy } from "./strict-site.js";

/** The style sheet for the time before the script. */
export const styleRules = readFileSync(new URL("../../../dist/reserve.css", import.meta.url), "utf8");

/** Where the page's code comes from: the tag alone, `early.js`, or `kit.begin`. */
export type Way = "tag" | "early" | "begin";

export interface FirstPaintSite extends Site {
  /** The address of the login page for each way. */
  page(way: Way): string;
  /** Serves the last login page again, like a cache that ignores `no-store`. */
  cached: string;
  /** Holds back the element's file until the returned function is called. */
  holdScript(): () => void;
  /** The `Sec-Purpose` of each request for a login page, or "". */
  pages: string[];
  /** The calls of pages, as "POST /otp-login", in order. */
  calls: string[];
}

const type = { html: "text/html; charset=utf-8", js: "text/javascript", css: "text/css" };

/**
 * A site that renders its login page on the server, with the strict policy, the built files and the documented style
 * rules. Below the element is content that must not move.
 */
export async function firstPaintSite(
  t: Pick<TestContext, "after">,
  { qrLink, ...options }: Parameters<typeof site>[1] & { qrLink?: string | undefined } = {},
): Promise<FirstPaintSite> {
  const calls: string[] = [];
  const pages: string[] = [];
  let held: Promise<void> | undefined;
  let kept = "";
  const send = (res: ServerResponse, kind: keyof typeof type, body: string | Buffer) =>
    res.writeHead(200, { "content-type": type[kind], "content-security-policy": policy }).end(body);

  const loginPage = async (req: IncomingMessage, res: ServerResponse, way: Way) => {
    pages.push(String(req.headers["sec-purpose"] ?? ""));
    const paint = way === "begin" ? await where.kit.begin(toWebRequest(req), { req, res }, { qrLink }) : null;
    if (paint) res.setHeaders(paint.headers);
    const appLink = req.url?.endsWith("?app") ? `app-link="bank://login?otp={otp}" ` : "";
    const firstCode = paint
      ? `attempt="${paint.attempt}" otp="${paint.otp}" expires-in="${paint.expiresIn}" ${paint.digits ? `digits="${paint.digits}"` : ""} ${qrLink ? `qr-link="${qrLink}"` : ""}`
      : "";
    const scripts = req.url?.endsWith("?again")
      ? [early, early, earlyNowhere]
      : way === "early"
        ? [early]
        : [];
    kept = markup(scripts.join(""), appLink + firstCode, paint?.svg ?? "<p>Log in by post</p>");
    send(res, "html", kept);
  };

  const where = await site(t, {
    ...options,
    mount: (handler) => async (req, res) => {
      const { pathname } = new URL(req.url ?? "/", "http://localhost");
      if (pathname.startsWith("/otp-login")) {
        calls.push(`${req.method} ${pathname}`);
        return handler(req, res);
      }
      const file = /^\/(onegini-otp-login|early)\.js$/.exec(pathname)?.[1];
      if (file === "onegini-otp-login") await held;
      if (file) return send(res, "js", readFileSync(new URL(`../../../dist/${file}.js`, import.meta.url)));
      const way = /^\/(tag|early|begin)$/.exec(pathname)?.[1];
      if (way) return loginPage(req, res, way as Way);
      if (pathname === "/page.css")
        return send(res, "css", `body { margin: 16px; font-family: Arial, sans-serif; }\n${styleRules}`);
      if (pathname === "/cached") return send(res, "html", kept);
      return send(res, "html", "<!doctype html><html lang=en><title>Another page</title><p>Another page");
    },
  });

  return Object.assign(where, {
    page: (way: Way) => `${where.origin}/${way}`,
    cached: `${where.origin}/cached`,
    calls,
    pages,
    holdScript() {
      let release = () => {};
      held = new Promise<void>((resolve) => (release = resolve));
      return release;
    },
  });
}

/** Opens a login page whose script is held back. */
export async function openWithoutScript(
  context: BrowserContext,
  where: FirstPaintSite,
  way: Way,
): Promise<{ page: Page; release: () => void }> {
  const release = where.holdScript();
  const page = await context.newPage();
  await page.goto(where.page(way), { waitUntil: "commit" });
  await page.locator("#below").waitFor();
  // Nothing is painted before the style sheet is there, but a script that asks for a position gets one without it.
  await page.waitForFunction(() => document.styleSheets.length > 0);
  return { page, release };
}

const early = `<script src="/early.js"></script>`;
const earlyNowhere = `<script src="/early.js" data-endpoint="http://["></script>`;

const markup = (scripts: string, attributes: string, children: string): string => `<!doctype html>
  <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
    <title>Log in</title><link rel="stylesheet" href="/page.css">
    ${scripts}
    <script type="module" src="/onegini-otp-login.js"></script></head>
  <body><onegini-otp-login endpoint="/otp-login" ${attributes}>${children}</onegini-otp-login>
    <p id="below">Another way to log in</p></body></html>`;
