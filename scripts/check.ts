/**
 * `npm run check`, after a build: lint, types, format, what is generated, the size of the one file, the packed tarball.
 * `npm run check:fast` (`--fast`): what needs no build, with the caches of ESLint and Prettier. They skip unchanged files, so
 * only the whole check finds what a changed type means for the lint of another file. Names narrow both: `npm run check:fast lint`.
 */
import { parseArgs } from "node:util";
import { run, runJobs } from "./test-runner.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { fast: { type: "boolean", default: false } },
});
const cache = (tool: string): string => (values.fast ? ` --cache --cache-location .cache/${tool}` : "");
const tsc = (project: string, name: string): string =>
  `tsc -p ${project} --incremental --tsBuildInfoFile .cache/types/${name}`;

/** Those that take longest come first. */
const steps: Record<string, string> = {
  lint: `eslint .${cache("eslint")}`,
  types: tsc(".", "all"),
  format: `prettier --check .${cache("prettier")}`,
  ...(values.fast
    ? {
        // Without the types that each must not know. The build does it, too.
        "types of the widget": tsc("src/element", "element"),
        "types of the kit": tsc("src/server", "server"),
        "types of the emulator": tsc("src/emulator", "emulator"),
      }
    : { size: "size-limit", package: "tsx scripts/package/check-package.ts" }),
  generated: "npm run --silent generated",
};

const jobs = Object.entries(steps)
  .filter(([name]) => positionals.length === 0 || positionals.includes(name.split(" ")[0] ?? ""))
  .map(([name, line]) => async () => {
    const [command = "", ...args] = line.split(" ");
    const { output, isGood, seconds } = await run(command, args, 1800);
    console.log(`${isGood ? "✔" : "✖"} ${name}: ${seconds.toFixed(1)} s`);
    if (isGood) return;
    console.log(output);
    process.exitCode = 1;
  });
await runJobs(jobs, 2);
