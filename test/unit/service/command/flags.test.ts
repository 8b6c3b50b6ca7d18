import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { readCommand } from "../../../../src/service/command/flags.js";
import { readConfig } from "../../../../demo/server/demo-config.js";

const problemOf = (...args: string[]): string => {
  const command = readCommand(args);
  return command.kind === "wrong" ? command.problem : assert.fail(command.kind);
};

const helpOf = (...args: string[]): string => {
  const command = readCommand(args);
  return command.kind === "help" ? command.text : assert.fail(command.kind);
};

const flagsOf = (help: string): string[] => [...help.matchAll(/^ {2}(--\S+)/gm)].map(([, flag = ""]) => flag);

describe("The command's flags", () => {
  it("have the defaults of npm start", () => {
    const { kind, ...result } = readConfig({});
    assert.equal(kind, "config");
    for (const name of ["demo", "emulator"]) assert.deepEqual(readCommand([name]), { kind: name, ...result });
  });

  it("mean the same as the variables of npm start", () => {
    const variables = {
      PORT: "0",
      CLIENT_ID: "site",
      CLIENT_SECRET: "=--x",
      CODE_SECONDS: "20",
      GEOLOCATION: "off",
      PAIRING: "always",
      ORIGIN: "https://bank.example",
      EMULATOR: "public",
      CALLBACK_URL: "https://bank.example/callback",
      REDIS_URL: "redis://localhost",
      TRUSTED_PROXIES: "2",
      TOKEN_SERVER_URL: "http://localhost:3001",
    };
    const flags = Object.entries(variables).map(
      ([name, value]) => `--${name.toLowerCase().replaceAll("_", "-")}=${value}`,
    );
    const { kind, ...result } = readConfig(variables);
    assert.equal(kind, "config");
    assert.deepEqual(readCommand(["demo", ...flags]), { kind: "demo", ...result });
    assert.deepEqual(
      flagsOf(helpOf("demo", "--help")).sort(),
      flags.map((flag) => flag.split("=")[0]).sort(),
    );
  });

  it("do not take their values from the environment", () => {
    process.env["PORT"] = "http";
    assert.equal(readCommand(["demo"]).kind, "demo");
    delete process.env["PORT"];
  });

  for (const [args, problem] of [
    [["demo", "--port", ""], "--port has no value."],
    [["emulator", "--client-secret="], "--client-secret has no value."],
    [[], "The command is missing. Use one of: demo, emulator, serve, doctor, audit."],
    [["bank"], 'Unknown command "bank". Use one of: demo, emulator, serve, doctor, audit.'],
    [["demo", "--prot", "0"], "Unknown option '--prot'."],
    [["demo", "3000"], "Unexpected argument '3000'."],
    [["demo", "--port"], "Option '--port <value>' argument missing."],
    [["demo", "--port", "http"], '--port must be a whole number from 0 to 65535, not "http".'],
    [["demo", "--origin", "bank"], /^--origin must be an origin such as .*, not "bank"\.$/],
    [
      ["demo", "--redis-url", "http://u:secret@host"],
      /^--redis-url must be .*, not "http:\/\/\*\*\*@host"\.$/,
    ],
    [
      ["demo", "--origin", "https://bank.example"],
      /^--origin is not .*\(--token-server-url\).* --emulator public$/,
    ],
    [["emulator", "--code-seconds", "1"], /^--code-seconds must be a whole number of seconds from 2 to /],
    [["emulator", "--redis-url", "redis://localhost"], "Unknown option '--redis-url'."],
  ] as const) {
    it(`name what is wrong with: ${args.join(" ")}`, () => {
      const found = problemOf(...args);
      if (typeof problem === "string") assert.equal(found, problem);
      else assert.match(found, problem);
      assert.doesNotMatch(found, /\n/);
    });
  }

  it("do not start the emulator in production: exit code 2, and what to do", () => {
    const cli = fileURLToPath(new URL("../../../../src/service/command/cli.ts", import.meta.url));
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--import", "tsx", cli, "emulator", "--port", "0"],
      { encoding: "utf8", env: { ...process.env, NODE_ENV: "production" }, timeout: 20_000 },
    );
    assert.deepEqual([status, stdout], [2, ""]);
    assert.match(
      stderr,
      /^NODE_ENV is production, .* log in as anybody\. Use a real .* start without NODE_ENV .*\.\n/,
    );
  });

  it("start the demo's own emulator in production only with --emulator public", () => {
    const kindOf = (...args: string[]) => readCommand(args, "production").kind;
    const refused = readCommand(["demo"], "production");
    assert.match(
      refused.kind === "wrong" ? refused.problem : "",
      /^NODE_ENV is production, .*--emulator public$/,
    );
    assert.equal(kindOf("demo", "--emulator", "public"), "demo");
    assert.equal(kindOf("demo", "--token-server-url", "https://ts.example"), "demo");
    assert.equal(kindOf("emulator", "--help"), "help");
    assert.equal(readCommand(["emulator"], "development").kind, "emulator");
  });

  it("are explained by --help, with examples", () => {
    assert.match(helpOf("--help"), /^Examples:\n {2}npx onegini-otp-login demo$/m);
    assert.equal(helpOf("-h"), helpOf("--help"));
    for (const name of ["demo", "emulator"]) {
      const help = helpOf(name, "--port", "http", "--help");
      assert.match(help, new RegExp(`^Examples:\n {2}npx onegini-otp-login ${name}$`, "m"));
      assert.equal(helpOf(name, "-h"), help);
      for (const line of help.split("\n")) assert.ok(line.length <= 120, line);
    }
  });

  it("include --version, which --help mentions", () => {
    assert.deepEqual(readCommand(["--version"]), { kind: "version" });
    assert.match(helpOf("--help"), /^ {2}--version /m);
  });

  it("are on the emulator's page", () => {
    const page = readFileSync("docs/emulator.md", "utf8");
    for (const flag of [...flagsOf(helpOf("demo", "-h")), ...flagsOf(helpOf("emulator", "-h"))])
      assert.ok(page.includes(`\`${flag}\``), flag);
  });
});
