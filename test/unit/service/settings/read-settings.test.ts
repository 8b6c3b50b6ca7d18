import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readSettings } from "../../../../src/service/settings/read-settings.js";
import { settingNames, settingOf, variableOf } from "../../../../src/service/settings/setting-list.js";

const required = {
  ONEGINI_LOGIN_ORIGIN: "https://www.example.com",
  ONEGINI_LOGIN_TOKEN_SERVER_URL: "https://ts.example.com",
  ONEGINI_LOGIN_CLIENT_ID: "site",
  ONEGINI_LOGIN_CLIENT_SECRET: "site-secret",
  ONEGINI_LOGIN_TYPE: "qr-code",
};

const without = (name: keyof typeof required): Record<string, string> =>
  Object.fromEntries(Object.entries(required).filter(([each]) => each !== name));

const secret = "internal-secret-of-at-least-32-characters";

interface Place {
  args?: string[];
  environment?: Record<string, string>;
  files?: Record<string, string>;
}

const readAll = ({ args = [], environment = required, files = {} }: Place = {}) =>
  readSettings(args, environment, (path) => {
    const text = files[path];
    if (text === undefined) throw Object.assign(new Error(path), { code: "ENOENT" });
    return text;
  });

const settingsOf = (place: Place) => {
  const result = readAll(place);
  return result.kind === "settings" ? result : assert.fail(JSON.stringify(result));
};

const problemsOf = (place: Place): string[] => {
  const result = readAll(place);
  return result.kind === "wrong" ? result.problems : assert.fail(result.kind);
};

