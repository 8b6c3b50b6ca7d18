import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import {
  createProject,
  entries,
  importOf,
  installCompilers,
  lowest,
  newest,
  nodeTypes,
  peerEntries,
  resolutions,
  site,
  versions,
} from "../support/compilers.js";
import { pack } from "../support/packed-package.js";

/** The types of the packed package, of all entries that are for no one library, with every TypeScript that docs/kit.md allows. */

const page = `
import "onegini-otp-login/define";
import "onegini-otp-login/locales/nl";
import { OneginiOtpLogin, type LoginEvent } from "onegini-otp-login";
export const listen = (element: OneginiOtpLogin) => {
  element.addEventListener("login", (event: LoginEvent) => console.log(event.redirectTo));
};`;

const server = `
import { createLoginKit as create, memoryStore, type LoginKitEvent } from "onegini-otp-login/server";
import { createLoginKit, toNodeHandler, type NodeContext } from "onegini-otp-login/node";
import { createPhone, createTokenServer } from "onegini-otp-login/emulator";
${site}
const kit = createLoginKit<NodeContext>({
  ...site,
  signIn({ userId, context: { res } }) {
    res.setHeader("x-user", userId);
    return { redirect_to: "/account" };
  },
});
export const handler = toNodeHandler(kit);
export const login = (request: Request) =>
  create({ ...site, handOver: { to: "/login/otp" } }).redeem("ticket", request).then((found) => found?.userId);
export const others: unknown[] = [memoryStore, createPhone, createTokenServer];
export const log = (event: LoginKitEvent) => event.type;`;

let compile: Awaited<ReturnType<typeof installCompilers>>;
let folder: string;
before(async () => {
  compile = await installCompilers(...versions);
  folder = await createProject("alone", await pack(), nodeTypes);
  const others = entries.filter((entry) => !peerEntries.some((each) => each === entry));
  const files = {
    "entries.ts": others.map((entry, index) => importOf(entry, `entry${index}`)).join("\n"),
    "page.ts": page,
    "server.ts": server,
    "server.cts": server,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
});

describe("the types of the packed package", () => {
  for (const version of versions)
    for (const resolution of resolutions)
      test(`compile with TypeScript ${version}, ${resolution}`, () =>
        assert.deepEqual(compile(folder, version, resolution, "entries.ts", "page.ts", "server.ts"), []));

  test("compile from CommonJS with the version that docs/kit.md names, and not with the one before", () => {
    const doc = readFileSync("docs/kit.md", "utf8");
    const [, fromModules, fromCommonJs] =
      /TypeScript needs (\S+) or later [^;]+; from CommonJS (\S+) or later/.exec(doc) ?? [];
    assert.ok(fromCommonJs);
    assert.equal(`${fromModules}.`, lowest.slice(0, 4));
    const first = versions.findIndex((version) => version.startsWith(`${fromCommonJs}.`));
    const [before = assert.fail(), named = assert.fail()] = versions.slice(first - 1);
    for (const version of [named, newest])
      assert.deepEqual(compile(folder, version, "nodenext", "server.cts"), [], version);
    assert.match(compile(folder, before, "nodenext", "server.cts").join("\n"), /TS1479/);
  });
});
