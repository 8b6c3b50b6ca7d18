import type { Defence } from "./defence.js";

/** The login service: its two ports, and what it writes. */

const service = "test/unit/service/serve/service.test.ts";
const doctor = "test/unit/service/doctor/tenant/check-tenant.test.ts";
const sampling = "test/unit/service/serve/stranger-sampling.test.ts";
const traces = "test/unit/service/serve/traces.test.ts";

export const loginService: readonly Defence[] = [
  {
    claim: "The internal port needs the secret",
    at: "src/service/serve/internal-server.ts: requireSecret",
    text: "!fits.includes(true)",
    without: 'given === ""',
    test: service,
    title: "needs the secret for every address but /health and /ready, and uses no ticket without it",
  },
  {
    claim: "The public port has nothing of the internal one",
    at: "src/service/serve/service.ts: startService",
    text: "createPublicServer({ kit, files, path: settings.path, readiness })",
    without: "createInternalServer({ kit, log, metrics, readiness, forgotten, secrets: internalSecrets })",
    test: service,
    title: "serves nothing of the internal one, even with the secret",
  },
  {
    claim: "A flood is a share of its lines in the log",
    at: "src/service/serve/stranger-sampling.ts: StrangerSampling.#count",
    text: "if (!isIn(oneOf)) return 0;",
    without: "",
    test: sampling,
    title: "are a share in a flood of …, and say how many they stand for",
  },
  {
    claim: "A flood of refused calls of one attempt is a share of its lines",
    at: "src/service/serve/stranger-sampling.ts: StrangerSampling.standsFor",
    text: ".ofLine()",
    without: ".ofAttempt((event as { attempt: string }).attempt)",
    test: sampling,
    title: "that may be any number of one attempt are a share each",
  },
  {
    claim: "A flood hides no warning and no acceptance in the log",
    at: "src/service/serve/stranger-sampling.ts: StrangerSampling.standsFor",
    text: "if (…) return 1;",
    without: "",
    test: sampling,
    title: "leave out no warning, no error and nothing from an acceptance on",
  },
  {
    claim: "The service's log of a flood is a share",
    at: "src/service/serve/create-kit.ts: createKit",
    text: "(log, namingSettings(event), sampling.standsFor(event));",
    without: "(log, namingSettings(event));",
    test: sampling,
    title: "writes a share of a flood, counts all of it, and logs a login in it from the acceptance on",
  },
  {
    claim: "A trace says nobody's name",
    at: "src/service/serve/traces.ts: attributesOf",
    text: "attributeNames.includes(entry[0])",
    without: "true",
    test: traces,
    title: "a login is one trace over all nodes, and nobody's secret or name is in it",
  },
  {
    claim: "A refused request makes no span",
    at: "src/service/serve/traces.ts: traceEvent",
    text: "|| unwanted.includes(event.type)",
    without: "",
    test: traces,
    title: "a refused request makes no span, whatever attempt it names",
  },
  {
    claim: "Services with a prefix each share nothing on one Redis",
    at: "src/service/serve/store.ts: openStore",
    text: "prefix,\n      onError",
    without: "onError",
    test: "test/unit/service/serve/several-processes.test.ts",
    title: "services with a redis-prefix each share nothing on one Redis, not even for one origin",
  },
  {
    claim: "--check shows no secret",
    at: "src/service/serve/serve-command.ts: summaryOf",
    text: `settingOf(name).isSecret ? "(secret)" :`,
    without: "",
    test: "test/unit/service/serve/serve-command.test.ts",
    title: "says with --check what it would do, without a secret, and exits with 0",
  },
  {
    claim: "A settings file that cannot be read shows nothing of its text",
    at: "src/service/settings/parse-yaml.ts: parseYaml",
    text: "problem(wrong.code, wrong.pos[0])",
    without: "{ problem: wrong.message }",
    test: "test/unit/service/settings/read-settings.test.ts",
    title: "is a code and a place in the file, and nothing of its text: …",
  },
  {
    claim: "The internal port is not open to others without a secret of the site's",
    at: "src/service/settings/read-settings.ts: problemsTogether",
    text: "!isLoopback(internalHost)",
    without: "false",
    test: "test/unit/service/settings/read-settings.test.ts",
    title: "is named for: …",
  },
  {
    claim: "doctor prints a server's words on one line, without control characters",
    at: "src/service/doctor/clean-lines.ts: cleaner",
    text: "inWritingOrder(redact(given))",
    without: "given",
    test: doctor,
    title: "has no control character, no line and no direction of a server's, in lines, JSON and report",
  },
  {
    claim: "doctor prints no secret that a server repeats",
    at: "src/service/doctor/clean-lines.ts: cleaner",
    text: "redact(given)",
    without: "given",
    test: doctor,
    title: "has no secret that the Token Server repeats in its errors",
  },
  {
    claim: "doctor cuts a server's words only when its secrets are out",
    at: "src/service/doctor/clean-lines.ts: cleaner",
    text: "shortened(text(line.says), mostCharacters)",
    without: "text(shortened(line.says, mostCharacters))",
    test: doctor,
    title: "removes a secret before a long text is cut",
  },
];
