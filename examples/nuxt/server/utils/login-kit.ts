// #region kit
import type { IncomingMessage } from "node:http";
import type { H3Event } from "h3";
import { createLoginKit, type NodeContext } from "onegini-otp-login/node";
// #endregion kit
import { consola } from "consola";
import { clientIpBehind } from "onegini-otp-login/server";

const {
  PORT = "3000",
  ORIGIN = `http://localhost:${PORT}`,
  TOKEN_SERVER = "http://localhost:4000",
  TRUSTED_PROXIES = "0",
} = process.env;

const log = consola.withTag("onegini-otp-login");

/** Undefined without a proxy. Then the address is the connection's. The server of `nuxt dev` is a proxy. */
const addressFromProxy = clientIpBehind(import.meta.dev ? 1 : Number(TRUSTED_PROXIES));

// #region kit
export const loginKit = createLoginKit<NodeContext<IncomingMessage & { event?: H3Event }>>(() => ({
  // #region …
  origin: ORIGIN,
  tokenServer: { url: TOKEN_SERVER, clientId: "demo", clientSecret: "demo-secret", type: "qr-code" },
  message: "Log in to the Nuxt example",
  clientIp: (request, context) => addressFromProxy(request, context) ?? context.req.socket.remoteAddress,
  onEvent: ({ level, type, ...event }) => log[level](type, event),
  // #endregion …
  async signIn({ userId, attempt, context: { req } }) {
    await replaceUserSession(req.event!, { user: { id: userId }, secure: { attempt }, since: Date.now() });
    // Nothing to return: the page goes where its `redirect` says.
  },
}));
// #endregion kit

/** The attempts whose sessions have ended, in memory. Without it, a copy of the cookie would be good for ever. */
export const endedAttempts = new Set<string>();
