import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { basicAuthorization, redactor } from "../../../../src/server/token-server/client-credentials.js";

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
});
