import * as v from "valibot";
import { isLoopback } from "../../src/protocol/loopback.js";
import { isAddress, isOrigin, parseUrl } from "../../src/server/text/safe-url.js";

/** The configuration, or its problem in one sentence. */
type ConfigResult = { kind: "config"; config: DemoConfig } | { kind: "invalid"; problem: string };

const wholeNumber = (from: number, to: number, kind = "a whole number") => {
  const expected = `must be ${kind} from ${from} to ${to}`;
  return v.pipe(
    v.string(),
    v.regex(/^\d{1,9}$/, expected),
    v.transform(Number),
    v.minValue(from, expected),
    v.maxValue(to, expected),
  );
};

const textThat = (isRight: (text: string) => boolean, expected: string) =>
  v.pipe(v.string(), v.check(isRight, expected));

const origin = textThat(
  isOrigin,
  "must be an origin such as https://www.example.com: https (http on loopback only), no path, no slash at the end",
);

const address = textThat(
  isAddress,
  "must be an address: https (http on loopback only), without user, query or fragment",
);

const redisAddress = textThat((text) => {
  const url = parseUrl(text);
  return !!url && /^rediss?:$/.test(url.protocol) && url.hostname !== "" && /^\/?\d*$/.test(url.pathname);
}, "must be an address such as redis://localhost:6379, or rediss:// for TLS");

const environment = v.object({
  PORT: v.optional(wholeNumber(0, 65_535), "3000"),
  CLIENT_ID: v.optional(v.string(), "demo"),
  CLIENT_SECRET: v.optional(v.string(), "demo-secret"),
  CODE_SECONDS: v.optional(wholeNumber(2, 86_400, "a whole number of seconds"), "60"),
  GEOLOCATION: v.optional(v.picklist(["on", "off"], "must be on or off"), "on"),
  PAIRING: v.optional(
    v.picklist(["off", "unknown-browsers", "always"], "must be off, unknown-browsers or always"),
    "off",
  ),
  ORIGIN: v.optional(origin),
  TOKEN_SERVER_URL: v.optional(address),
  CALLBACK_URL: v.optional(address),
  REDIS_URL: v.optional(redisAddress),
  TRUSTED_PROXIES: v.optional(wholeNumber(0, 20), "0"),
  EMULATOR: v.optional(v.literal("public", "must be public, or not set")),
});

type Output = v.InferOutput<typeof environment>;

/** The parsed environment variables. @param isPublic whether everybody may use the emulator, at an origin of another machine */
const toConfig = (output: Output, isPublic: boolean) => ({
  /** 0 picks a free port. */
  port: output.PORT,
  clientId: output.CLIENT_ID,
  clientSecret: output.CLIENT_SECRET,
  /** How long a code of the emulator lives, in seconds. */
  codeSeconds: output.CODE_SECONDS,
  /** Whether the emulator's phone shows device and place. */
  hasGeolocation: output.GEOLOCATION === "on",
  /** In which browsers the login asks for the number on the phone. */
  pairing: output.PAIRING,
  /** The site's origin, if a proxy is in front. */
  origin: output.ORIGIN,
  /** The Token Server, without a slash at the end. Undefined: this demo's own emulator. */
  tokenServerUrl: output.TOKEN_SERVER_URL?.replace(/\/+$/, ""),
  /** The callback's address, if it is not at the origin. */
  callbackUrl: output.CALLBACK_URL,
  /** The Redis or Valkey that several demos share. */
  redisUrl: output.REDIS_URL,
  /** How many proxies in front are trusted for the client's address. */
  trustedProxies: output.TRUSTED_PROXIES,
  isPublic,
});

export type DemoConfig = ReturnType<typeof toConfig>;

/** `off`, or the option `pairing.when` of the kit. */
export type PairingMode = Output["PAIRING"];

/** Whether an address is on this machine. The demo's defaults, used if a variable is not set, are. */
const isOnThisMachine = (address: string | undefined): boolean =>
  address === undefined || isLoopback(new URL(address).hostname);

export type Variable = keyof typeof environment.entries;

/** The names of variables in problems. The command has flags instead. */
export interface Words {
  name: (variable: Variable) => string;
  /** How to set it to a value. */
  setting: (variable: Variable, value: string) => string;
}

export const variableWords: Words = {
  name: (variable) => variable,
  setting: (variable, value) => `${variable}=${value} npm start`,
};

const publicProblem = ({ name, setting }: Words): string =>
  `${name("ORIGIN")} is not this machine, so anybody could use the emulator and its phone there, and log in as anybody. ` +
  `Set a real Token Server (${name("TOKEN_SERVER_URL")}), or allow this: ${setting("EMULATOR", "public")}`;

/** Why the emulator does not start with `NODE_ENV=production`, and what to do. A sentence without its full stop. */
export const productionProblem =
  "NODE_ENV is production, and with the emulator anybody can log in as anybody. " +
  "Use a real Token Server there, or start without NODE_ENV to develop and test";

/** Reads the variables. An empty one counts as not set, because shells hardly distinguish the two. */
export function readConfig(
  variables: Record<string, string | undefined>,
  words: Words = variableWords,
): ConfigResult {
  const set = Object.fromEntries(Object.entries(variables).filter(([, value]) => value));
  const result = v.safeParse(environment, set);
  if (!result.success) {
    const [issue] = result.issues;
    const name = v.getDotPath(issue) as Variable;
    return {
      kind: "invalid",
      problem: `${words.name(name)} ${issue.message}, not ${JSON.stringify(withoutCredentials(set[name] ?? ""))}.`,
    };
  }
  const { output } = result;
  const isPublic = !isOnThisMachine(output.ORIGIN) && isOnThisMachine(output.TOKEN_SERVER_URL);
  if (isPublic && output.EMULATOR === undefined) return { kind: "invalid", problem: publicProblem(words) };
  const isProduction = set["NODE_ENV"] === "production" && output.TOKEN_SERVER_URL === undefined;
  if (isProduction && output.EMULATOR === undefined)
    return {
      kind: "invalid",
      problem: `${productionProblem}, or allow this: ${words.setting("EMULATOR", "public")}`,
    };
  return { kind: "config", config: toConfig(output, isPublic) };
}

/** An address without the part before the `@`, which is likely to be a password. */
const withoutCredentials = (text: string): string => text.replace(/^([a-z]+:\/\/)?.*@/is, "$1***@");
