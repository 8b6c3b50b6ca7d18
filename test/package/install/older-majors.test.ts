import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { phoneCalls } from "../../support/demo/demo.js";
import { until } from "../../support/until.js";
import { WidgetVisitor } from "../../support/widget-visitor.js";
import { install, npm, pack, run, startCommand, temporaryFolder } from "../support/packed-package.js";

/** The packed package in an app that has older majors of the same libraries, installed by each package manager. */

const older = {
  "@hono/node-server": "1.19.19",
  hono: "4.12.9",
  redis: "4.7.1",
  valibot: "0.42.1",
};

/** Loads each entry, then tells the versions that the app itself gets, and what the store says about its Redis client. */
const check = `
  const { readFileSync } = require("node:fs");
  const { dirname } = require("node:path");
  const versionOf = (name) => {
    let folder = dirname(require.resolve(name));
    for (;;) {
      try {
        const manifest = JSON.parse(readFileSync(folder + "/package.json", "utf8"));
        if (manifest.name === name) return manifest.version;
      } catch {}
      folder = dirname(folder);
    }
  };
  const names = ${JSON.stringify(Object.keys(older))};
  const versions = Object.fromEntries(names.map((name) => [name, versionOf(name)]));
  const entries = ["define", "locales/nl", "server", "node", "fastify", "next", "redis", "emulator"];
  Promise.all(entries.map((entry) => import("onegini-otp-login/" + entry))).then(async () => {
    const { redisStore } = await import("onegini-otp-login/redis");
    const client = require("redis").createClient();
    const problem = await redisStore({ client }).then(String, ({ message }) => message);
    console.log(JSON.stringify({ versions, problem }));
  });
`;

interface Manager {
  name: string;
  /** Installs what the folder's package.json lists. */
  install: (folder: string) => Promise<unknown>;
  /** The command that runs a command of the folder's packages, or Node. */
  exec: (folder: string) => [command: string, ...args: string[]];
}

const tools = join(temporaryFolder, "tools");
const pnpm = join(tools, "node_modules/pnpm/bin/pnpm.cjs");
const yarn = join(tools, "node_modules/@yarnpkg/cli-dist/bin/yarn.js");

const managers: Manager[] = [
  {
    name: "npm",
    install: (folder) => install(folder),
    exec: () => ["npm", "exec", "--"],
  },
  {
    name: "pnpm",
    install: (folder) => run(process.execPath, [pnpm, "install"], folder),
    exec: () => [process.execPath, pnpm, "exec"],
  },
  {
    name: "Yarn 4 with Plug'n'Play",
    install: (folder) => run(process.execPath, [yarn, "install", "--no-immutable"], folder),
    exec: () => [process.execPath, yarn, "exec"],
  },
];

let registry: string;

before(async () => {
  mkdirSync(tools);
  writeFileSync(join(tools, "package.json"), '{"private": true}');
  await install(tools, "pnpm@10.34.8", "@yarnpkg/cli-dist@4.18.1");
  registry = (await npm(["config", "get", "registry"], tools)).trim();
});

for (const manager of managers) {
  describe(`with ${manager.name}`, () => {
    const folder = join(temporaryFolder, manager.name.split(" ", 1)[0] ?? "");
    const [command, ...args] = manager.exec(folder);

    test("it is installed beside them, the app keeps its own, and a store refuses the old Redis client", async () => {
      mkdirSync(folder);
      const dependencies = { ...older, "onegini-otp-login": `file:${await pack()}` };
      writeFileSync(
        join(folder, "package.json"),
        JSON.stringify({ name: "app", private: true, dependencies }),
      );
      writeFileSync(join(folder, "check.cjs"), check);
      writeFileSync(
        join(folder, ".yarnrc.yml"),
        `npmRegistryServer: ${registry}\nenableGlobalCache: false\n`,
      );
      writeFileSync(join(folder, "yarn.lock"), "");
      await manager.install(folder);
      assert.deepEqual(JSON.parse(await run(command, [...args, "node", "check.cjs"], folder)), {
        versions: older,
        problem:
          'redisStore: "client" is wrong; expected a client of the package "redis", 5 or later: createClient(), createCluster() or createSentinel()',
      });
    });

    test("its kit logs in", async () => {
      const flags = ["onegini-otp-login", "demo", "--port", "0"];
      const { origin, output, stop } = await startCommand(command, [...args, ...flags], folder);
      const visitor = new WidgetVisitor({ origin, route: () => origin });
      visitor.start();
      await phoneCalls(origin).accept(await visitor.code());
      await until(() => visitor.state.phase === "completed", "the login");
      visitor.leave();
      assert.equal(output(), `ready: ${origin}\n`);
      await stop();
    });
  });
}
