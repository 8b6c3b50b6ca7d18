import * as v from "valibot";
import { optionSchema, text } from "../../server/option-schema.js";
import { defaultPrefix } from "../../server/defaults/redis-prefix.js";
import {
  drainSeconds,
  hostToListenAt,
  internalSecrets,
  listOption,
  message,
  numberOption,
  object,
  oneOf,
  option,
  pairingKeys,
  pemFile,
  port,
  pseudonymKey,
  redisAddress,
  redisNodes,
  redisSentinels,
  secretsOption,
  wholeNumber,
  yesOrNo,
} from "./value-schemas.js";

const kit = optionSchema.entries;
const tokenServer = kit.tokenServer.entries;
const callback = kit.callback.wrapped.entries;
const pairing = kit.pairing.wrapped.entries;

const address = "an address: https (http on loopback only), without user, query or fragment";

interface Setting {
  schema: v.GenericSchema;
  /** The name of the value in `--help`. */
  value: string;
  meaning: string;
  /** Never printed. It can also be given as a file: `--client-secret-file`. */
  isSecret?: true;
  /** An object, which only the file can contain. */
  isInFileOnly?: true;
}

/** The settings of `serve`, in the order of `--help`. A missing value is the schema's default. */
export const settingList = {
  origin: {
    schema: option(kit.origin),
    value: "origin",
    meaning: "the origin of the login page, https://www.example.com",
  },
  "api-origin": {
    schema: option(kit.apiOrigin),
    value: "origin",
    meaning: "where browsers reach the login API, if not at the origin (origin)",
  },
  origins: {
    schema: v.optional(
      listOption(
        kit.origins,
        "a list of origins such as https://login.example.com, or of patterns such as https://*.preview.example.com",
      ),
      () => [],
    ),
    value: "list",
    meaning: "further origins of the same site whose pages may log in (none)",
  },
  path: {
    schema: option(kit.path, "a path such as /otp-login: a slash first and none at the end"),
    value: "path",
    meaning: "the path of the login API (/otp-login)",
  },
  "token-server-url": { schema: option(tokenServer.url, address), value: "url", meaning: "the Token Server" },
  "client-id": { schema: option(tokenServer.clientId), value: "text", meaning: "id of the API client" },
  "client-secret": {
    schema: secretsOption(tokenServer.clientSecret, "the API client's secret"),
    value: "text",
    meaning: "its secret",
    isSecret: true,
  },
  type: {
    schema: option(tokenServer.type, "the name of the mobile authentication type, such as qr-code"),
    value: "name",
    meaning: "the mobile authentication type whose method is OTP",
  },
  "client-authentication": {
    schema: option(tokenServer.clientAuthentication),
    value: "basic|body",
    meaning: "how the API client authenticates (basic)",
  },
  message: {
    schema: v.optional(message),
    value: "text",
    meaning: "what the phone shows (the type's default message)",
  },
  "max-message-length": {
    schema: numberOption(kit.maxMessageLength),
    value: "number",
    meaning: "the longest message that the Token Server accepts (155)",
  },
  "hand-over-to": {
    schema: v.optional(option(kit.handOver.wrapped.entries.to), "/login/otp"),
    value: "path",
    meaning: "where the page goes with its ticket (/login/otp)",
  },
  host: {
    schema: v.optional(hostToListenAt, "127.0.0.1"),
    value: "address",
    meaning: "where the public port listens (127.0.0.1)",
  },
  port: { schema: v.optional(port, 8080), value: "number", meaning: "the public port (8080)" },
  "internal-host": {
    schema: v.optional(hostToListenAt, "127.0.0.1"),
    value: "address",
    meaning: "where the internal port listens (127.0.0.1)",
  },
  "internal-port": {
    schema: v.optional(port, 8081),
    value: "number",
    meaning: "the internal port, for the site's own backend (8081)",
  },
  "internal-secret": {
    schema: v.optional(internalSecrets),
    value: "text",
    meaning: "the secret of the internal port (on loopback: a new one at each start)",
    isSecret: true,
  },
  "operator-secret": {
    schema: v.optional(internalSecrets),
    value: "text",
    meaning: "if set, it alone pauses, resumes and forgets all browsers (none)",
    isSecret: true,
  },
  "metrics-secret": {
    schema: v.optional(internalSecrets),
    value: "text",
    meaning: "if set, it alone opens the metrics (none)",
    isSecret: true,
  },
  "internal-tls-cert": {
    schema: v.optional(pemFile),
    value: "file",
    meaning: "the internal port's certificate and chain, in PEM (plain http)",
  },
  "internal-tls-key": { schema: v.optional(pemFile), value: "file", meaning: "its private key" },
  "internal-client-ca": {
    schema: v.optional(pemFile),
    value: "file",
    meaning: "whose certificates a caller must have there (none)",
  },
  proxies: {
    schema: v.optional(wholeNumber(0, 100), 0),
    value: "number",
    meaning: "how many proxies of yours are in front (0)",
  },
  "redis-url": {
    schema: v.optional(redisAddress),
    value: "url",
    meaning: "Redis or Valkey, for several processes (memory)",
    isSecret: true,
  },
  "redis-sentinels": {
    schema: v.optional(redisSentinels),
    value: "list",
    meaning: "Sentinels that name the master; redis-url has its user, password, TLS",
    isSecret: true,
  },
  "redis-master": {
    schema: v.optional(text("the name that the Sentinels know, such as mymaster")),
    value: "name",
    meaning: "the master's name at the Sentinels",
  },
  "redis-cluster": {
    schema: v.optional(redisNodes),
    value: "list",
    meaning: "some nodes of a cluster; redis-url has their user, password, TLS",
  },
  "redis-prefix": {
    schema: v.optional(text("a string such as shop-login:"), defaultPrefix),
    value: "text",
    meaning: "the prefix of each key there, different for each site (onegini-otp-login:)",
  },
  "redis-tls-cert": {
    schema: v.optional(pemFile),
    value: "file",
    meaning: "with rediss://: the service's own certificate, in PEM (none)",
  },
  "redis-tls-key": { schema: v.optional(pemFile), value: "file", meaning: "its private key" },
  "redis-tls-ca": {
    schema: v.optional(pemFile),
    value: "file",
    meaning: "with rediss://: the authority of Redis' certificate (Node's)",
  },
  pairing: {
    schema: v.optional(oneOf("off", ...pairing.when.wrapped.options), "off"),
    value: "mode",
    meaning: "asks for the phone's number: off, unknown-browsers, always (off)",
  },
  "pairing-keys": {
    schema: v.optional(pairingKeys(pairing.keys)),
    value: "list",
    meaning: "its secrets; the first signs, each is accepted",
    isSecret: true,
  },
  "pairing-unnumbered": {
    schema: option(pairing.unnumbered),
    value: "refuse|allow",
    meaning: "codes without a number: allow is for the roll that turns pairing on (refuse)",
  },
  "pairing-digits": {
    schema: numberOption(pairing.digits),
    value: "4|6",
    meaning: "how many digits the number has (4)",
  },
  "pairing-remember-days": {
    schema: numberOption(pairing.rememberDays),
    value: "days",
    meaning: "how long a browser stays known after its last login (180)",
  },
  "result-polling": {
    schema: numberOption(kit.resultPolling),
    value: "seconds",
    meaning: "polls for results this often, if callbacks cannot arrive (off)",
  },
  "callback-uri": {
    schema: option(callback.uri, address),
    value: "url",
    meaning: "where the Token Server posts to (api-origin + path + /callback)",
  },
  "callback-username": {
    schema: option(callback.username, "a string without a colon"),
    value: "text",
    meaning: "Basic authentication of the callback (none)",
  },
  "callback-password": {
    schema: v.optional(secretsOption(callback.password, "a string")),
    value: "text",
    meaning: "its password",
    isSecret: true,
  },
  "pause-file": {
    schema: v.optional(text("the path of a file")),
    value: "path",
    meaning: "while it exists, this process pauses its logins, also without Redis (none)",
  },
  drain: {
    schema: v.optional(drainSeconds, 2),
    value: "seconds",
    meaning: "after SIGTERM, how long /ready answers 503 before the ports close (2)",
  },
  limits: {
    schema: v.optional(object),
    value: "object",
    meaning: "the kit's limits, in the file only",
    isInFileOnly: true,
  },
  timeouts: {
    schema: v.optional(object),
    value: "object",
    meaning: "the kit's timeouts, in the file only",
    isInFileOnly: true,
  },
  log: {
    schema: v.optional(oneOf("json", "pretty"), "json"),
    value: "json|pretty",
    meaning: "the log on stdout (json)",
  },
  "log-level": {
    schema: v.optional(oneOf("error", "warn", "info"), "info"),
    value: "error|warn|info",
    meaning: "the lowest level that is logged (info)",
  },
  audit: {
    schema: v.optional(text("off, stdout, or the path of a file"), "off"),
    value: "off|stdout|file",
    meaning: "who logged in where, and what operators did (off)",
  },
  "audit-required": {
    schema: v.optional(yesOrNo, false),
    value: "true|false",
    meaning: "/ready answers 503 while the audit cannot be written (false)",
  },
  "pseudonym-key": {
    schema: v.optional(pseudonymKey),
    value: "text",
    meaning: "the key of the pseudonyms of users and addresses in the log (no pseudonyms)",
    isSecret: true,
  },
  "log-strangers": {
    schema: v.optional(wholeNumber(1, 100_000), 20),
    value: "number",
    meaning: "strangers' lines a second that are logged; of more, a share (20)",
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settingList;

/** The settings, parsed and with their defaults. */
export type Settings = {
  readonly [Name in SettingName]: v.InferOutput<(typeof settingList)[Name]["schema"]>;
};

/** The settings that can be in files of their own and can change while the service runs. */
export type SecretName = {
  [Name in SettingName]: (typeof settingList)[Name] extends { isSecret: true } ? Name : never;
}[SettingName];

export const settingNames = Object.keys(settingList) as SettingName[];

export const settingOf = (name: SettingName): Setting => settingList[name];

const prefix = "ONEGINI_LOGIN_";

/** The environment variable of a setting or a file. */
export const variableOf = (name: string): string => prefix + name.toUpperCase().replaceAll("-", "_");

/** Whether a variable of the environment looks like a setting of ours. */
export const isOurs = (variable: string): boolean => variable.startsWith(prefix);
