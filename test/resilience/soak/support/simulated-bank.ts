import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { createPhone, createTokenServer } from "onegini-otp-login/emulator";
import { nodeTransport, toNodeHandler } from "onegini-otp-login/node";
import { createLoginKit } from "../../../../src/server/create-login-kit.js";
import { memoryStore } from "../../../../src/server/store/memory-store.js";
import { VirtualClock } from "../../../support/virtual-clock.js";

/**
 * The state of the network in front of the login API: no fault, no streams, no status at all, or no connection. A proxy
 * answers the calls that do not get through.
 */
export type Way = "fine" | "no streams" | "no status" | "dead";

/** The page, a kit and an emulator on one port. Kit and emulator follow the page's simulated time. */
export interface SimulatedBank {
  origin: string;
  way: Way;
  /** Open requests, including streams and held polls. */
  underWay: () => number;
  /** Aborts all open requests. */
  cut: () => void;
  close: () => void;
}

const file = (): Buffer => readFileSync(new URL("../../../../dist/onegini-otp-login.js", import.meta.url));
const manyRequests = 1e6;

/** @param codeSeconds how long a code lives */
export async function startSimulatedBank(codeSeconds: number): Promise<SimulatedBank> {
  const clock = new VirtualClock(0);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const tokenServer = createTokenServer({
    types: [{ name: "qr-code", ttlSeconds: codeSeconds }],
    clients: [{ id: "demo", secret: "demo-secret" }],
    callbackUris: () => true,
    now: clock.now,
  });
  await createPhone(tokenServer, "demo-user").enroll();
  const kit = createLoginKit(
    {
      origin,
      transport: nodeTransport,
      tokenServer: { url: origin, clientId: "demo", clientSecret: "demo-secret", type: "qr-code" },
      message: "Log in to Demo Bank on the web.",
      timeouts: { tokenServerSeconds: 60 },
      limits: {
        startsPerAddress: false,
        startsPerBrowser: false,
        tokenServerCalls: false,
        transactionsPerAttempt: manyRequests,
      },
      store: memoryStore(clock.now),
      signIn: () => Response.json({}),
    },
    clock,
  );
  const logIn = toNodeHandler(kit);
  const asTokenServer = getRequestListener((request) => tokenServer.fetch(request), {
    overrideGlobalObjects: false,
  });

  const bank: SimulatedBank = {
    origin,
    way: "fine",
    underWay: () => underWay.size,
    cut() {
      for (const response of underWay) response.destroy();
    },
    close() {
      void kit.close();
      server.close();
      server.closeAllConnections();
    },
  };
  const underWay = new Set<ServerResponse>();
  /** Requests that are answered without simulated time. The page waits for them. */
  const brief = new Set<ServerResponse>();
  const settle = async () => {
    do for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    while (brief.size > 0);
  };

  const stands = (request: IncomingMessage): boolean =>
    request.headers.accept === "text/event-stream" || request.headers["prefer"] !== undefined;
  const logInBy = (request: IncomingMessage, response: ServerResponse) => {
    clock.advanceTo(Number(request.headers["simulated-now"] ?? 0));
    const isStream = request.headers.accept === "text/event-stream";
    const isLost = bank.way === "dead" || (bank.way === "no status" && request.method === "GET");
    if (isLost) return void response.writeHead(502, { "retry-after": "20" }).end();
    if (isStream && bank.way !== "fine") return void response.writeHead(406).end();
    return logIn(request, response);
  };

  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const { url = "/" } = request;
    if (url === "/time") {
      let text = "";
      request.on("data", (part: Buffer) => (text += part.toString()));
      request.on("end", () => {
        clock.advanceTo(Number(text));
        // Without a timer this is `Infinity`, which is `null` in JSON.
        void settle().then(() =>
          response.end(JSON.stringify({ due: clock.nextAt, underWay: underWay.size })),
        );
      });
      return;
    }
    if (url.startsWith("/otp-login")) {
      underWay.add(response);
      response.once("close", () => underWay.delete(response));
    }
    if (!stands(request)) {
      brief.add(response);
      response.once("close", () => brief.delete(response));
    }
    if (url.startsWith("/otp-login")) logInBy(request, response);
    else if (url === "/onegini-otp-login.js")
      response.writeHead(200, { "content-type": "text/javascript" }).end(file());
    else if (url === "/" || url.startsWith("/?"))
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page);
    else void asTokenServer(request, response);
  });
  return bank;
}

const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>A day</title>
<script type="module" src="/onegini-otp-login.js"></script>
<body></body></html>`;
