/**
 * `npm run api`: compares the types that `npm run build` wrote for each public entry with the reports in `test/package/api/`, in which a
 * review sees what changes for sites. `npm run api:write` writes the reports again.
 */
import { mkdirSync } from "node:fs";
import { relative, resolve } from "node:path";
import {
  CompilerState,
  Extractor,
  ExtractorConfig,
  ExtractorLogLevel,
  type IConfigFile,
} from "@microsoft/api-extractor";

const isWriting = process.argv.includes("--write");
const projectFolder = resolve(".");
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
  apiReport: {
    enabled: true,
    reportFileName: entry,
    reportFolder: `${projectFolder}/test/package/api`,
    reportTempFolder: `${projectFolder}/.cache/api`,
  },
  docModel: { enabled: false },
  dtsRollup: { enabled: false },
  tsdocMetadata: { enabled: false },
  newlineKind: "lf",
  messages: { extractorMessageReporting: quiet, tsdocMessageReporting: quiet },
});

mkdirSync("test/package/api", { recursive: true });
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

for (const config of configs) {
  const { succeeded, apiReportChanged } = Extractor.invoke(config, {
    compilerState,
    localBuild: isWriting,
    messageCallback: (message) => (message.handled = true),
  });
  if (succeeded || isWriting) continue;
  const difference = apiReportChanged ? " is not up to date: npm run api:write renews it" : " cannot be made";
  console.error(`${relative(".", config.reportFilePath)}${difference}.`);
  process.exitCode = 1;
}
