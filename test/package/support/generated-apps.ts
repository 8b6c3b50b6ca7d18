import assert from "node:assert/strict";
import { appendFileSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import semver from "semver";
import { installNode } from "../../../scripts/node/node-lines.js";
import { run, type RunResult } from "../../../scripts/test-runner.js";
import { install, npm as runNpm, temporaryFolder } from "./packed-package.js";

/** What today's generators make: an app that has not installed its packages yet. */

interface App {
  /** The generator, and its template where it has several. */
  name: string;
  /** Makes the app in the folder `app` of a folder. */
  make: (npm: Npm, folder: string) => Promise<void>;
  /** The package whose `engines` say on which Node the app can be. */
  engines: string;
  /** Puts the element into the app, to build it. */
  addElement?: (app: string) => void;
}

/** An npm with a Node that brings it. */
export interface Npm {
  version: string;
  node: string;
  /** For the commands that it runs. */
  variables: Record<string, string>;
  run: (args: string[], folder: string) => Promise<RunResult>;
}

/** Far longer than any command takes, also on a busy machine. */
const limitSeconds = 600;

/** Installs the newest npm of a major, and the newest Node of a line. */
export async function installNpm(major: string, nodeLine: string): Promise<Npm> {
  const tools = join(temporaryFolder, `npm-${major}-${nodeLine}`);
  mkdirSync(tools);
  writeFileSync(join(tools, "package.json"), '{"private": true}');
  const [{ version: node, bin }] = await Promise.all([installNode(nodeLine), install(tools, `npm@${major}`)]);
  const cli = join(tools, "node_modules/npm/bin/npm-cli.js");
  // Without CI some generators ask.
  const variables = { PATH: [bin, process.env["PATH"]].join(delimiter), CI: "1", NG_CLI_ANALYTICS: "false" };
  const runIt = (args: string[], folder: string): Promise<RunResult> =>
    run(join(bin, "node"), [cli, ...args], limitSeconds, variables, folder);
  const { output } = await runIt(["--version"], tools);
  return { version: output.trim().split("\n").at(-1) ?? "", node, variables, run: runIt };
}

/** The generators that bring their template in a package of the registry. */
export async function generatedApps(): Promise<App[]> {
  const folder = join(temporaryFolder, "create-vite");
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), '{"private": true}');
  await install(folder, "create-vite@latest");
  const viteTemplates = readdirSync(join(folder, "node_modules/create-vite"))
    .filter((name) => name.startsWith("template-"))
    .map((name) => name.replace("template-", ""));
  assert.ok(viteTemplates.length > 0, "create-vite has no templates where they are looked for");

  return [
    {
      name: "create-vue",
      make: by("create --yes vue@latest app -- --ts --router"),
      engines: "create-vue",
      addElement: (app) => appendFileSync(join(app, "src/main.ts"), '\nimport "onegini-otp-login/vue";\n'),
    },
    {
      name: "create-next-app",
      make: makeNextApp,
      engines: "create-next-app",
      addElement: (app) => {
        mkdirSync(join(app, "app/login"));
        writeFileSync(
          join(app, "app/login/login-widget.tsx"),
          '"use client";\nimport "onegini-otp-login/react";\nexport const LoginWidget = () => <onegini-otp-login redirect="/" />;\n',
        );
        writeFileSync(
          join(app, "app/login/page.tsx"),
          'import { LoginWidget } from "./login-widget";\nexport default function LoginPage() {\n  return <LoginWidget />;\n}\n',
        );
      },
    },
    {
      name: "@angular/cli",
      make: by("exec --yes -- @angular/cli@latest new app --defaults --skip-git --skip-install"),
      engines: "@angular/cli",
      addElement: (app) => appendFileSync(join(app, "src/main.ts"), '\nimport "onegini-otp-login/define";\n'),
    },
    {
      name: "sv",
      make: by("exec --yes -- sv@latest create app --template minimal --types ts --no-add-ons --no-install"),
      // The generator names none.
      engines: "@sveltejs/kit",
      addElement: (app) => {
        mkdirSync(join(app, "src/routes/login"));
        writeFileSync(
          join(app, "src/routes/login/+page.svelte"),
          '<script lang="ts">\n  import "onegini-otp-login/svelte";\n</script>\n\n<onegini-otp-login redirect="/"></onegini-otp-login>\n',
        );
      },
    },
    ...viteTemplates.map((template) => ({
      name: `create-vite ${template}`,
      make: by(`create --yes vite@latest app -- --template ${template} --no-interactive`),
      engines: "create-vite",
    })),
  ];
}

/**
 * Generators that load their template from elsewhere. `test/package/install/templates` has what is to be installed, as it is now,
 * under the generator's name without "create-".
 */
export const writtenApps: App[] = [
  { generator: "create-nuxt", engines: "nuxt" },
  { generator: "create-astro", engines: "astro" },
  { generator: "create-react-router", engines: "@react-router/dev" },
].map(({ generator, engines }) => ({
  name: generator,
  engines,
  make: async (_npm, folder) => {
    mkdirSync(join(folder, "app"));
    const template = `test/package/install/templates/${generator.replace("create-", "")}.json`;
    cpSync(template, join(folder, "app/package.json"));
  },
}));

/** Makes an app by a command of npm. */
const by =
  (command: string): App["make"] =>
  async (npm, folder) => {
    const { output, isGood } = await npm.run(command.split(" "), folder);
    assert.ok(isGood, output);
  };

async function makeNextApp(npm: Npm, folder: string): Promise<void> {
  await by("create --yes next-app@latest app -- --yes --skip-install --disable-git")(npm, folder);
  removeFonts(join(folder, "app"));
}

/** Takes the fonts of Google out of what create-next-app makes, because a build would load them. */
export function removeFonts(app: string): void {
  const file = join(app, "app/layout.tsx");
  const layout = readFileSync(file, "utf8")
    .replace(/^import .* from "next\/font\/google";\n/m, "")
    .replaceAll(/^const (\w+) = \w+\(\{[^}]*\}\);/gm, 'const $1 = { variable: "" };');
  assert.doesNotMatch(layout, /next\/font/);
  writeFileSync(file, layout);
}

/** The first whose Node an app supports. */
export async function npmFor<T extends Npm>({ engines, name }: App, npms: T[]): Promise<T> {
  const range = (await runNpm(["view", `${engines}@latest`, "engines.node"], temporaryFolder)).trim();
  const nodes = npms.map(({ node }) => node).join(" and ");
  return (
    npms.find(({ node }) => semver.satisfies(node, range || "*")) ??
    assert.fail(`${name} needs Node ${range}, and there is ${nodes}.`)
  );
}
