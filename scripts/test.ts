/** `npm test`: every suite, one after the other, and a last line that sums them up. */
import { startEngine } from "../test/support/engines/engine.js";
import { engineTitles, unwantedEngines, wantedEngines } from "./engines.js";
import { ensureEngines } from "./ensure-engines.js";
import { ensureServices } from "./ensure-services.js";
import { command, elementSuite, leftOut, nodeSuite, type Verdict } from "./suites.js";

/** Each engine starts once before all else: what does not start fails here, and what does says its version. */
async function nameEngines(): Promise<string> {
  const titles: string[] = [];
  for (const name of wantedEngines()) {
    const engine = await startEngine(name);
    titles.push(engine.title);
    await engine.close();
  }
  const without = unwantedEngines().map((engine) => engineTitles[engine]);
  return `engines: ${titles.join(", ")}${without.length > 0 ? `; without ${without.join(", ")}: ENGINES says so` : ""}`;
}

await ensureEngines(wantedEngines());
ensureServices();
const engines = await nameEngines();
console.log(engines);

const suites: Record<string, () => Promise<Verdict>> = {
  "the build": () => command("npm", ["run", "--silent", "build"]),
  "test/package": () => nodeSuite("test/package"),
  "test/unit": () => nodeSuite("test/unit"),
  "test/resilience/redis": () => nodeSuite("test/resilience/redis"),
  "test/resilience/model": () => nodeSuite("test/resilience/model"),
  "test/resilience/nodes": () => nodeSuite("test/resilience/nodes"),
  "test/resilience/faults": () => nodeSuite("test/resilience/faults", 3),
  ...Object.fromEntries(
    wantedEngines().map((engine) => [`test/element in ${engineTitles[engine]}`, () => elementSuite(engine)]),
  ),
  "test/e2e/engines": () => nodeSuite("test/e2e/engines", 1),
  "test/e2e/network": () => nodeSuite("test/e2e/network"),
  "test/e2e/accessibility": () => nodeSuite("test/e2e/accessibility"),
  "test/e2e/renders": () => nodeSuite("test/e2e/renders"),
  "test/resilience/soak": () => nodeSuite("test/resilience/soak"),
  "test/e2e/login": () => nodeSuite("test/e2e/login"),
  "test/e2e/demo": () => nodeSuite("test/e2e/demo"),
  "test/e2e/page": () => nodeSuite("test/e2e/page"),
};
/** What was asked for on the command line, and the build, which most suites load; `test/element` is that of every engine. */
const wanted = process.argv.slice(2);
const isWanted = (name: string): boolean =>
  wanted.length === 0 ||
  name === "the build" ||
  wanted.some((each) => name === each || name.startsWith(`${each}/`) || name.startsWith(`${each} in `));
const verdicts: Verdict[] = [];
const lines: string[] = [];
for (const [name, suite] of Object.entries(suites)) {
  if (!isWanted(name)) continue;
  console.log(`\n— ${name}`);
  const verdict = await suite();
  verdicts.push(verdict);
  const { passed, failed, unsteady } = verdict;
  lines.push(
    `${name}: ${passed} passed, ${failed} failed${unsteady.length > 0 ? ", at the second try" : ""}`,
  );
}
const sum = (kind: "passed" | "failed"): number =>
  verdicts.reduce((total, verdict) => total + verdict[kind], 0);
/** Once more at the end, where whoever reads a long log looks first. */
const tell = (title: string, texts: string[]): void => {
  if (texts.length > 0) console.log(`\n${title}:\n${texts.join("\n")}`);
};
tell(
  "failed",
  verdicts.flatMap(({ failures }) => failures),
);
tell(
  "unsteady, passed at the second try",
  verdicts.flatMap(({ unsteady }) => unsteady),
);
tell("left out", [...leftOut]);
console.log(`\n${engines}\n${lines.join("\n")}\n${sum("passed")} passed, ${sum("failed")} failed`);
process.exitCode = sum("failed") > 0 || sum("passed") === 0 ? 1 : 0;