describe("The settings of serve", () => {
  it("have defaults but for the site and its Token Server", () => {
    const { settings, givenAt, switches, warnings } = settingsOf({});
    assert.deepEqual(settings, {
      origin: "https://www.example.com",
      "api-origin": undefined,
      origins: [],
      path: "/otp-login",
      "token-server-url": "https://ts.example.com",
      "client-id": "site",
      "client-secret": ["site-secret"],
      type: "qr-code",
      "client-authentication": "basic",
      message: undefined,
      "max-message-length": 155,
      "hand-over-to": "/login/otp",
      host: "127.0.0.1",
      port: 8080,
      "internal-host": "127.0.0.1",
      "internal-port": 8081,
      "internal-secret": undefined,
      "operator-secret": undefined,
      "metrics-secret": undefined,
      "internal-tls-cert": undefined,
      "internal-tls-key": undefined,
      "internal-client-ca": undefined,
      proxies: 0,
      "redis-url": undefined,
      "redis-sentinels": undefined,
      "redis-master": undefined,
      "redis-cluster": undefined,
      "redis-prefix": "onegini-otp-login:",
      "redis-tls-cert": undefined,
      "redis-tls-key": undefined,
      "redis-tls-ca": undefined,
      pairing: "off",
      "pairing-keys": undefined,
      "pairing-unnumbered": "refuse",
      "pairing-digits": 4,
      "pairing-remember-days": 180,
      "result-polling": undefined,
      "callback-uri": undefined,
      "callback-username": undefined,
      "callback-password": undefined,
      "pause-file": undefined,
      drain: 2,
      limits: undefined,
      timeouts: undefined,
      log: "json",
      "log-level": "info",
      audit: "off",
      "audit-required": false,
      "pseudonym-key": undefined,
      "log-strangers": 20,
    });
    assert.equal(givenAt.get("origin"), "ONEGINI_LOGIN_ORIGIN");
    assert.deepEqual([switches.size, warnings], [0, []]);
  });

  it("mean the same as flags, as variables and in the file", () => {
    const values = {
      origin: "https://bank.example",
      "api-origin": "https://login.bank.example",
      origins: "https://a.bank.example, https://*.preview.bank.example",
      path: "/qr",
      "token-server-url": "http://localhost:3000",
      "client-id": "c",
      "client-secret": "=--x",
      type: "otp",
      "client-authentication": "body",
      message: "Log in: {number}",
      "max-message-length": "200",
      "hand-over-to": "/in",
      host: "0.0.0.0",
      port: "0",
      "internal-host": "::1",
      "internal-port": "1",
      "internal-secret": secret,
      "operator-secret": `operator-${secret}`,
      "metrics-secret": `metrics-${secret}`,
      "internal-tls-cert": "/run/tls/cert.pem",
      "internal-tls-key": "/run/tls/key.pem",
      "internal-client-ca": "/run/tls/callers.pem",
      proxies: "2",
      "redis-url": "rediss://user:password@redis:6380/1",
      "redis-sentinels": "s1,s2:26380",
      "redis-master": "mymaster",
      "redis-prefix": "shop-login:",
      "redis-tls-cert": "/run/redis/cert.pem",
      "redis-tls-key": "/run/redis/key.pem",
      "redis-tls-ca": "/run/redis/ca.pem",
      pairing: "always",
      "pairing-keys": `${secret},new-${secret}`,
      "pairing-unnumbered": "allow",
      "pairing-digits": "6",
      "pairing-remember-days": "0",
      "result-polling": "2.5",
      "callback-uri": "https://bank.example/cb",
      "callback-username": "u",
      "callback-password": "p",
      "pause-file": "/run/pause",
      drain: "0",
      log: "pretty",
      "log-level": "warn",
      audit: "audit.log",
      "audit-required": "true",
      "pseudonym-key": secret,
      "log-strangers": "100",
    };
    const names = settingNames.filter((name) => !settingOf(name).isInFileOnly);
    // Beside Sentinels there is no cluster.
    assert.deepEqual(
      Object.keys(values),
      names.filter((name) => name !== "redis-cluster"),
    );
    const asFlags = settingsOf({
      args: Object.entries(values).map(([name, value]) => `--${name}=${value}`),
      environment: {},
    }).settings;
    const environment = Object.fromEntries(
      Object.entries(values).map(([name, value]) => [variableOf(name), value]),
    );
    assert.deepEqual(settingsOf({ environment }).settings, asFlags);
    const inFile = {
      ...values,
      port: 0,
      origins: values.origins.split(", "),
      "result-polling": 2.5,
      "audit-required": true,
    };
    const files = { "site.json": JSON.stringify(inFile) };
    const { settings } = settingsOf({ args: ["--config", "site.json"], environment: {}, files });
    assert.deepEqual(settings, asFlags);
    assert.deepEqual(settings.origins, ["https://a.bank.example", "https://*.preview.bank.example"]);
  });

  it("of a flag win over the environment, and these over the file", () => {
    const files = { "site.yaml": "port: 1\nproxies: 1\nhost: 10.0.0.1 # comment\n" };
    const environment = {
      ...required,
      ONEGINI_LOGIN_CONFIG: "site.yaml",
      ONEGINI_LOGIN_PORT: "2",
      ONEGINI_LOGIN_PROXIES: "2",
    };
    const { settings, givenAt } = settingsOf({ args: ["--port", "3"], environment, files });
    assert.deepEqual([settings.port, settings.proxies, settings.host], [3, 2, "10.0.0.1"]);
    assert.equal(givenAt.get("host"), "host in site.yaml");
  });

  it("are objects in the file: limits, timeouts, and the message by language", () => {
    const yaml =
      "message: { en: Log in, nl: Inloggen }\nlimits:\n  startsPerAddress: false\ntimeouts:\n  graceSeconds: 5\n";
    const { settings } = settingsOf({ args: ["--config", "a"], files: { a: yaml } });
    assert.deepEqual(settings.message, { en: "Log in", nl: "Inloggen" });
    assert.deepEqual(settings.limits, { startsPerAddress: false });
    assert.deepEqual(settings.timeouts, { graceSeconds: 5 });
  });

  it("that are secret may come from a file, without its last line break", () => {
    const environment = without("ONEGINI_LOGIN_CLIENT_SECRET");
    const files = {
      "/run/client": "in a file\n",
      "/run/internal": secret,
      c: "redis-url-file: /run/redis\n",
      "/run/redis": "redis://r\r\n",
    };
    const { settings } = settingsOf({
      args: ["--client-secret-file", "/run/client", "--config", "c"],
      environment: { ...environment, ONEGINI_LOGIN_INTERNAL_SECRET_FILE: "/run/internal" },
      files,
    });
    assert.deepEqual(settings["client-secret"], ["in a file"]);
    assert.deepEqual(settings["internal-secret"], [secret]);
    assert.equal(settings["redis-url"], "redis://r");
  });

  it("that are secret may be two: one a line or an array, and those of the internal port also with a comma between", () => {
    const files = {
      c: "internal-secret-file: i\nclient-secret-file: s\ncallback-username: ts\ncallback-password: ['a,b', c]\n",
      i: `${secret},new-${secret}\n`,
      s: "new,secret\r\nold secret\r\n",
    };
    const environment = without("ONEGINI_LOGIN_CLIENT_SECRET");
    const { settings, secretFiles } = settingsOf({ args: ["--config", "c"], environment, files });
    assert.deepEqual(settings["internal-secret"], [secret, `new-${secret}`]);
    assert.deepEqual(settings["client-secret"], ["new,secret", "old secret"]);
    assert.deepEqual(settings["callback-password"], ["a,b", "c"]);
    assert.deepEqual(secretFiles, [
      { name: "client-secret", path: "s", where: "client-secret-file in c" },
      { name: "internal-secret", path: "i", where: "internal-secret-file in c" },
    ]);
  });

  it("that are empty variables are not set", () => {
    assert.equal(settingsOf({ environment: { ...required, ONEGINI_LOGIN_PORT: "" } }).settings.port, 8080);
  });

  it("warn of a variable that is no setting, because orchestrators add their own", () => {
    const environment = { ...required, ONEGINI_LOGIN_SERVICE_HOST: "10.0.0.1", ONEGINI_LOGIN_LIMITS: "x" };
    assert.deepEqual(settingsOf({ environment }).warnings, [
      "ONEGINI_LOGIN_SERVICE_HOST is ignored: no setting has this variable.",
      "ONEGINI_LOGIN_LIMITS is ignored: no setting has this variable.",
    ]);
  });

  it("warn where the number's keys are given and pairing is not, unless somebody writes off", () => {
    const environment = {
      ...required,
      ONEGINI_LOGIN_PAIRING_KEYS: secret,
      ONEGINI_LOGIN_PAIRING_DIGITS: "6",
    };
    const { warnings } = settingsOf({ environment });
    assert.match(
      warnings.join("\n"),
      /^pairing-keys, pairing-digits have no effect, because pairing is not given: [^\n]+$/,
    );
    assert.ok(!warnings.join("").includes(secret));
    const written = { ...environment, ONEGINI_LOGIN_PAIRING: "off" };
    assert.deepEqual(settingsOf({ environment: written }).warnings, []);
  });

  it("that a command does not need may be missing, but not wrong, and the command has flags of its own", () => {
    const read = (...args: string[]) =>
      readSettings(args, {}, () => "", {
        switches: ["json"],
        texts: ["report"],
        notNeeded: ["origin", "token-server-url", "client-id", "client-secret", "type"],
      });
    const result = read("--json", "--report", "a.txt", "--path", "/in");
    if (result.kind !== "settings") assert.fail(JSON.stringify(result));
    assert.equal(result.settings.path, "/in");
    assert.equal(result.settings.origin, undefined);
    assert.deepEqual([[...result.switches], [...result.texts]], [["json"], [["report", "a.txt"]]]);
    const wrong = read("--origin", "http://bank.example", "--check");
    if (wrong.kind !== "wrong") assert.fail(wrong.kind);
    assert.deepEqual(
      wrong.problems.map((problem) => problem.slice(0, 24)),
      ["Unknown flag --check.", "--origin must be an orig"],
    );
  });

  it("are explained by --help, whatever else is given", () => {
    assert.deepEqual(readAll({ args: ["--nonsense", "-h"], environment: {} }), { kind: "help" });
  });
});

