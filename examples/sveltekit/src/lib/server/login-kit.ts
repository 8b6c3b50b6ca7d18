// #region kit
import type { RequestEvent } from "@sveltejs/kit";
import { createLoginKit } from "onegini-otp-login/node";
import { clientIpBehind } from "onegini-otp-login/server";
// #endregion kit

const {
  PORT = "3000",
  ORIGIN = `http://localhost:${PORT}`,
  TOKEN_SERVER = "http://localhost:4000",
} = process.env;

// #region kit
/** Undefined without a proxy. Then the address is the connection's. */
const addressFromProxy = clientIpBehind(Number(process.env.TRUSTED_PROXIES ?? 0));

export const kit = createLoginKit<RequestEvent>(() => ({
  // #region …
  origin: ORIGIN,
  tokenServer: { url: TOKEN_SERVER, clientId: "demo", clientSecret: "demo-secret", type: "qr-code" },
  message: "Log in to the SvelteKit example",
  // #endregion …
  clientIp: (request, event) => addressFromProxy(request, event) ?? event.getClientAddress(),
  handOver: { to: "/login/otp" },
}));
// #endregion kit
