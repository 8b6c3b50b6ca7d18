/**
 * A stand-in for the Token Server and the phone that uses the vendor's wire protocol, for development and tests. Not for
 * production: anybody can log in as anybody. Public entry of `onegini-otp-login/emulator`.
 */
import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { type TokenServer } from "./emulator/token-server.js";

export { type CallbackDelivery } from "./emulator/oauth/callback-problem.js";
export { type CallbackConfiguration } from "./emulator/oauth/callback-sender.js";
export { type ApiClient } from "./emulator/oauth/api-clients.js";
export { type ErrorShape, type TokenServerErrorCode } from "./emulator/oauth/vendor-errors.js";
export { type CallbackFaults, type Faults, type FaultyAnswer } from "./emulator/faults.js";
export {
  type MessageLanguage,
  type OtpType,
  type TokenServerOptions,
} from "./emulator/token-server-options.js";
export {
  createPhone,
  type Confirmation,
  type MobileAuthOtpEvent,
  type Phone,
  type PhoneOptions,
} from "./emulator/phone/phone.js";
export {
  MobileAuthError,
  type MobileAuthErrorCode,
  type Platform,
} from "./emulator/phone/mobile-auth-error.js";
export { type Locate, type Location } from "./emulator/oauth/confirmation-message.js";
export { createTokenServer, type TokenServer } from "./emulator/token-server.js";
export { type FailureReason } from "./emulator/oauth/transactions.js";

/** Where `listen` listens. */
export interface ListenOptions {
  /** 0, the default, picks a free port. */
  port?: number;
  /** Default `127.0.0.1`. With an emulator anybody can log in as any user, so keep it on loopback. */
  host?: string;
}

/** A listening Token Server. */
export interface Listening {
  /** Its address, without a slash at the end: the kit's Token Server URL. */
  readonly url: string;
  /** Stops listening and ends every connection. */
  readonly close: () => Promise<void>;
}

/** Serves a Token Server over HTTP on a port of its own. Resolves when it listens; rejects if it cannot. */
export function listen(
  tokenServer: Pick<TokenServer, "fetch">,
  { port = 0, host = "127.0.0.1" }: ListenOptions = {},
): Promise<Listening> {
  // Node would use a string as the path of a socket.
  if (typeof port !== "number")
    return Promise.reject(new TypeError('listen: "port" must be a whole number from 0 to 65535.'));
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
