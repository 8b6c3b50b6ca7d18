import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { createPhone, createTokenServer } from "onegini-otp-login/emulator";
import { toNodeHandler } from "onegini-otp-login/node";
import { createLoginKit } from "onegini-otp-login/server";
import { buildAssets } from "../../../../demo/server/assets.js";
import { memorySessions } from "../../../../demo/server/sessions.js";
import { createSite } from "../../../../demo/server/bank-site.js";
import { phoneCalls, type PhoneCalls } from "../../../support/demo/phone-calls.js";

/** The demo's pages, a kit and an emulator on one port, in this process: a test may have many. */
export interface Bank {
  port: number;
  phone: PhoneCalls;
  /** Ends the streams as for a deploy: with word when to come back. */
  endStreams: () => Promise<void>;
  close: () => void;
}

export interface BankOptions {
  /** Seconds that a code lives. Default 60, as the demo's. */
  codeSeconds?: number;
  /** How long a connection that carries nothing stays open. Default 75 s, as the demo's. */
  keepAliveSeconds?: number;
}

let assets: ReturnType<typeof buildAssets> | undefined;

/** @param origin under which browsers see it: the proxy's, asked for once the port is known */
export async function startBank(
  origin: (port: number) => Promise<string>,
  { codeSeconds = 60, keepAliveSeconds = 75 }: BankOptions = {},
): Promise<Bank> {
  const server = createServer();
  server.keepAliveTimeout = keepAliveSeconds * 1_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const own = `http://127.0.0.1:${port}`;
  const tokenServer = createTokenServer({
    types: [{ name: "qr-code", ttlSeconds: codeSeconds }],
    clients: [{ id: "demo", secret: "demo-secret" }],
    callbackUris: () => true,
  });
  await createPhone(tokenServer, "demo-user").enroll();
  const seen = await origin(port);
  const kit = createLoginKit({
    origin: seen,
    tokenServer: { url: own, clientId: "demo", clientSecret: "demo-secret", type: "qr-code" },
    message: "Log in to Demo Bank on the web.",
    // The Token Server's way is not the browser's.
    callback: { uri: `${own}/otp-login/callback` },
    limits: { startsPerAddress: { count: 300, seconds: 60 } },
    // Nobody goes on to the account here. Long enough that an answer can be cut in its body.
    signIn: () => Response.json({ note: "n".repeat(1_000) }),
  });
  const site = createSite({
    origin: seen,
    redirectsToOrigin: false,
    hasPhone: true,
    sessions: memorySessions(),
    assets: await (assets ??= buildAssets()),
    begin: () => Promise.resolve(null),
    forget: (request) => kit.forget(request),
    health: () => kit.health(),
  });
  const logIn = toNodeHandler(kit);
  const answer = getRequestListener(
    (request) => (tokenServer.handles(request) ? tokenServer.fetch(request) : site.fetch(request)),
    { overrideGlobalObjects: false },
  );
  server.on("request", (request, response) => logIn(request, response, () => void answer(request, response)));
  return {
    port,
    phone: phoneCalls(own),
    endStreams: () => kit.close(),
    close() {
      void kit.close();
      server.close();
      server.closeAllConnections();
    },
  };
}
