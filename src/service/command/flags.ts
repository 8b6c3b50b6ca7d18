import { parseArgs } from "node:util";
import {
  productionProblem,
  readConfig,
  type DemoConfig,
  type Variable,
} from "../../../demo/server/demo-config.js";

/** The parsed command line. */
type Command =
  | { kind: "help"; text: string }
  | { kind: "version" }
  | { kind: "demo" | "emulator"; config: DemoConfig }
  /** The command parses `args` itself, in a file that is loaded for it only. */
  | { kind: "serve" | "doctor" | "audit"; args: readonly string[] }
  /** `problem`: one line that names what is wrong. */
  | { kind: "wrong"; problem: string };

type Name = "demo" | "emulator";

/** Each flag is a variable of `npm start` in lower case: `--code-seconds` is `CODE_SECONDS`. */
const flagOf = (variable: string): string => variable.toLowerCase().replaceAll("_", "-");

export const flagWords = {
  name: (variable: Variable) => `--${flagOf(variable)}`,
  setting: (variable: Variable, value: string) => `--${flagOf(variable)} ${value}`,
};

/** The variables with the flag's value and meaning for `--help`. */
const variables: Record<Variable, readonly [value: string, meaning: string]> = {
  PORT: ["number", "port on this machine, 0 for a free one (3000)"],
  CLIENT_ID: ["text", "id of the API client (demo)"],
  CLIENT_SECRET: ["text", "its secret (demo-secret)"],
  CODE_SECONDS: ["number", "lifetime of a code, at least 2 (60)"],
  GEOLOCATION: ["on|off", "whether the phone shows device and location (on)"],
  PAIRING: ["mode", "the number on the phone: off, unknown-browsers, always (off)"],
  ORIGIN: ["origin", "the site's origin, if a proxy is in front"],
  EMULATOR: ["public", "allows anybody to use the emulator at --origin"],
  TOKEN_SERVER_URL: ["url", "a Token Server instead of the emulator"],
  CALLBACK_URL: ["url", "the address of its callback, if not at the origin"],
  REDIS_URL: ["url", "Redis or Valkey for several demos; needs the package redis"],
  TRUSTED_PROXIES: ["number", "how many proxies are in front (0)"],
};

const variablesOf: Record<Name, readonly Variable[]> = {
  demo: Object.keys(variables) as Variable[],
  emulator: ["PORT", "CLIENT_ID", "CLIENT_SECRET", "CODE_SECONDS", "GEOLOCATION"],
};

const listOf = (name: Name): string =>
  variablesOf[name]
    .map((variable) => {
      const [value, meaning] = variables[variable];
      return `  ${`--${flagOf(variable)} <${value}>`.padEnd(28)}${meaning}`;
    })
    .join("\n");

const commands = `Commands:
  demo        a bank with QR login, its Token Server, a phone and a playground
  emulator    only the Token Server and the phone, for a backend in any language
  serve       the login service for a site in any language
  audit       tells a login from the audit of serve, in sentences
  doctor      checks a Token Server's settings, or a running site, and prints what to change
`;

const help = `Usage: onegini-otp-login <command> [flags]

${commands}
Flags:
  --help      prints this text, or after a command its flags
  --version   prints the package's version

Examples:
  npx onegini-otp-login demo
  npx onegini-otp-login emulator --port 8080 --client-id site --client-secret site-secret
  npx onegini-otp-login emulator --help
`;

const helpOf: Record<Name, string> = {
  demo: `Usage: onegini-otp-login demo [flags]

Serves a bank with QR login, its Token Server, a phone and a playground on one port of this machine.

Flags (default):
${listOf("demo")}

Examples:
  npx onegini-otp-login demo
  npx onegini-otp-login demo --port 0 --code-seconds 20
  npx -p onegini-otp-login -p redis onegini-otp-login demo --redis-url redis://localhost:6379
`,
  emulator: `Usage: onegini-otp-login emulator [flags]

Serves the Token Server and the phone on one port of this machine, for a backend in any language. The type is qr-code.

Flags (default):
${listOf("emulator")}

Examples:
  npx onegini-otp-login emulator
  npx onegini-otp-login emulator --port 8080 --client-id site --client-secret site-secret
`,
};

/**
 * Reads the arguments after `onegini-otp-login`.
 *
 * @param nodeEnv the variable `NODE_ENV`
 */
export function readCommand(args: readonly string[], nodeEnv = process.env["NODE_ENV"]): Command {
  const [name, ...rest] = args;
  if (name === "--help" || name === "-h") return { kind: "help", text: help };
  if (name === "--version") return { kind: "version" };
  if (name === "serve" || name === "doctor" || name === "audit") return { kind: name, args: rest };
  if (name !== "demo" && name !== "emulator") {
    const given = name === undefined ? "The command is missing" : `Unknown command ${JSON.stringify(name)}`;
    return { kind: "wrong", problem: `${given}. Use one of: demo, emulator, serve, doctor, audit.` };
  }
  const flags = parseFlags(name, rest);
  if (flags.kind === "wrong") return flags;
  const { help: wantsHelp, ...values } = flags.values;
  if (wantsHelp) return { kind: "help", text: helpOf[name] };
  if (name === "emulator" && nodeEnv === "production")
    return { kind: "wrong", problem: `${productionProblem}.` };
  const set = Object.fromEntries(variablesOf[name].map((variable) => [variable, values[flagOf(variable)]]));
  const result = readConfig({ ...set, NODE_ENV: nodeEnv }, flagWords);
  return result.kind === "config"
    ? { kind: name, config: result.config }
    : { kind: "wrong", problem: result.problem };
}

type Flags = { kind: "flags"; values: { help?: boolean } & Record<string, string> };

function parseFlags(name: Name, args: string[]): Flags | Extract<Command, { kind: "wrong" }> {
  const options = Object.fromEntries(
    variablesOf[name].map((variable) => [flagOf(variable), { type: "string" as const }]),
  );
  try {
    const { values } = parseArgs({ args, options: { ...options, help: { type: "boolean", short: "h" } } });
    const given: Record<string, unknown> = values;
    const empty = Object.keys(given).find((flag) => given[flag] === "");
    if (empty !== undefined) return { kind: "wrong", problem: `--${empty} has no value.` };
    return { kind: "flags", values: values as Flags["values"] };
  } catch (error) {
    // Node's message names the argument first. The advice after it does not apply here.
    const [problem = ""] = String((error as Error).message).split(/\. |\n/);
    return { kind: "wrong", problem: `${problem.replace(/\.$/, "")}.` };
  }
}
