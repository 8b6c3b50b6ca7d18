import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import ts from "typescript";
import { browserKey } from "../../../src/protocol/login-api.js";
import { Metrics } from "../../../src/service/serve/telemetry/metrics.js";

/*
 * The table of docs/trust/personal-data.md against the code's own lists. The names are those in code quotes at the beginning of a
 * row, before its colon.
 */

const page = readFileSync("docs/trust/personal-data.md", "utf8");

const rows = page
  .split("\n")
  .filter((line) => /^\| `/.test(line))
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .map(([, what = "", , where = ""]) => ({
    names: [...(what.split(/:(?: |$)/)[0] ?? "").matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name),
    where: where.split(/[,:] /),
  }));

const namesIn = (place: string): string[] => [
  ...new Set(rows.filter(({ where }) => where.includes(place)).flatMap(({ names }) => names)),
];

const sources = (folder: string): { path: string; text: string }[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => ({ path: join(folder, path), text: readFileSync(join(folder, path), "utf8") }));

/** What a pattern finds in all files of some folders. */
const found = (pattern: RegExp, ...folders: string[]): string[] => [
  ...new Set(
    folders.flatMap(sources).flatMap(({ text }) => [...text.matchAll(pattern)].map(([, name = ""]) => name)),
  ),
];

const sameNames = (actual: readonly string[], expected: readonly string[]): void =>
  assert.deepEqual([...new Set(actual)].sort(), [...new Set(expected)].sort());

const program = ts.createProgram(
  ["src/server/kit-events.ts", ...sources("src/service").map(({ path }) => path)],
  ts.getParsedCommandLineOfConfigFile(
    "src/service/tsconfig.json",
    {},
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined },
  )?.options ?? {},
);
const checker = program.getTypeChecker();

/** The members of every event of the kit. */
function eventMembers(): string[] {
  const file = program.getSourceFile("src/server/kit-events.ts");
  const declared = file?.statements.find(
    (statement) => ts.isTypeAliasDeclaration(statement) && statement.name.text === "LoginKitEvent",
  );
  assert.ok(declared);
  const type = checker.getTypeAtLocation(declared) as ts.UnionType;
  return type.types.flatMap((event) => event.getProperties().map(({ name }) => name));
}

/** The members of each object that the service itself writes to its log. */
function loggedMembers(): string[] {
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /(?:^|\.)log\.(?:info|warn|error)$/.test(node.expression.getText())) {
      const [line] = node.arguments;
      assert.ok(line);
      names.push(
        ...checker
          .getTypeAtLocation(line)
          .getProperties()
          .map(({ name }) => name),
      );
    }
    ts.forEachChild(node, visit);
  };
  for (const { path } of sources("src/service")) visit(program.getSourceFile(path) ?? assert.fail(path));
  return names;
}

function auditMembers(): string[] {
  const schema = JSON.parse(readFileSync("docs/serve/audit.schema.json", "utf8")) as {
    properties: object;
    oneOf: { properties: object }[];
  };
  return [schema, ...schema.oneOf].flatMap(({ properties }) => Object.keys(properties));
}

describe("The table of docs/trust/personal-data.md", () => {
  test("has each cookie that the code sets, and no other", () => {
    const cookies = found(/(?:new SiteCookie|super)\([\w.]+, "([^"]+)"\)/g, "src");
    sameNames(
      namesIn("cookie"),
      cookies.map((name) => `__Host-${name}`),
    );
  });

  test("has every key of the browser's storage, and no other", () => {
    const keys = sources("src").flatMap(({ text }) =>
      [...text.matchAll(/Storage\.setItem\(\s*([^,]+),/g)].map(([, key = ""]) => {
        const constant = new RegExp(`const ${key.replace(/\W/g, "\\$&")} = (.+);`).exec(text)?.[1] ?? key;
        return constant === "browserKey(endpoint)"
          ? browserKey("https://www.example.com/otp-login")
          : (/^"(.+)"$/.exec(constant)?.[1] ?? assert.fail(`Which text is the key ${constant}?`));
      }),
    );
    sameNames([...namesIn("localStorage"), ...namesIn("sessionStorage")], keys);
  });

  test("has every key and channel in Redis, and no other", () => {
    sameNames(
      namesIn("store"),
      found(/\$\{prefix\}([a-z-]+)/g, "src/server/redis", "src/service/serve/store"),
    );
  });

  test("has every member of a line of the log and of the audit, and no other", () => {
    const added = ["event", "time", "standsFor"]; // by src/service/serve/telemetry/log.ts
    sameNames(
      [...namesIn("log"), ...namesIn("audit")],
      [...eventMembers(), ...loggedMembers(), ...auditMembers(), ...added],
    );
  });

  test("has every label of the service's own metrics, and no other", async () => {
    const lines = (await new Metrics().text()).split("\n").filter((line) => line.startsWith("onegini_"));
    sameNames(
      namesIn("metrics"),
      lines.flatMap((line) => [...line.matchAll(/[{,](\w+)="/g)].map(([, name = ""]) => name)),
    );
  });
});
