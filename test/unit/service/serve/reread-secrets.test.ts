import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { Certificates } from "../../../../src/service/serve/certificates.js";
import { secretsReader, type RereadReason } from "../../../../src/service/serve/reread-secrets.js";
import { createLog } from "../../../../src/service/serve/telemetry/log.js";
import { readSettings } from "../../../../src/service/settings/read-settings.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const [first, second, third] = ["first", "second", "third"].map(
  (name) => `${name}-secret-of-32-or-more-characters`,
);

/** The reader of a service whose secrets of the internal port, and the address of Redis, are in files. */
function service(t: TestContext) {
  const folder = temporaryFolder(t);
  const put = (name: string, text: string): string => {
    writeFileSync(join(folder, name), `${text}\n`);
    return join(folder, name);
  };
  const result = readSettings(
    [
      ...["--origin", "http://localhost", "--token-server-url", "http://localhost:9", "--client-id", "a"],
      ...["--client-secret-file", put("client", "one"), "--type", "c"],
      ...["--internal-secret-file", put("internal", first ?? "")],
      ...["--operator-secret-file", put("operator", second ?? "")],
      ...["--redis-url-file", put("redis", "redis://login:old@localhost")],
    ],
    {},
  );
  if (result.kind !== "settings") return assert.fail(JSON.stringify(result));
  const { settings, secretFiles } = result;
  const secrets = { ...settings };
  let lines: unknown[] = [];
  const redis = { problem: undefined as string | undefined, tried: [] as unknown[] };
  const reader = secretsReader({
    secrets,
    files: secretFiles,
    certificates: new Certificates(settings, { internal: {}, redis: {} }),
    useCertificates: () => assert.fail("There are none."),
    checkRedis({ url }) {
      redis.tried.push(url);
      return Promise.resolve(redis.problem);
    },
    log: createLog("json", {
      write(line) {
        const { time, ...rest } = JSON.parse(line) as Record<string, unknown>;
        assert.equal(typeof time, "string");
        lines.push(rest);
      },
    }),
  });
  const read = (reason: RereadReason) => reader(reason, (path) => readFileSync(path, "utf8"));
  /** The lines since the last time. */
  const said = (): unknown[] => {
    const since = lines;
    lines = [];
    return since;
  };
  return { put, secrets, read, said, redis };
}

describe("The secrets that are read again", () => {
  test("are the ones that have changed; nothing is said of a look that finds none, unless it was asked for", async (t) => {
    const { put, secrets, read, said } = service(t);
    assert.deepEqual([await read("watch"), said()], [true, []]);
    const nothing = { level: "info", event: "secrets_read", changed: [] };
    assert.deepEqual([await read("signal"), said()], [true, [nothing]]);
    put("internal", `${first},${third}`);
    put("client", "one\ntwo");
    assert.equal(await read("watch"), true);
    assert.deepEqual(said(), [{ ...nothing, changed: ["client-secret", "internal-secret"] }]);
    assert.deepEqual(
      [secrets["internal-secret"], secrets["client-secret"]],
      [
        [first, third],
        ["one", "two"],
      ],
    );
  });

  test("stay as they were where the file is wrong, which is said once, and again on a signal", async (t) => {
    const { put, secrets, read, said } = service(t);
    put("internal", "");
    put("client", "two");
    assert.equal(await read("watch"), false);
    const [wrong, changed] = said() as Record<string, unknown>[];
    assert.deepEqual([wrong?.["event"], wrong?.["setting"]], ["secret_not_read", "internal-secret"]);
    assert.match(String(wrong?.["description"]), /^--internal-secret-file must be a string of at least 32/);
    assert.deepEqual(changed?.["changed"], ["client-secret"]);
    assert.deepEqual(secrets["internal-secret"], [first]);
    assert.deepEqual([await read("watch"), said()], [false, []]);
    await read("signal");
    assert.deepEqual(said()[0], wrong);
    put("internal", third ?? "");
    assert.equal(await read("watch"), true);
    assert.deepEqual(secrets["internal-secret"], [third]);
  });

  test("are not the same in two settings", async (t) => {
    const { put, secrets, read, said } = service(t);
    put("operator", `${second},${first}`);
    assert.equal(await read("watch"), false);
    assert.deepEqual(said(), [
      {
        level: "error",
        event: "secret_not_read",
        setting: "operator-secret",
        description:
          "internal-secret and operator-secret have the same secret. Give each its own: openssl rand -base64 32.",
      },
    ]);
    assert.deepEqual(secrets["operator-secret"], [second]);
  });

  test("are tried at Redis first", async (t) => {
    const { put, secrets, read, said, redis } = service(t);
    const next = "redis://login:new@localhost";
    put("redis", next);
    redis.problem = "Redis cannot be used.";
    assert.equal(await read("watch"), false);
    const [line] = said() as Record<string, unknown>[];
    assert.deepEqual([line?.["setting"], line?.["description"]], ["redis-url", "Redis cannot be used."]);
    assert.equal(secrets["redis-url"], "redis://login:old@localhost");
    redis.problem = undefined;
    assert.equal(await read("watch"), true);
    assert.deepEqual([secrets["redis-url"], redis.tried], [next, [next, next]]);
  });
});
