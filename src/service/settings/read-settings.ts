import { readFileSync } from "node:fs";
import * as v from "valibot";
import {
  readConfigFile,
  readEnvironment,
  readFlags,
  valueIn,
  type CommandFlags,
  type Environment,
  type Given,
} from "./given-values.js";
import { isObject } from "../../protocol/login-api.js";
import { sharedSecretProblem } from "./internal-secrets.js";
import type { SecretFile } from "./secret-files.js";
import { settingNames, settingOf, variableOf, type SettingName, type Settings } from "./setting-list.js";
import { isLoopback } from "../../protocol/loopback.js";
import { messageProblem } from "../../server/token-server/message.js";

/*
 * The settings of `serve`, which `doctor` reads too. `setting-list.ts` names each one with its schema (`value-schemas.ts`).
 * `given-values.ts` collects the raw values from flags, variables and the file (`parse-yaml.ts`), and notes where each was given.
 * `readSettings` takes the first value in this order, parses it once, checks what depends on several settings, and returns all
 * problems together. Afterwards nothing reads a raw value. `secret-files.ts` reads the files of secrets again on SIGHUP.
 */

/** The result. Each of `warnings` and `problems` is one line, without a secret. */
export type SettingsResult =
  | { kind: "help" }
  | {
      kind: "settings";
      settings: Settings;
      /** Where each value was given. Settings that are not in it have their default. */
      givenAt: ReadonlyMap<SettingName, string>;
      /** The files of secrets. */
      secretFiles: readonly SecretFile[];
      /** Whether all settings are flags: there is no file and no variable of ours. */
      isByFlags: boolean;
      /** The command's own flags. */
      switches: ReadonlySet<string>;
      texts: ReadonlyMap<string, string>;
      lists: ReadonlyMap<string, readonly string[]>;
      warnings: string[];
    }
  | { kind: "wrong"; problems: string[]; warnings: string[] };

/** The flags and settings of one command. */
interface CommandSettings extends CommandFlags {
  /** Required settings that this command does not need: undefined if they are not given. */
  notNeeded: readonly SettingName[];
  /** The problem for a missing setting if all are given by flags. By default it names every place where it can be given. */
  missing?: (name: SettingName, expected: string) => string;
}

/** The flags and settings of `serve`. */
export const serveSettings: CommandSettings = {
  switches: ["check", "health"],
  texts: ["compatible-with"],
  notNeeded: [],
};

/** Reads the settings: flags override the environment, which overrides the file. Returns all problems at once. */
export function readSettings(
  args: readonly string[],
  environment: Environment,
  read: (path: string) => string = (path) => readFileSync(path, "utf8"),
  ofCommand: CommandSettings = serveSettings,
): SettingsResult {
  const flags = readFlags(args, ofCommand);
  if (flags.help) return { kind: "help" };
  const variables = readEnvironment(environment);
  const config = flags.config ?? variables.config;
  const file = config === undefined ? undefined : readConfigFile(config, read);
  // Missing settings may be in a file that could not be read, so they are no problem then.
  const isFileUnread = file !== undefined && file.values.size === 0 && file.problems.length > 0;
  const sources = [flags, variables, ...(file ? [file] : [])];
  const isByFlags = file === undefined && variables.values.size === 0;
  const missing = (isByFlags && ofCommand.missing) || missingAnywhere;

  const problems: string[] = [];
  const settings: Partial<Record<SettingName, unknown>> = {};
  const givenAt = new Map<SettingName, string>();
  const secretFiles: SecretFile[] = [];
  for (const name of settingNames) {
    const [given] = sources.flatMap((source) => valueIn(source, name, read) ?? []);
    if (given) givenAt.set(name, given.where);
    // Only secrets have a file.
    if (given?.file !== undefined)
      secretFiles.push({ name: name as SecretFile["name"], path: given.file, where: given.where });
    // A secret whose file cannot be read, which is already a problem.
    if (given && given.raw === undefined) continue;
    const { success, output, issues } = v.safeParse(settingOf(name).schema, given?.raw);
    if (success) settings[name] = output;
    else if (given || !(isFileUnread || ofCommand.notNeeded.includes(name)))
      problems.push(given ? problemOf(name, given, issues[0].message) : missing(name, issues[0].message));
  }
  const before = sources.flatMap((source) => source.problems);
  problems.unshift(...before);
  if (problems.length === 0) problems.push(...problemsTogether(settings as Settings, ofCommand));
  const warnings = [...sources.flatMap((source) => source.warnings), ...pairingWarnings(givenAt)];
  return problems.length > 0
    ? { kind: "wrong", problems, warnings }
    : {
        kind: "settings",
        settings: settings as Settings,
        givenAt,
        secretFiles,
        isByFlags,
        switches: flags.switches,
        texts: flags.texts,
        lists: flags.lists,
        warnings,
      };
}

const missingAnywhere = (name: SettingName, expected: string): string =>
  `${name} is missing. Give ${expected}: as --${name}, ${variableOf(name)}, or ${name} in the file.`;

