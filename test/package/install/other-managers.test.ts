import assert from "node:assert/strict";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { run, type RunResult } from "../../../scripts/test-runner.js";
import { generatedApps, installNpm, type Npm } from "../support/generated-apps.js";
import { install, npm as runNpm, pack, temporaryFolder } from "../support/packed-package.js";

/**
 * The packed package in what create-next-app makes, installed by other package managers than npm. They find the libraries of the
 * entries for it although package.json names them in `peerDependenciesMeta` alone.
 */

interface Manager {
  /** Its package, and the command in there. */
  package: string;
  command: string;
  install: string[];
  /** Before a command of the app. */
  exec: string[];
}

const managers: Record<string, Manager> = {
  pnpm: { package: "pnpm@12", command: "pnpm", install: ["install"], exec: ["exec"] },
  Yarn: {
    package: "@yarnpkg/cli-dist@4",
    command: "yarn",
    install: ["install", "--no-immutable"],
    exec: ["exec"],
  },
  Bun: { package: "bun@1", command: "bun", install: ["install"], exec: ["x"] },
};

const libraries = ["better-auth@1.7.25", "fastify@5.12.8", "redis@6.3.1"];

/** Each entry loads its library, or would. */
const program = `
  import { createNextLogin } from "onegini-otp-login/next";
  for (const entry of ["better-auth", "fastify", "redis"]) await import("onegini-otp-login/" + entry);
  const login = createNextLogin(() => ({}));
  console.log(await login.begin().catch(({ message }) => message));`;

const types = `
  import { betterAuth } from "better-auth";
  import { createClient } from "redis";
  import { oneginiOtpLogin } from "onegini-otp-login/better-auth";
  import type { FastifyContext } from "onegini-otp-login/fastify";
  import { redisStore } from "onegini-otp-login/redis";

  const tokenServer = { url: "https://ts.example.com", clientId: "id", clientSecret: "secret", type: "qr-code" };
  export const auth = betterAuth({ plugins: [oneginiOtpLogin({ tokenServer })] });
  export const store = redisStore({ client: createClient() });
  // @ts-expect-error It is Better Auth's context, not any.
  oneginiOtpLogin({ tokenServer, clientIp: (_request, context) => context.nothing });
  // @ts-expect-error It is Fastify's request, not any.
  export const request: FastifyContext["request"] = 3;
`;

const tools = join(temporaryFolder, "managers");
const made = join(temporaryFolder, "next");
let npm: Npm;
let registry: string;

before(async () => {
  mkdirSync(tools);
  mkdirSync(made);
  writeFileSync(join(tools, "package.json"), '{"private": true}');
  const packages = Object.values(managers).map((manager) => manager.package);
  [npm] = await Promise.all([installNpm("11", "26"), install(tools, ...packages)]);
  registry = (await runNpm(["config", "get", "registry"], tools)).trim();
  const next = (await generatedApps()).find(({ name }) => name === "create-next-app");
  await next?.make(npm, made);
});

for (const [name, manager] of Object.entries(managers))
  describe(`with ${name}`, () => {
    const folder = join(temporaryFolder, `next-${name}`);
    const tool = async (...args: string[]): Promise<RunResult> => {
      const command = join(tools, "node_modules/.bin", manager.command);
      const result = await run(command, args, 600, npm.variables, folder);
      assert.ok(result.isGood, `${name} ${args.join(" ")}:\n${result.output}`);
      return result;
    };

    test("it is installed after the app's own packages, without a warning", async (t) => {
      cpSync(join(made, "app"), folder, { recursive: true });
      writeFileSync(
        join(folder, ".yarnrc.yml"),
        `npmRegistryServer: ${registry}\nenableGlobalCache: false\n`,
      );
      writeFileSync(join(folder, "yarn.lock"), "");
      const own = await tool(...manager.install);
      const ours = await tool("add", `onegini-otp-login@file:${await pack()}`);
      t.diagnostic(`${name} in create-next-app: ${ours.seconds.toFixed(1)} s`);
      const added = warningsIn(ours.output).filter((line) => !own.output.includes(line));
      assert.deepEqual(added, []);
    });

    test("its entries find their libraries, and the types of these", async () => {
      await tool("add", ...libraries);
      writeFileSync(join(folder, "program.mjs"), program);
      const { output } = await tool(...manager.exec, "node", "program.mjs");
      // Next itself answers.
      assert.match(output, /called outside a request scope/);
      writeFileSync(join(folder, "types.ts"), types);
      // Next's own files need types that only its build writes.
      const config = { extends: "./tsconfig.json", include: ["types.ts"] };
      writeFileSync(join(folder, "tsconfig.types.json"), JSON.stringify(config));
      await tool(...manager.exec, "tsc", "--noEmit", "-p", "tsconfig.types.json");
    });
  });

const warningsIn = (output: string): string[] =>
  output
    .split("\n")
    // The last line of Yarn, which has the seconds.
    .filter((line) => /warn|error/i.test(line) && !line.includes("Done with warnings in"));
