import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { Certificates, readCertificates } from "../../../../src/service/serve/certificates.js";
import { makeAuthority } from "../../../support/services/certificate.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const folder = temporaryFolder({ after: (end) => void test.after(end) });
const bank = makeAuthority(folder, "bank");
const [first, second] = [bank.issue("first"), bank.issue("second")];
const textOf = (path: string): string => readFileSync(path, "utf8");
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

const none = {
  "internal-tls-cert": undefined,
  "internal-tls-key": undefined,
  "internal-client-ca": undefined,
  "redis-tls-cert": undefined,
  "redis-tls-key": undefined,
  "redis-tls-ca": undefined,
};

describe("The files of certificates", () => {
  const pair = { "internal-tls-cert": first.certificate, "internal-tls-key": first.key };
  const locked = join(folder, "locked.key");
  execFileSync("openssl", ["ec", "-in", first.key, "-aes128", "-passout", "pass:secret", "-out", locked], {
    stdio: "pipe",
  });
  const half = textOf(first.certificate) + textOf(second.certificate).slice(0, 300);
  for (const [what, settings, description] of [
    [
      "that cannot be read",
      { ...pair, "internal-tls-cert": join(folder, "missing.pem") },
      "internal-tls-cert names a file that cannot be read (ENOENT).",
    ],
    [
      "that are a folder",
      { ...pair, "internal-tls-key": folder },
      "internal-tls-key names a file that cannot be read (EISDIR).",
    ],
    [
      "without a certificate",
      { ...pair, "internal-tls-cert": first.key },
      "internal-tls-cert must be a file with certificates in PEM.",
    ],
    [
      "whose last certificate is not whole",
      { ...pair, "internal-client-ca": file("half.pem", half) },
      "internal-client-ca must be a file with certificates in PEM.",
    ],
    [
      "without a key",
      { ...pair, "internal-tls-key": first.certificate },
      "internal-tls-key must be a file with a private key in PEM, without a passphrase.",
    ],
    [
      "with a passphrase",
      { ...pair, "internal-tls-key": locked },
      "internal-tls-key must be a file with a private key in PEM, without a passphrase.",
    ],
    [
      "that do not belong together",
      { "redis-tls-cert": first.certificate, "redis-tls-key": second.key },
      "redis-tls-key does not belong to the first certificate of redis-tls-cert.",
    ],
  ] as const)
    test(`${what} are refused, with the setting's name`, () => {
      const read = readCertificates({ ...none, ...settings });
      assert.ok(!(read instanceof Certificates));
      assert.equal(read.description, description);
    });

  test("may be none, or of one use only", () => {
    assert.ok(readCertificates(none) instanceof Certificates);
    const read = readCertificates({ ...none, "redis-tls-ca": bank.certificate });
    assert.ok(read instanceof Certificates);
    assert.deepEqual([read.internal, read.redisTls], [{}, { ca: [textOf(bank.certificate)] }]);
    assert.deepEqual(read.paths, [bank.certificate]);
  });

  test("change for Redis in the lists that its client has, and only after a connection with them", async () => {
    const [cert, key] = [file("redis.pem", textOf(first.certificate)), file("redis.key", textOf(first.key))];
    const read = readCertificates({ ...none, "redis-tls-cert": cert, "redis-tls-key": key });
    assert.ok(read instanceof Certificates);
    const { redisTls } = read;
    const { cert: list } = redisTls;
    assert.deepEqual(await read.reread(textOf, () => assert.fail("Nothing has changed.")), {
      changed: [],
      problems: [],
    });

    file("redis.pem", textOf(second.certificate));
    file("redis.key", textOf(second.key));
    assert.deepEqual(await read.reread(textOf, () => Promise.resolve("Redis refuses it.")), {
      changed: [],
      problems: [{ setting: "redis-tls-cert", description: "Redis refuses it." }],
    });
    assert.deepEqual(redisTls.cert, [textOf(first.certificate)]);

    const tried: unknown[] = [];
    const { changed } = await read.reread(textOf, (tls) => {
      tried.push(tls);
      return Promise.resolve(undefined);
    });
    assert.deepEqual(changed, ["redis-tls-cert", "redis-tls-key"]);
    const now = { cert: [textOf(second.certificate)], key: [textOf(second.key)] };
    assert.deepEqual([tried, redisTls], [[now], now]);
    assert.equal(redisTls.cert, list);
  });
});
