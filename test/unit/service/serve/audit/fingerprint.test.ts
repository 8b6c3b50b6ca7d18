import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  secretsFingerprint,
  settingsFingerprint,
} from "../../../../../src/service/serve/audit/fingerprint.js";
import { readSettings } from "../../../../../src/service/settings/read-settings.js";
import type { Settings } from "../../../../../src/service/settings/setting-list.js";

const pseudonymKey = "a-key-of-pseudonyms-of-32-characters";

function settingsOf(more: Record<string, unknown> = {}): Settings {
  const settings = {
    ...{ origin: "https://www.example.com", "token-server-url": "https://ts.example.com", type: "qr-code" },
    ...{
      "client-id": "site",
      "client-secret": "one",
      limits: { waiting: false, streams: { a: 1, b: 2 } },
      ...more,
    },
  };
  const result = readSettings(["--config", "site.json"], {}, () => JSON.stringify(settings));
  return result.kind === "settings" ? result.settings : assert.fail(JSON.stringify(result));
}

describe("the fingerprint of the settings", () => {
  test("is the same for the same settings, in whatever order they are written", () => {
    const one = settingsFingerprint(settingsOf());
    assert.match(one, /^[0-9a-f]{16}$/);
    assert.equal(
      settingsFingerprint(settingsOf({ limits: { streams: { b: 2, a: 1 }, waiting: false } })),
      one,
    );
  });

  test("differs where a setting does, or the number of secrets", () => {
    const all = [
      ...[{}, { proxies: 1 }, { "client-id": "other" }, { "client-secret": ["one", "two"] }],
      ...[{ "redis-url": "redis://localhost" }, { limits: { streams: { a: 1, b: 3 } } }],
    ].map((more) => settingsFingerprint(settingsOf(more)));
    assert.equal(new Set(all).size, all.length);
  });

  test("tells nothing of a secret", () => {
    const one = settingsFingerprint(settingsOf({ "redis-url": "redis://login:guess@redis" }));
    assert.equal(settingsFingerprint(settingsOf({ "redis-url": "redis://login:other@redis" })), one);
  });
});

describe("the fingerprint of the secrets", () => {
  test("is there with a key only, and differs where a secret or the key does", () => {
    assert.equal(secretsFingerprint(settingsOf()), undefined);
    const keyed = { "pseudonym-key": pseudonymKey };
    const all = [
      ...[keyed, { ...keyed, "client-secret": "two" }, { ...keyed, "redis-url": "redis://localhost" }],
      { "pseudonym-key": `${pseudonymKey}2` },
    ].map((more) => secretsFingerprint(settingsOf(more)));
    assert.equal(new Set(all).size, all.length);
    assert.equal(secretsFingerprint(settingsOf({ ...keyed, proxies: 1 })), all[0]);
  });
});
