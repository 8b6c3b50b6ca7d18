/**
 * A stand-in Token Server and phone that speak the vendor's wire protocol, to develop and test without either.
 * Public entry of `onegini-otp-login/emulator`.
 */
import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { type TokenServer } from "./emulator/token-server.js";

export { type CallbackConfiguration, type CallbackDelivery } from "./emulator/oauth/callback-sender.js";
export { type ApiClient } from "./emulator/oauth/api-clients.js";
export { type ErrorShape, type TokenServerErrorCode } from "./emulator/oauth/vendor-errors.js";
export { type CallbackFaults, type Faults, type FaultyAnswer } from "./emulator/faults.js";
export {
  type MessageLanguage,
  type OtpType,
  type TokenServerOptions,
} from "./emulator/token-server-options.js";
export { createPhone, type Confirmation, type Phone } from "./emulator/phone/phone.js";
export { MobileAuthError, type MobileAuthErrorCode } from "./emulator/phone/mobile-auth-error.js";
export { type Locate } from "./emulator/oauth/confirmation-message.js";
export { createTokenServer, type TokenServer } from "./emulator/token-server.js";
export { type FailureReason } from "./emulator/oauth/transactions.js";

/** Where `listen` listens. */
export interface ListenOptions {
  /** 0, the default, picks a free port. */
  port?: number;
  /** Default `127.0.0.1`: an emulator lets anybody be anybody, so it belongs on loopback. */
  host?: string;
}

/** A Token Server that listens. */
export interface Listening {
  /** Its address, without a slash at the end: the kit's Token Server URL. */
  readonly url: string;
  /** Ends every connection and stops. */
  readonly close: () => Promise<void>;
}

/**
 * Serves a Token Server over HTTP, by itself. Resolves when it can be used; rejects if it cannot listen there.
 */
export function listen(
  tokenServer: Pick<TokenServer, "fetch">,
  { port = 0, host = "127.0.0.1" }: ListenOptions = {},
): Promise<Listening> {
  const answer = getRequestListener((request) => tokenServer.fetch(request), {
    overrideGlobalObjects: false,
  });
  const server = createServer((request, response) => void answer(request, response));
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      const address = server.address() as AddressInfo;
      const name = address.family === "IPv6" ? `[${address.address}]` : address.address;
      resolve({
        url: `http://${name}:${address.port}`,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            server.closeAllConnections();
          }),
      });
    });
  });
}
