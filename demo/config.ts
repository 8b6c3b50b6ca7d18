import * as v from "valibot";

/** What the environment says about this demo. */
export interface Config {
  /** 0 picks a free one. */
  port: number;
  clientId: string;
  clientSecret: string;
  /** How long a code lives, in seconds. */
  codeSeconds: number;
}

/** The configuration, or one sentence about what is wrong with it. */
export type ConfigResult = { kind: "config"; config: Config } | { kind: "invalid"; problem: string };

const wholeNumber = (from: number, to: number, what = "a whole number") => {
  const expected = `must be ${what} from ${from} to ${to}`;
  return v.pipe(
    v.string(),
    v.regex(/^\d{1,9}$/, expected),
    v.transform(Number),
    v.minValue(from, expected),
    v.maxValue(to, expected),
  );
};

const environment = v.object({
  PORT: v.optional(wholeNumber(0, 65_535), "3000"),
  CLIENT_ID: v.optional(v.string(), "demo"),
  CLIENT_SECRET: v.optional(v.string(), "demo-secret"),
  CODE_SECONDS: v.optional(wholeNumber(2, 86_400, "a whole number of seconds"), "60"),
});

/** Reads the environment. A variable that is empty counts as not set, as shells make it hard to tell the two apart. */
export function readConfig(variables: Record<string, string | undefined>): ConfigResult {
  const set = Object.fromEntries(Object.entries(variables).filter(([, value]) => value));
  const result = v.safeParse(environment, set);
  if (!result.success) {
    const [issue] = result.issues;
    const name = v.getDotPath(issue);
    return {
      kind: "invalid",
      problem: `${name} ${issue.message}, not ${JSON.stringify(name && set[name])}.`,
    };
  }
  const { PORT, CLIENT_ID, CLIENT_SECRET, CODE_SECONDS } = result.output;
  return {
    kind: "config",
    config: { port: PORT, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, codeSeconds: CODE_SECONDS },
  };
}
