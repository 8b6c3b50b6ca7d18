import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { encode, fullWidth, margin, modulePixelsAtFullWidth } from "../../../src/protocol/qr.js";
import { fillOtp, parseQrLink } from "../../../src/protocol/qr-link.js";
import { otp } from "../../element/support/models.js";

/** A link of so many characters besides the OTP. */
const linkOf = (length: number): string => `${"https://bank.example/#".padEnd(length, "x")}{otp}`;
const sizeWith = (link: string): number => encode(fillOtp(parseQrLink(link), otp)).size;

describe("the link in a code", () => {
  for (const [link, filled] of [
    ["https://bank.example/app#{otp}", "https://bank.example/app#a%2B%2F%3D"],
    ["https://bank.example/app#otp={otp}&v=2", "https://bank.example/app#otp=a%2B%2F%3D&v=2"],
    [" HTTPS://Bank.Example#{otp}", "https://bank.example/#a%2B%2F%3D"],
    ["https://bänk.example/é#{otp}", "https://xn--bnk-qla.example/%C3%A9#a%2B%2F%3D"],
  ] as const)
    test(`contains the OTP, percent-encoded: ${link}`, () => {
      assert.equal(fillOtp(parseQrLink(link), "a+/="), filled);
    });

  test("may come as a URL from a page without types", () => {
    const link = new URL("https://bank.example/app#{otp}") as unknown as string;
    assert.equal(fillOtp(parseQrLink(link), "a="), "https://bank.example/app#a%3D");
  });

  for (const link of [
    "http://bank.example/app#{otp}",
    "myapp://qrlogin#{otp}",
    "javascript:alert(1)//#{otp}",
    "/app#{otp}",
    "app",
    "https://",
    "",
  ])
    test(`must be https: "${link}" is rejected`, () => {
      assert.throws(() => parseQrLink(link), {
        name: "TypeError",
        message: /^"qrLink" is wrong; expected an https link/,
      });
    });

  for (const link of [
    "https://bank.example/app",
    "https://bank.example/app#",
    "https://bank.example/app?otp={otp}",
    "https://bank.example/app?otp={otp}#login",
    "https://bank.example/app?otp={otp}#{otp}",
    "https://bank.example/{otp}#{otp}",
    "https://{otp}.example/#{otp}",
    "https://bank.example/app#%7Botp%7D",
  ])
    test(`must have the OTP in its fragment alone: ${link} is rejected`, () => {
      assert.throws(() => parseQrLink(link), {
        name: "TypeError",
        message: /expected \{otp\} once, in its fragment/,
      });
    });

  test("may have 110 characters besides the OTP, and no more", () => {
    assert.equal(sizeWith(linkOf(110)), 61);
    for (const link of [linkOf(111), "https://bank.example/#{otp}{otp}"])
      assert.throws(() => parseQrLink(link), { name: "TypeError", message: /at most 110 characters/ });
  });

  test("has at least four CSS pixels per module in a card of 280, and whole ones at full width", () => {
    for (let length = 22; length <= 110; length++) {
      const size = sizeWith(linkOf(length));
      // The stage of a card of 280 CSS pixels is 262 wide.
      assert.ok(4 * size <= 262 - margin, `${length}: ${size} modules`);
      const module = modulePixelsAtFullWidth(size);
      assert.ok(Number.isInteger(module) && module >= 4 && module * size <= fullWidth - margin, `${module}`);
    }
  });
});
