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
import type { SecretFile } from "./secret-files.js";
import { settingNames, settingOf, variableOf, type SettingName, type Settings } from "./setting-list.js";
import { isLoopback } from "../../shared/loopback.js";

/** What was read. `warnings` and `problems` are one line each, without a secret in them. */
export type SettingsResult =
  | { kind: "help" }
  | {
      kind: "settings";
      settings: Settings;
      /** Where each value came from; a setting that is not in it has its default. */
      givenAt: ReadonlyMap<SettingName, string>;
      /** The files of secrets. */
      secretFiles: readonly SecretFile[];
      /** Whether there is no file and no variable of ours. */
      isByFlags: boolean;
      /** The command's own flags. */
      switches: ReadonlySet<string>;
      texts: ReadonlyMap<string, string>;
      lists: ReadonlyMap<string, readonly string[]>;
      warnings: string[];
    }
  | { kind: "wrong"; problems: string[]; warnings: string[] };

/** What one command takes. */
export interface CommandSettings extends CommandFlags {
  /** Settings that this command can do without: undefined where they are not given. */
  notNeeded: readonly SettingName[];
  /** What is said of a missing setting where all are given by flags. By default every place for it is named. */
  missing?: (name: SettingName, expected: string) => string;
}

const serveSettings: CommandSettings = { switches: ["check"], texts: [], notNeeded: [] };

/** Reads the settings: flags win over the environment, and the environment over the file. All problems are named at once. */
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
  // What is missing may be in it.
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
    // Only a secret can be in one.
    if (given?.file !== undefined)
      secretFiles.push({ name: name as SecretFile["name"], path: given.file, where: given.where });
    // A secret whose file cannot be read: that is the problem, and it is named already.
    if (given && given.raw === undefined) continue;
    const { success, output, issues } = v.safeParse(settingOf(name).schema, given?.raw);
    if (success) settings[name] = output;
    else if (given || !(isFileUnread || ofCommand.notNeeded.includes(name)))
      problems.push(given ? problemOf(name, given, issues[0].message) : missing(name, issues[0].message));
  }
  const before = sources.flatMap((source) => source.problems);
  problems.unshift(...before);
  if (problems.length === 0) problems.push(...problemsTogether(settings as Settings, ofCommand));
  const warnings = sources.flatMap((source) => source.warnings);
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
  if (settingOf(name).isSecret) return `${where} must be ${expected}.`;
  return `${where} must be ${expected}, not ${withoutPassword(JSON.stringify(raw))}.`;
}

/** In an address the part before the `@` is likely to be a password, and its query may hold a key. */
const withoutPassword = (text: string): string =>
  text.replace(/\/\/[^"]*@/g, "//***@").replace(/(\/\/[^"?]*\?)[^"]+/g, "$1***");

/** What is wrong with settings that are right one by one. */
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
    problems.push("port and internal-port must be two ports.");
  if (username?.includes(":")) problems.push("callback-username must be a string without a colon.");
  const longest = settings["max-message-length"];
  const texts =
    typeof settings.message === "string" ? [settings.message] : Object.values(settings.message ?? {});
  if (texts.some((text) => [...text].length > longest))
    problems.push(`message must have at most ${longest} characters (max-message-length).`);
  return problems;
}
