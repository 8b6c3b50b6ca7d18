import { parseArgs } from "node:util";
import { parseYaml } from "./parse-yaml.js";
import { codeOrText } from "../process/error-code.js";
import { isOurs, settingNames, settingOf, variableOf, type SettingName } from "./setting-list.js";

/** A value as given, and where: `--port`, `ONEGINI_LOGIN_PORT`, `port in site.yaml`. */
export interface Given {
  raw: unknown;
  where: string;
  /** The path of the secret's own file, if it was read from one. */
  file?: string;
}

/** The values of one source by name. A name may also be that of a secret's file, such as `client-secret-file`. */
interface Source {
  values: Map<string, Given>;
  problems: string[];
  warnings: string[];
}

const fileOf = (name: SettingName): string => `${name}-file`;

/** The names that a source may contain: settings, and files of secrets. */
const namesFor = (isFile: boolean): string[] =>
  settingNames.flatMap((name) => {
    const { isSecret, isInFileOnly } = settingOf(name);
    if (isInFileOnly && !isFile) return [];
    return isSecret ? [name, fileOf(name)] : [name];
  });

const emptySource = (): Source => ({ values: new Map(), problems: [], warnings: [] });

/** Not for a negative number, about which its setting has a better message. */
const isFlag = (value: string): boolean => /^-[^\d.]/.test(value);

/** The flags of one command besides `--help`, `--config` and those of the settings. */
export interface CommandFlags {
  /** Flags without a value. */
  switches: readonly string[];
  /** Flags with a value. */
  texts: readonly string[];
  /** Flags with a value that may be given several times. */
  lists?: readonly string[];
}

/** The rest of the command line, besides settings. */
interface GivenFlags {
  help: boolean;
  config: string | undefined;
  switches: ReadonlySet<string>;
  texts: ReadonlyMap<string, string>;
  lists: ReadonlyMap<string, readonly string[]>;
}

/** Reads the flags after the command's name. */
export function readFlags(args: readonly string[], ofCommand: CommandFlags): Source & GivenFlags {
  const switches = new Set<string>();
  const texts = new Map<string, string>();
  const lists = new Map<string, string[]>((ofCommand.lists ?? []).map((name) => [name, []]));
  const source = {
    ...emptySource(),
    help: false,
    config: undefined as string | undefined,
    switches,
    texts,
    lists,
  };
  const withValue = [...namesFor(false), "config", ...ofCommand.texts, ...lists.keys()];
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    options: {
      // Also the settings that only the file may have, so that their value is not read as another argument.
      ...Object.fromEntries(
        [...withValue, ...settingNames].map((name) => [name, { type: "string" as const }]),
      ),
      help: { type: "boolean", short: "h" },
      ...Object.fromEntries(ofCommand.switches.map((name) => [name, { type: "boolean" as const }])),
    },
  });
  for (const token of tokens) {
    if (token.kind === "positional")
      // Not repeated: it may be the rest of a secret, or the value of a misspelt flag.
      source.problems.push("Unexpected argument: a value with spaces needs quotes.");
    if (token.kind !== "option") continue;
    const { name, rawName: where, value, inlineValue } = token;
    if (name === "help") {
      source.help = true;
    } else if (ofCommand.switches.includes(name)) {
      switches.add(name);
    } else if (!withValue.includes(name)) {
      const isInFileOnly = settingNames.some((each) => each === name);
      source.problems.push(isInFileOnly ? `${where} can be set in the file only.` : `Unknown flag ${where}.`);
    } else if (value === undefined || value === "" || (!inlineValue && isFlag(value))) {
      source.problems.push(`${where} has no value.`);
    } else if (name === "config") {
      source.config = value;
    } else if (ofCommand.texts.includes(name)) {
      texts.set(name, value);
    } else if (lists.has(name)) {
      lists.get(name)?.push(value);
    } else {
      source.values.set(name, { raw: value, where });
    }
  }
  return source;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the variables of the environment. An empty one counts as not set: shells and containers hardly distinguish them. */
export function readEnvironment(environment: Environment): Source & { config: string | undefined } {
  const source = emptySource();
  const names = new Map(namesFor(false).map((name) => [variableOf(name), name]));
  const config = variableOf("config");
  for (const [where, raw] of Object.entries(environment)) {
    if (!isOurs(where) || where === config || raw === undefined || raw === "") continue;
    const name = names.get(where);
    if (name !== undefined) source.values.set(name, { raw, where });
    // Not a mistake: orchestrators set variables of their own, such as ONEGINI_LOGIN_SERVICE_HOST.
    else source.warnings.push(`${where} is ignored: no setting has this variable.`);
  }
  return { ...source, config: environment[config] || undefined };
}

/** Reads the file of settings: YAML, which includes JSON. */
export function readConfigFile(path: string, read: (path: string) => string): Source {
  const source = emptySource();
  let text: string;
  try {
    text = read(path);
  } catch (error) {
    source.problems.push(`The file ${path} cannot be read (${codeOrText(error)}).`);
    return source;
  }
  const parsed = parseYaml(text);
  if ("problem" in parsed) {
    source.problems.push(
      `The file ${path} is neither YAML nor JSON: ${parsed.problem}. A string that begins with one of * & ! | > % @ needs quotation marks.`,
    );
    return source;
  }
  const contents = parsed.value ?? {};
  if (typeof contents !== "object" || contents === null || Array.isArray(contents)) {
    source.problems.push(`The file ${path} must contain an object of settings.`);
    return source;
  }
  const names = namesFor(true);
  for (const [name, raw] of Object.entries(contents as Record<string, unknown>)) {
    // Without its name, which may be a secret that was written in the wrong place.
    if (!names.includes(name)) source.problems.push(`Unknown setting in ${path}${parsed.placeOf(name)}.`);
    else if (raw !== null) source.values.set(name, { raw, where: `${name} in ${path}` });
  }
  return source;
}

/** The value of a setting in one source, or in the secret's file that the source names. */
export function valueIn(
  { values, problems }: Source,
  name: SettingName,
  read: (path: string) => string,
): Given | undefined {
  const given = values.get(name);
  const file = values.get(fileOf(name));
  if (file === undefined) return given;
  if (given !== undefined) {
    problems.push(`${given.where} and ${file.where} are the same setting. Give only one of them.`);
    return given;
  }
  const path = String(file.raw);
  const { where } = file;
  const result = readSecretFile(path, where, read);
  if ("problem" in result) problems.push(result.problem);
  return { raw: "problem" in result ? undefined : result.text, where, file: path };
}

/** Reads a secret's file, without its last line break. */
export function readSecretFile(
  path: string,
  where: string,
  read: (path: string) => string,
): { text: string } | { problem: string } {
  try {
    return { text: read(path).replace(/\r?\n$/, "") };
  } catch (error) {
    // Without the path: it may be the secret itself, given by mistake.
    return { problem: `${where} names a file that cannot be read (${codeOrText(error)}).` };
  }
}
