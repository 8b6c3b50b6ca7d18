import { parseArgs } from "node:util";
import { parseYaml } from "./parse-yaml.js";
import { codeOrText } from "../../shared/error-code.js";
import { isOurs, settingNames, settingOf, variableOf, type SettingName } from "./setting-list.js";

/** A value as it was given, and where: `--port`, `ONEGINI_LOGIN_PORT`, `port in site.yaml`. */
export interface Given {
  raw: unknown;
  where: string;
  /** The path of the file of its own that it was read from. */
  file?: string;
}

/** What one source gives: values by name, where a name may also be that of a secret's file. */
export interface Source {
  values: Map<string, Given>;
  problems: string[];
  warnings: string[];
}

const fileOf = (name: SettingName): string => `${name}-file`;

/** The names that a source may have: settings, and the files of secrets. */
const namesFor = (isFile: boolean): string[] =>
  settingNames.flatMap((name) => {
    const { isSecret, isInFileOnly } = settingOf(name);
    if (isInFileOnly && !isFile) return [];
    return isSecret ? [name, fileOf(name)] : [name];
  });

const emptySource = (): Source => ({ values: new Map(), problems: [], warnings: [] });

/** A number may be negative: its setting says what is wrong with that. */
const isFlag = (value: string): boolean => /^-[^\d.]/.test(value);

/** The flags of one command besides `--help`, `--config` and those of the settings. */
export interface CommandFlags {
  /** Those without a value. */
  switches: readonly string[];
  /** Those with a value. */
  texts: readonly string[];
  /** Those with a value that may be given several times, and is not repeated in a problem. */
  lists?: readonly string[];
}

/** What the command line gives besides settings. */
export interface GivenFlags {
  help: boolean;
  config: string | undefined;
  switches: ReadonlySet<string>;
  texts: ReadonlyMap<string, string>;
  lists: ReadonlyMap<string, readonly string[]>;
}

/** The flags after the command's name. */
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
      // Those of the file too, so that their value is not taken for another argument.
      ...Object.fromEntries(
        [...withValue, ...settingNames].map((name) => [name, { type: "string" as const }]),
      ),
      help: { type: "boolean", short: "h" },
      ...Object.fromEntries(ofCommand.switches.map((name) => [name, { type: "boolean" as const }])),
    },
  });
  const isListGiven = tokens.some((token) => token.kind === "option" && lists.has(token.name));
  for (const token of tokens) {
    if (token.kind === "positional")
      source.problems.push(
        // A value without its quotes goes on here.
        isListGiven
          ? "There is an argument too many: a value with spaces needs quotes."
          : `There is no argument ${JSON.stringify(token.value)}.`,
      );
    if (token.kind !== "option") continue;
    const { name, rawName: where, value, inlineValue } = token;
    if (name === "help") {
      source.help = true;
    } else if (ofCommand.switches.includes(name)) {
      switches.add(name);
    } else if (!withValue.includes(name)) {
      const isInFileOnly = settingNames.some((each) => each === name);
      source.problems.push(
        isInFileOnly ? `${where} can be given in the file only.` : `There is no flag ${where}.`,
      );
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

/** An empty variable counts as not set, because shells and containers make it hard to tell the two apart. */
export function readEnvironment(environment: Environment): Source & { config: string | undefined } {
  const source = emptySource();
  const names = new Map(namesFor(false).map((name) => [variableOf(name), name]));
  const config = variableOf("config");
  for (const [where, raw] of Object.entries(environment)) {
    if (!isOurs(where) || where === config || raw === undefined || raw === "") continue;
    const name = names.get(where);
    if (name !== undefined) source.values.set(name, { raw, where });
    // Not a mistake: orchestrators set variables of their own, such as ONEGINI_LOGIN_SERVICE_HOST.
    else source.warnings.push(`${where} is not used: there is no such setting for a variable.`);
  }
  return { ...source, config: environment[config] || undefined };
}

/** The file: YAML, of which JSON is a part. */
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
      `The file ${path} is neither YAML nor JSON: ${parsed.problem}. A text that begins with a sign such as * & ! | > % @ needs quotation marks.`,
    );
    return source;
  }
  const contents = parsed.value ?? {};
  if (typeof contents !== "object" || contents === null || Array.isArray(contents)) {
    source.problems.push(`The file ${path} must hold an object of settings.`);
    return source;
  }
  const names = namesFor(true);
  for (const [name, raw] of Object.entries(contents as Record<string, unknown>)) {
    if (!names.includes(name))
      source.problems.push(`There is no setting ${JSON.stringify(name)}, in ${path}.`);
    else if (raw !== null) source.values.set(name, { raw, where: `${name} in ${path}` });
  }
  return source;
}

/** The value of a setting in one source: as it is, or from the file that the source names. */
export function valueIn(
  { values, problems }: Source,
  name: SettingName,
  read: (path: string) => string,
): Given | undefined {
  const given = values.get(name);
  const file = values.get(fileOf(name));
  if (file === undefined) return given;
  if (given !== undefined) {
    problems.push(`${given.where} and ${file.where} are the same setting. Give one of them.`);
    return given;
  }
  const path = String(file.raw);
  const { where } = file;
  const result = readSecretFile(path, where, read);
  if ("problem" in result) problems.push(result.problem);
  return { raw: "problem" in result ? undefined : result.text, where, file: path };
}

/** The text of a secret's file, without its last line break. */
export function readSecretFile(
  path: string,
  where: string,
  read: (path: string) => string,
): { text: string } | { problem: string } {
  try {
    return { text: read(path).replace(/\r?\n$/, "") };
  } catch (error) {
    // Not its name: the secret itself may have been given in its place.
    return { problem: `${where} names a file that cannot be read (${codeOrText(error)}).` };
  }
}
