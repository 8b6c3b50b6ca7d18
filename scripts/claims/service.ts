import type { Claims } from "./defence.js";

/** The login service: its two ports, and what it writes. */
export const service: Claims = {
  "test/unit/service/serve/service.test.ts": {
    "The internal port needs the secret": {
      at: "src/service/serve/ports/internal-server.ts: requireSecret",
      replace: ["!fits.includes(true)", 'given === ""'],
      title: "needs the secret for every address but /health and /ready, and uses no ticket without it",
    },
    "The public port has nothing of the internal one": {
      at: "src/service/serve/service.ts: startService",
      replace: [
        "createPublicServer({ logIn, files, path: settings.path, readiness })",
        "createInternalServer({ kit, log, metrics, readiness, forgotten, secrets: internalSecrets })",
      ],
      title: "serves nothing of the internal one, even with the secret",
    },
  },
  "test/unit/service/serve/telemetry/stranger-sampling.test.ts": {
    "A flood is a share of its lines in the log": {
      at: "src/service/serve/telemetry/stranger-sampling.ts: StrangerSampling.#count",
      remove: "if (!isIn(oneOf)) return 0;",
      title: "are a share in a flood of …, and say how many they stand for",
    },
    "A flood of refused calls of one attempt is a share of its lines": {
      at: "src/service/serve/telemetry/stranger-sampling.ts: StrangerSampling.standsFor",
      replace: [".ofLine()", ".ofAttempt((event as { attempt: string }).attempt)"],
      title: "that may be any number of one attempt are a share each",
    },
    "A flood hides no warning and no acceptance in the log": {
      at: "src/service/serve/telemetry/stranger-sampling.ts: StrangerSampling.standsFor",
      remove: "if (…) return 1;",
      title: "leave out no warning, no error and nothing from an acceptance on",
    },
    "The service's log of a flood is a share": {
      at: "src/service/serve/create-kit.ts: createKit",
      replace: ["(log, namingSettings(event), sampling.standsFor(event));", "(log, namingSettings(event));"],
      title: "writes a share of a flood, counts all of it, and logs a login in it from the acceptance on",
    },
  },
  "test/unit/service/serve/telemetry/traces.test.ts": {
    "A trace says nobody's name": {
      at: "src/service/serve/telemetry/traces.ts: attributesOf",
      replace: ["attributeNames.includes(entry[0])", "true"],
      title: "a login is one trace over all nodes, and nobody's secret or name is in it",
    },
    "A refused request makes no span": {
      at: "src/service/serve/telemetry/traces.ts: traceEvent",
      remove: "|| unwanted.includes(event.type)",
      title: "a refused request makes no span, whatever attempt it names",
    },
  },
  "test/unit/service/serve/several-processes.test.ts": {
    "Services with a prefix each share nothing on one Redis": {
      at: "src/service/serve/store/store.ts: openStore",
      replace: ["prefix, onError", "onError"],
      title: "services with a redis-prefix each share nothing on one Redis, not even for one origin",
    },
  },
  "test/unit/service/serve/serve-command.test.ts": {
    "--check shows no secret": {
      at: "src/service/serve/serve-command.ts: summaryOf",
      remove: 'settingOf(name).isSecret ? "(secret)" :',
      title: "says with --check what it would do, without a secret, and exits with 0",
    },
  },
  "test/unit/service/settings/read-settings.test.ts": {
    "A settings file that cannot be read shows nothing of its text": {
      at: "src/service/settings/parse-yaml.ts: parseYaml",
      replace: ["problem(wrong.code, wrong.pos[0])", "{ problem: wrong.message }"],
      title: "is a code and a place in the file, and nothing of its text: …",
    },
    "The internal port is not open to others without a secret of the site's": {
      at: "src/service/settings/read-settings.ts: problemsTogether",
      replace: ["!isLoopback(internalHost)", "false"],
      title: "is named for: …",
    },
  },
  "test/unit/service/doctor/tenant/check-tenant.test.ts": {
    "doctor prints a server's words on one line, without control characters": {
      at: "src/service/doctor/clean-lines.ts: cleaner",
      replace: ["inWritingOrder(redact(given))", "given"],
      title: "has no control character, no line and no direction of a server's, in lines, JSON and report",
    },
    "doctor prints no secret that a server repeats": {
      at: "src/service/doctor/clean-lines.ts: cleaner",
      replace: ["redact(given)", "given"],
      title: "has no secret that the Token Server repeats in its errors",
    },
    "doctor cuts a server's words only when its secrets are out": {
      at: "src/service/doctor/clean-lines.ts: cleaner",
      replace: ["shortened(text(line.says), mostCharacters)", "text(shortened(line.says, mostCharacters))"],
      title: "removes a secret before a long text is cut",
    },
  },
};