function problemOf(name: SettingName, { raw, where }: Given, expected: string): string {
  // An object may be the settings below, with a space too many, and a secret among them.
  if (settingOf(name).isSecret || [raw].flat().some(isObject)) return `${where} must be ${expected}.`;
  return `${where} must be ${expected}, not ${withoutPassword(JSON.stringify(raw))}.`;
}

/** Hides the parts of an address that may be secret: a password before the `@`, and the query. */
const withoutPassword = (text: string): string =>
  text
    .replace(/\/\/[^"]*@/g, "//***@")
    .replace(/[^"/,\s]+@/g, "***@")
    .replace(/(\/\/[^"?]*\?)[^"]+/g, "$1***");

/** The problems with combinations of settings that are each valid alone. */
function problemsTogether(settings: Settings, { notNeeded }: CommandSettings): string[] {
  const problems: string[] = [];
  const {
    "callback-username": username,
    "callback-password": password,
    "internal-host": internalHost,
  } = settings;
  if (
    settings["internal-secret"] === undefined &&
    !isLoopback(internalHost) &&
    !notNeeded.includes("internal-secret")
  ) {
    problems.push(
      `internal-secret is missing. It is needed because internal-host, ${internalHost}, can be reached from other machines.`,
    );
  }
  if ((username === undefined) !== (password === undefined))
    problems.push("callback-username and callback-password must be given together.");
  if (settings.port !== 0 && settings.port === settings["internal-port"] && settings.host === internalHost)
    problems.push("port and internal-port must be different.");
  problems.push(...credentialProblems(settings));
  if (settings["audit-required"] && settings.audit === "off")
    problems.push("audit-required needs audit: stdout, or the path of a file.");
  problems.push(...redisProblems(settings));
  problems.push(...messageProblems(settings));
  if (
    settings.pairing !== "off" &&
    settings["pairing-keys"] === undefined &&
    !notNeeded.includes("pairing-keys")
  )
    problems.push(
      `pairing-keys is missing. pairing, ${settings.pairing}, needs it: ${variableOf("pairing-keys")}, pairing-keys-file.`,
    );
  return problems;
}

/** The kit checks a text for each language only when it is used. */
function messageProblems({
  message,
  "max-message-length": longest,
  pairing,
  "pairing-digits": digits,
}: Settings): string[] {
  const isOff = pairing === "off";
  const texts = typeof message === "object" ? Object.values(message) : [message ?? ""];
  if (message === undefined && isOff) return [];
  const problems = texts.map((text) => messageProblem(text, longest, isOff ? undefined : digits));
  if (problems.includes("number"))
    return [
      isOff
        ? "message must not have {number}, because pairing is off."
        : `message must be a text with {number} exactly once, in each language, because pairing is ${pairing}: the phone shows the number there.`,
    ];
  return problems.includes("length")
    ? [`message must have at most ${longest} characters (max-message-length).`]
    : [];
}

/** Somebody who sets a part of `pairing` expects that browsers are asked, unless `pairing` says `off`. */
function pairingWarnings(givenAt: ReadonlyMap<SettingName, string>): string[] {
  const parts = (
    ["pairing-keys", "pairing-unnumbered", "pairing-digits", "pairing-remember-days"] as const
  ).filter((name) => givenAt.has(name));
  if (parts.length === 0 || givenAt.has("pairing")) return [];
  const are = parts.length === 1 ? "has" : "have";
  return [
    `${parts.join(", ")} ${are} no effect, because pairing is not given: no browser is asked for the number. ` +
      `Set pairing to unknown-browsers or always, or to off.`,
  ];
}

/** Each caller has a secret of its own, and each certificate its key. What the files hold is for `serve` to read. */
function credentialProblems(settings: Settings): string[] {
  const shared = sharedSecretProblem(settings);
  const problems = shared === undefined ? [] : [shared];
  for (const [cert, key] of [
    ["internal-tls-cert", "internal-tls-key"],
    ["redis-tls-cert", "redis-tls-key"],
  ] as const)
    if ((settings[cert] === undefined) !== (settings[key] === undefined))
      problems.push(`${cert} and ${key} must be given together.`);
  if (settings["internal-client-ca"] !== undefined && settings["internal-tls-cert"] === undefined)
    problems.push(
      "internal-client-ca needs internal-tls-cert: without TLS there are no client certificates.",
    );
  for (const name of ["redis-tls-cert", "redis-tls-ca"] as const)
    if (settings[name] !== undefined && settings["redis-url"]?.startsWith("rediss:") !== true)
      problems.push(`${name} needs a redis-url that begins with rediss://.`);
  return problems;
}

/** One Redis, Sentinels, or a cluster. */
function redisProblems({
  "redis-sentinels": sentinels,
  "redis-master": master,
  "redis-cluster": cluster,
  "redis-url": url,
}: Settings): string[] {
  const problems: string[] = [];
  if ((sentinels === undefined) !== (master === undefined))
    problems.push("redis-sentinels and redis-master must be given together.");
  if (sentinels !== undefined && cluster !== undefined)
    problems.push("redis-sentinels and redis-cluster cannot both be given.");
  if (cluster !== undefined && url !== undefined && !/^\/?0?$/.test(new URL(url).pathname))
    problems.push("redis-url must have no database: a cluster has only 0.");
  return problems;
}
