import type { SettingName } from "../settings/setting-list.js";

/** Where the settings belong: to the kit in the site's own server, or to the login service. */
export type Backend = "kit" | "service";

/** The options of `createLoginKit` by the names of `serve`'s settings. */
export const kitOptions = {
  "token-server-url": "tokenServer.url",
  "client-id": "tokenServer.clientId",
  "client-secret": "tokenServer.clientSecret",
  type: "tokenServer.type",
  "client-authentication": "tokenServer.clientAuthentication",
  message: "message",
  "max-message-length": "maxMessageLength",
  pairing: "pairing.when",
  "pairing-digits": "pairing.digits",
  origin: "origin",
  "api-origin": "apiOrigin",
  path: "path",
  "callback-uri": "callback.uri",
  "callback-username": "callback.username",
  "callback-password": "callback.password",
  "result-polling": "resultPolling",
} as const satisfies Partial<Record<SettingName, string>>;

/** A setting that the kit has too. */
export type CheckedSetting = keyof typeof kitOptions;

/** The names that the lines use. */
interface Wording {
  /** A setting's name: `tokenServer.url` or `token-server-url`. */
  setting: (name: CheckedSetting) => string;
  /** The server that receives the callback in production, for the middle of a sentence. */
  server: string;
}

export const wordingOf: Record<Backend, Wording> = {
  kit: { setting: (name) => kitOptions[name], server: "the site's server" },
  service: { setting: (name) => name, server: "the service" },
};
