import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { systemRuntime } from "../../../../src/server/runtime.js";
import { basicAuthorization, redactor } from "../../../../src/server/token-server/client-credentials.js";
import { TokenServerClient } from "../../../../src/server/token-server/token-server-client.js";

/** So short that nothing but its own form tells that it is a secret, and written differently in each form. */
const secret = 'a b"c';

describe("the Token Server's words", () => {
  for (const [form, written] of [
    ["as it is", 'a b"c'],
    ["as it is sent", basicAuthorization("bank", 'a b"c')],
    ["in JSON", JSON.stringify('a b"c')],
    ["percent-encoded", "a%20b%22c"],
    ["form-encoded", "a+b%22c"],
  ] as const) {
    test(`are logged without the client's secret ${form}`, () => {
      const text = redactor("bank", ["x", secret])(`invalid_client: ${written}.`);
      assert.match(text, /^invalid_client: \W*(Basic )?\[secret\]=*"?\.$/);
    });
  }

  test("keep the names of errors, whose length makes them look like a key", () => {
    const redact = redactor("bank", [secret]);
    for (const name of [
      "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED",
      "mobile_authentication_is_not_enabled_for_client",
    ])
      assert.equal(redact(`no: ${name}.`), `no: ${name}.`);
    for (const key of [
      "A".repeat(40),
      `AB_${"A1".repeat(20)}`,
      `${"ab_Cd".repeat(8)}`,
      `pk_${"a".repeat(40)}`,
    ])
      assert.equal(redact(`no: ${key}.`), "no: [secret].");
  });

  test("are logged without a secret that a line break or a control character parts", () => {
    assert.equal(
      redactor("bank", [secret])('no: a\nb"c, a\u009bb"c, a b"c'),
      "no: [secret], [secret], [secret]",
    );
    const redact = redactor("bank", ["Zx9-super-secret"]);
    for (const mark of ["\n", "\0", "\u009b", "\u200b", "\u00ad", "\u202e", "\ud800"])
      assert.equal(
        redact(`no: Zx9-su${mark}per-sec${mark}${mark}ret.`),
        "no: [secret].",
        JSON.stringify(mark),
      );
  });

  test("are read in time, whatever they are", { timeout: 20_000 }, () => {
    const redact = redactor("bank", ["a b c d e f"]);
    for (const text of [
      "\0".repeat(200_000),
      `a${"\0 ".repeat(100_000)}`,
      "a\0".repeat(100_000),
      "a b ".repeat(50_000),
    ])
      assert.doesNotMatch(redact(text), /secret/);
  });
});

describe("the kit's words about a call that got no answer", () => {
  const reasonOf = async (error: Error, clientSecret: string): Promise<string> => {
    const settings = {
      url: "https://ts.example",
      clientId: "bank",
      clientSecrets: () => [clientSecret],
      clientAuthentication: "basic",
      type: "qr-code",
      callbackUri: "https://bank.example/otp-login/callback",
      timeoutMs: 1000,
    } as const;
    const reject = () => Promise.reject(error);
    const outcome = await new TokenServerClient(settings, reject, systemRuntime).result("a");
    return outcome.kind === "unanswered" ? outcome.trouble.reason : assert.fail(outcome.kind);
  };

  test("have the system's code as it is, whatever the secret is", async () => {
    for (const [code, clientSecret] of [
      ["ECONNRESET", "reset"],
      ["ECONNRESET", "ECONNRESET"],
      ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "ts"],
    ] as const) {
      const error = Object.assign(new Error("read"), { code });
      assert.equal(
        await reasonOf(error, clientSecret),
        `could not be reached at https://ts.example (${code})`,
      );
    }
  });

  test("have no secret of an error that a transport throws", async () => {
    for (const error of [
      new Error("no header Basic my-secret"),
      Object.assign(new Error("no"), { code: "with my-secret" }),
    ])
      assert.match(await reasonOf(error, "my-secret"), /\((?:no header Basic|with) \[secret\]\)$/);
  });
});
