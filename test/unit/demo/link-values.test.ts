import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { mayComeFromLink } from "../../../demo/client/playground/link-values.js";

const page = "https://demo.example/playground#width=333";

describe("a link to the playground", () => {
  for (const name of ["endpoint", "redirect", "app-link", "qr-link"]) {
    for (const value of [
      "",
      "/account",
      "/phone#otp={otp}",
      "account?next=//evil.example",
      "https://demo.example/app#{otp}",
    ])
      test(`may set ${name} to ${JSON.stringify(value)}`, () => {
        assert.equal(mayComeFromLink(name, value, page), true);
      });

    for (const value of [
      "https://evil.example/#{otp}",
      "//evil.example/#{otp}",
      "/\\evil.example/",
      "\t//evil.example/",
      "https:\\\\evil.example",
      "http://demo.example/",
      "https://demo.example:8443/",
      "https://demo.example@evil.example/",
      "https://demo.example{otp}/",
      "https://[",
      "javascript:alert(1)",
      " java\nscript:alert(1)",
      "data:text/html,x",
      "blob:https://demo.example/1",
      "intent://x#Intent;scheme=https;end",
      "evilapp://login?otp={otp}",
      "evilapp:{otp}",
    ])
      test(`may not set ${name} to ${JSON.stringify(value)}`, () => {
        assert.equal(mayComeFromLink(name, value, page), false);
      });
  }

  test("may set any other field", () => {
    assert.equal(mayComeFromLink("slot-footer", "https://evil.example/", page), true);
  });
});
