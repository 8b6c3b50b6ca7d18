import { expect } from "chai";
import { takeAppReturn } from "../../../src/element/app-link/app-return.js";

interface Page {
  oneginiOtpLoginEarly?: unknown;
}

describe("what the app puts into the page's address", () => {
  const before = location.href;
  afterEach(() => {
    delete (globalThis as Page).oneginiOtpLoginEarly;
    history.replaceState(null, "", before);
  });

  const take = (hash: string): [number: string | undefined | false, left: string] => {
    history.replaceState({ router: 7 }, "", `/login?next=%2Forders${hash}`);
    const found = takeAppReturn();
    expect(history.state).to.deep.equal({ router: 7 });
    expect(location.search).to.equal("?next=%2Forders");
    return [
      found ? found.number : false,
      location.href.slice(location.origin.length + "/login?next=%2Forders".length),
    ];
  };

  for (const [hash, number, left] of [
    ["#otp-return=4713", "4713", ""],
    ["#otp-return=471300", "471300", ""],
    ["#otp-return", undefined, ""],
    ["#otp-return=4713&tab=2", "4713", "#tab=2"],
    ["#tab=2&otp-return=4713", "4713", "#tab=2"],
    ["#tab=2&otp-return=4713&x=%20", "4713", "#tab=2&x=%20"],
    ["#/login?otp-return=4713", "4713", "#/login"],
    ["#/login?otp-return=4713&x=1", "4713", "#/login?x=1"],
    ["#/login?x=1&otp-return", undefined, "#/login?x=1"],
  ] as const)
    it(`finds ${number ?? "a return without a number"} in ${hash}, and leaves the rest`, () => {
      expect(take(hash)).to.deep.equal([number, left]);
    });

  for (const [hash, left] of [
    ["#otp-return=", ""],
    ["#otp-return=12a", ""],
    ["#otp-return=123", ""],
    ["#otp-return=12345", ""],
    ["#otp-return=1234567", ""],
    ["#otp-return=٤٧١٣", ""],
    ["#otp-return=4713=", ""],
    ["#otp-return=4713?x", ""],
    ["#otp-return=xotp-return=4713", ""],
    ["#otp-return=?otp-return=4713", ""],
    ["#otp-return=4713&otp-return=4714", ""],
    ["#otp-return&otp-return", ""],
    ["#a=1&otp-return=4713&b=2&otp-return", "#a=1&b=2"],
    [`#otp-return=${"9".repeat(10_000)}`, ""],
    // Firefox takes at most 1 MiB.
    [`#a=1${"&otp-return".repeat(90_000)}`, "#a=1"],
  ] as const)
    it(`removes a malformed ${hash.slice(0, 40)}, and takes it for none`, () => {
      expect(take(hash)).to.deep.equal([false, left]);
    });

  for (const hash of ["", "#tab=2", "#otp-returned=4713", "#my-otp-return=4713", "#x=otp-return"])
    it(`leaves ${hash || "an address without a fragment"} as it is`, () => {
      expect(take(hash)).to.deep.equal([false, hash]);
    });

  it("gives it once, also where early.js has taken it", () => {
    (globalThis as Page).oneginiOtpLoginEarly = { appReturn: { number: "4713" } };
    expect(takeAppReturn()).to.deep.equal({ number: "4713" });
    expect(takeAppReturn()).to.equal(undefined);
  });
});