describe("What is wrong with the settings", () => {
  it("is named all at once, with what is expected", () => {
    assert.deepEqual(problemsOf({ args: ["--prot", "1", "--log", "xml"], environment: {} }), [
      "Unknown flag --prot.",
      "Unexpected argument: a value with spaces needs quotes.",
      "origin is missing. Give an origin such as https://www.example.com: https (http on loopback only), no path, no slash at the end: as --origin, ONEGINI_LOGIN_ORIGIN, or origin in the file.",
      "token-server-url is missing. Give an address: https (http on loopback only), without user, query or fragment: as --token-server-url, ONEGINI_LOGIN_TOKEN_SERVER_URL, or token-server-url in the file.",
      "client-id is missing. Give the API client's id: as --client-id, ONEGINI_LOGIN_CLIENT_ID, or client-id in the file.",
      "client-secret is missing. Give the API client's secret, or two of them, one per line: as --client-secret, ONEGINI_LOGIN_CLIENT_SECRET, or client-secret in the file.",
      "type is missing. Give the name of the mobile authentication type, such as qr-code: as --type, ONEGINI_LOGIN_TYPE, or type in the file.",
      '--log must be json or pretty, not "xml".',
    ]);
  });

  for (const [line, problem] of [
    ["--port", "--port has no value."],
    ["--port=", "--port has no value."],
    ["--port --check", "--port has no value."],
    ["--drain -1", '--drain must be a number of seconds, 0 for none and at most 3600, not "-1".'],
    ["--pairing on", '--pairing must be off or unknown-browsers or always, not "on".'],
    ["--pairing-digits 5", '--pairing-digits must be 4 or 6, not "5".'],
    ["--pairing-keys too-short", /^--pairing-keys must be one to 4 strings of at least 32 characters/],
    [`--pairing-keys ${Array<string>(5).fill(secret).join()}`, /^--pairing-keys must be one to 4 strings/],
    ["--pairing always --message {number}", /^pairing-keys is missing\. pairing, always, needs it/],
    [`--pairing always --pairing-keys ${secret}`, /^message must be a text with {number} exactly once/],
    [`--pairing=always --pairing-keys=${secret} --message={number}{number}`, /^message must be a text with/],
    ["--audit-required yes", '--audit-required must be true or false, not "yes".'],
    ["--audit-required true", "audit-required needs audit: stdout, or the path of a file."],
    ["--pseudonym-key short", /^--pseudonym-key must be a string of at least 32 characters, without spaces/],
    ["--message {number}", "message must not have {number}, because pairing is off."],
    [
      `--pairing=always --pairing-keys=${secret} --message=Typed:{number} --max-message-length=8`,
      "message must have at most 8 characters (max-message-length).",
    ],
    [
      "--path /login/",
      '--path must be a path such as /otp-login: a slash first and none at the end, not "/login/".',
    ],
    ["--client-authentication none", '--client-authentication must be basic or body, not "none".'],
    [
      "--pairing-remember-days 401",
      '--pairing-remember-days must be a number of days from 0 to 400, not "401".',
    ],
    [
      "--callback-username a:b --callback-password p",
      '--callback-username must be a string without a colon, not "a:b".',
    ],
    ["--port 8081", "port and internal-port must be different."],
    ["--port 70000", '--port must be a whole number from 0 to 65535, not "70000".'],
    ["--limits x", "--limits can be set in the file only."],
    ["--origin http://bank.example", /^--origin must be an origin such as/],
    ["--api-origin https://bank.example/", /^--api-origin must be an origin such as/],
    ["--origins http://*.bank.example", /^--origins must be a list of origins .* patterns such as/],
    [
      "--origins https://a.example,b",
      /^--origins must be a list of origins .*, not "https:\/\/a\.example,b"\.$/,
    ],
    [
      "--token-server-url https://u:hidden@ts.example",
      /^--token-server-url must be .*, not "https:\/\/\*\*\*@ts\.example"\.$/,
    ],
    [
      "--token-server-url https://ts.example/?key=hidden",
      /^--token-server-url must be .*, not "https:\/\/ts\.example\/\?\*\*\*"\.$/,
    ],
    [
      "--redis-url http://:hidden@r",
      /^--redis-url must be an address such as redis:\/\/localhost:6379, or rediss:\/\/ for TLS\.$/,
    ],
    [
      "--redis-cluster n1:7000,login:hidden@n2",
      /^--redis-cluster must be addresses of nodes of a cluster, .*, not "n1:7000,\*\*\*@n2"\.$/,
    ],
    [
      "--redis-cluster redis://n1:7000",
      /^--redis-cluster must be addresses of nodes of a cluster, with commas between: host:port, or host alone\. User/,
    ],
    ["--redis-cluster n1 --redis-url redis://n1/2", "redis-url must have no database: a cluster has only 0."],
    [
      "--redis-sentinels asker:hidden@s1,s2 --redis-master mymaster",
      /^--redis-sentinels must be addresses of Sentinels with one user and password for all of them\.$/,
    ],
    [
      `--internal-secret ${secret} --operator-secret other-${secret},${secret}`,
      "internal-secret and operator-secret have the same secret. Give each its own: openssl rand -base64 32.",
    ],
    [
      `--operator-secret ${secret} --metrics-secret ${secret}`,
      "operator-secret and metrics-secret have the same secret. Give each its own: openssl rand -base64 32.",
    ],
    ["--metrics-secret hidden", /^--metrics-secret must be a string of at least 32 characters[^"]*\.$/],
    ["--internal-tls-cert a", "internal-tls-cert and internal-tls-key must be given together."],
    ["--internal-tls-key a", "internal-tls-cert and internal-tls-key must be given together."],
    ["--redis-url rediss://r --redis-tls-key a", "redis-tls-cert and redis-tls-key must be given together."],
    [
      "--internal-client-ca a",
      /^internal-client-ca needs internal-tls-cert: without TLS there are no client/,
    ],
    ["--redis-url redis://r --redis-tls-ca a", "redis-tls-ca needs a redis-url that begins with rediss://."],
    ["--redis-sentinels s1", "redis-sentinels and redis-master must be given together."],
    ["--redis-master mymaster", "redis-sentinels and redis-master must be given together."],
    [
      "--redis-sentinels s1 --redis-master mymaster --redis-cluster n1",
      "redis-sentinels and redis-cluster cannot both be given.",
    ],
    [
      `--internal-secret ${secret},hidden`,
      /^--internal-secret must be a string of at least 32 characters[^"]*, separated by a comma\.$/,
    ],
    [
      `--internal-secret ${[secret, secret, secret].join()}`,
      /^--internal-secret must be a string of at least/,
    ],
    ["--client-secret hidden\n", /^--client-secret must be the API client's secret, or two of them[^"]*\.$/],
    ["--client-secret hidden\nhidden\nhidden", /^--client-secret must be the API client's secret/],
    ["--internal-secret hidden", /^--internal-secret must be a string of at least 32 characters[^"]*\.$/],
    [
      "--internal-host 0.0.0.0",
      /^internal-secret is missing\. It is needed because internal-host, 0\.0\.0\.0, can be reached/,
    ],
    ["--callback-username u", "callback-username and callback-password must be given together."],
    ["--message four --max-message-length 3", "message must have at most 3 characters (max-message-length)."],
    ["--config none.yaml", "The file none.yaml cannot be read (ENOENT)."],
    ["--internal-secret-file none", "--internal-secret-file names a file that cannot be read (ENOENT)."],
    ["--config list", "The file list must contain an object of settings."],
    ["--config unknown", "Unknown setting in unknown, at line 2, column 3."],
    [
      "--config no-secret",
      /^internal-secret in no-secret must be a string of at least 32 characters[^"]*\.$/,
    ],
    ["--config types", "client-id in types must be the API client's id, not 12."],
    ["--config broken", /^The file broken is neither YAML nor JSON: .*line 2.*\.$/],
  ] as [string, string | RegExp][]) {
    it(`is named for: ${line}`, () => {
      const files = {
        list: "- origin",
        unknown: '{\n  "hidden": 1 }',
        "no-secret": "internal-secret: []",
        types: "client-id: 12",
        broken: 'client-secret: "hidden\nport: [',
      };
      const environment = line === "--config types" ? without("ONEGINI_LOGIN_CLIENT_ID") : required;
      const problems = problemsOf({ args: line.split(" "), environment, files });
      assert.equal(problems.length, 1, problems.join("\n"));
      const [found = ""] = problems;
      if (typeof problem === "string") assert.equal(found, problem);
      else assert.match(found, problem);
      assert.doesNotMatch(found, /hidden|\n/);
    });
  }

  const place =
    /^The file s\.yaml is neither YAML nor JSON: [A-Z_]+(?: at line \d+, column \d+)?\. A string that begins with one of/;
  const bomb = [...Array(12).keys()].map((at) =>
    at === 0
      ? "a0: &a0 [hidden]"
      : `a${at}: &a${at} [${Array(9)
          .fill(`*a${at - 1}`)
          .join()}]`,
  );
  for (const [what, yaml, at] of [
    ["a secret that begins with *", "client-secret: *hidden", "line 1, column 16"],
    ["the same in a second line", "port: 1\ninternal-secret: *hidden", "line 2, column 18"],
    ["a secret that begins with |", "client-secret: |hidden", "line 1, column 17"],
    ["a secret that begins with >", "client-secret: >hidden", "line 1, column 17"],
    ["a secret that begins with @", "client-secret: @hidden", "line 1, column 16"],
    ["a secret that begins with !", "client-secret: !hidden", "line 1, column 16"],
    ["a secret that begins with !, with a blank in it", "client-secret: !hidden x", "line 1, column 16"],
    ["a secret that begins with &, twice", "client-secret: &hidden &hidden x", "line 1, column 24"],
    ["a secret that begins with %", "client-secret: %hidden", "line 1, column 16"],
    ["a secret that begins with ]", "client-secret: ]hidden", "line 1, column 16"],
    ["a secret with a backslash in quotation marks", 'client-secret: "\\hidden"', "line 1, column 17"],
    ["a secret as a key, twice", "hidden: 1\nhidden: 2", "line 2, column 1"],
    ["an alias of itself", "client-secret: &hidden [*hidden]", undefined],
    ["aliases of aliases without end", bomb.join("\n"), undefined],
  ] as const)
    it(`is a code and a place in the file, and nothing of its text: ${what}`, () => {
      const [found = "", ...more] = problemsOf({ args: ["--config", "s.yaml"], files: { "s.yaml": yaml } });
      assert.deepEqual(more, []);
      assert.match(found, place);
      if (at !== undefined) assert.equal(/ at (line \d+, column \d+)/.exec(found)?.[1], at);
      assert.doesNotMatch(found, /hidden|\n|\[\[/);
    });

  it("is an unknown key of the file, by its place alone: a secret may stand there", () => {
    for (const [yaml, at] of [
      ["port: 1\nhidden-secret: x", ", at line 2, column 1"],
      ["? hidden\n: x", ", at line 1, column 3"],
      ["port: &a hidden\n*a : x", ""],
      ["? [hidden]\n: x", ""],
    ] as const)
      assert.equal(
        problemsOf({ args: ["--config", "s.yaml"], files: { "s.yaml": yaml } })[0],
        `Unknown setting in s.yaml${at}.`,
      );
  });

  it("does not repeat an object in place of a text, nor an argument after a secret", () => {
    const nested = { "s.yaml": "type:\n  client-secret: hidden" };
    assert.deepEqual(
      problemsOf({
        args: ["--config", "s.yaml"],
        environment: without("ONEGINI_LOGIN_TYPE"),
        files: nested,
      }),
      ["type in s.yaml must be the name of the mobile authentication type, such as qr-code."],
    );
    const args = ["--callback-username", "u", "--callback-password", "two", "hidden"];
    assert.deepEqual(problemsOf({ args }), ["Unexpected argument: a value with spaces needs quotes."]);
  });

  it("is not an alias that is used as it should be", () => {
    const files = {
      "s.yaml":
        "message: &text { en: Log in }\nlimits: { startsPerAddress: &off false, startsPerBrowser: *off }",
    };
    const { settings } = settingsOf({ args: ["--config", "s.yaml"], files });
    assert.deepEqual(settings.limits, { startsPerAddress: false, startsPerBrowser: false });
  });

  it("is the file alone that cannot be read: what is missing may be in it", () => {
    assert.deepEqual(problemsOf({ args: ["--config", "none.yaml"], environment: {}, files: {} }), [
      "The file none.yaml cannot be read (ENOENT).",
    ]);
  });

  it("is a secret that is given in two ways by one source", () => {
    const args = ["--internal-secret", secret, "--internal-secret-file", "f"];
    assert.deepEqual(problemsOf({ args }), [
      "--internal-secret and --internal-secret-file are the same setting. Give only one of them.",
    ]);
  });
});
