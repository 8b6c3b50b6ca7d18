import { getRequestListener, RequestError } from "@hono/node-server";
import { Hono } from "hono";
import { etag } from "hono/etag";
import { phonePage } from "../../../demo/pages/phone-page.js";
import { sendAsset, type Asset } from "../../../demo/server/assets.js";
import type { DemoConfig, Words } from "../../../demo/server/demo-config.js";
import { chooseTokenServer, otpType } from "../../../demo/server/demo-token-server.js";
import { listenOrExit } from "../../../demo/server/listen-or-exit.js";
import { phonePageHeaders, revalidate } from "../../../demo/server/page-headers.js";
import { exitOnStopSignal } from "../process/stop-signal.js";

/** The command `emulator`: the Token Server and the phone, without the demo's bank, on one port of loopback. */
export async function startEmulator(
  config: DemoConfig,
  getAssets: () => Promise<ReadonlyMap<string, Asset>>,
  words: Words,
): Promise<void> {
  const [assets, server] = await Promise.all([getAssets(), listenOrExit(config.port, words)]);
  const tokenServer = await chooseTokenServer(config, server.port);

  const site = new Hono({ strict: true });
  site.get("/", (c) => c.redirect("/phone"));
  site.get("/phone", phonePageHeaders, revalidate, (c) =>
    c.html(phonePage({ language: "en", isPublic: false, hasSite: false })),
  );
  site.get("/assets/:name", etag(), (c) => {
    const asset = assets.get(c.req.param("name"));
    return asset ? sendAsset(c, asset) : c.notFound();
  });

  const answer = getRequestListener((request) => tokenServer.answer(request) ?? site.fetch(request), {
    overrideGlobalObjects: false,
    // For a request with an invalid URL or host.
    errorHandler: (error) =>
      error instanceof RequestError ? new Response("Bad request.\n", { status: 400 }) : undefined,
  });
  server.answer((request, response) => void answer(request, response));
  exitOnStopSignal(() => true);

  const origin = `http://localhost:${server.port}`;
  console.log(`ready: ${origin}`);
  const { clientId, clientSecret } = config;
  console.log(`phone: ${origin}/phone`);
  const settings = { url: origin, clientId, clientSecret, type: otpType };
  console.log(`tokenServer of the kit: ${JSON.stringify(settings)}`);
}
