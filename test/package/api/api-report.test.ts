import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { test } from "node:test";
import {
  CompilerState,
  Extractor,
  ExtractorConfig,
  ExtractorLogLevel,
  type IConfigFile,
} from "@microsoft/api-extractor";

/**
 * The reports beside this file: the public types of each entry, as `npm run build` wrote them. A difference is a change that
 * a site's code can notice. If it is intended, `npm test -- --write test/package/api` renews them.
 */
const isWriting = process.env["WRITE_SNAPSHOTS"] === "1";
const projectFolder = resolve(".");
const reportFolder = `${projectFolder}/test/package/api`;
const reportTempFolder = `${projectFolder}/.cache/api`;
const quiet = { default: { logLevel: ExtractorLogLevel.None } };

const entries = ["index", "server", "node", "fastify", "next", "better-auth", "redis", "emulator"];
const typesOf = (entry: string): string => `${projectFolder}/dist/${entry}.d.ts`;

const compilerOptions = {
  target: "ES2022",
  module: "NodeNext",
  moduleResolution: "NodeNext",
  lib: ["ES2023", "DOM", "DOM.Iterable"],
  types: ["node"],
  strict: true,
  skipLibCheck: true,
};

const configOf = (entry: string): IConfigFile => ({
  projectFolder,
  mainEntryPointFilePath: typesOf(entry),
  compiler: { overrideTsconfig: { compilerOptions, files: entries.map(typesOf) } },
  apiReport: { enabled: true, reportFileName: entry, reportFolder, reportTempFolder },
  docModel: { enabled: false },
  dtsRollup: { enabled: false },
  tsdocMetadata: { enabled: false },
  newlineKind: "lf",
  messages: { extractorMessageReporting: quiet, tsdocMessageReporting: quiet },
});

mkdirSync(reportTempFolder, { recursive: true });
const packageJsonFullPath = `${projectFolder}/package.json`;
const configs = entries.map((entry) =>
  ExtractorConfig.prepare({
    configObject: configOf(entry),
    configObjectFullPath: undefined,
    packageJsonFullPath,
  }),
);
const compilerState = CompilerState.create(configs[0] as ExtractorConfig, {
  additionalEntryPoints: entries.map(typesOf),
});

for (const [index, config] of configs.entries())
  test(`the public types of ${entries[index]} are those of its report`, () => {
    const { succeeded, apiReportChanged } = Extractor.invoke(config, {
      compilerState,
      localBuild: isWriting,
      messageCallback: (message) => (message.handled = true),
    });
    if (isWriting) return;
    assert.equal(apiReportChanged, false, "To renew it: npm test -- --write test/package/api");
    assert.ok(succeeded);
  });
