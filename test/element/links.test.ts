import { expect } from "chai";
import { appLinkFor, redirectTarget } from "../../src/element/links.js";

describe("the link into the app", () => {
  it("contains the OTP, percent-encoded", () => {
    expect(appLinkFor("myapp://qrlogin?otp={otp}", "a+/=&$&")).to.equal(
      "myapp://qrlogin?otp=a%2B%2F%3D%26%24%26",
    );
  });
  it("may be on the page's own site", () => {
    expect(appLinkFor("/phone#otp={otp}", "a=")).to.equal(`${location.origin}/phone#otp=a%3D`);
  });
  for (const template of [
    "javascript:alert(1)//{otp}",
    " JavaScript:alert('{otp}')",
    "java\nscript:alert('{otp}')",
    "\u0001javascript:alert('{otp}')",
    "data:text/html,{otp}",
    "blob:{otp}",
    "http://[",
    "",
    null,
    undefined,
  ])
    it(`rejects ${JSON.stringify(template)}`, () => {
      expect(appLinkFor(template, "otp")).to.equal(undefined);
    });
  it("may come as a URL from a page without types", () => {
    const template = new URL("https://bank.example/app#otp={otp}") as unknown as string;
    expect(appLinkFor(template, "a=")).to.equal("https://bank.example/app#otp=a%3D");
  });
  it("cannot be turned into another scheme by an OTP", () => {
    expect(appLinkFor("{otp}", "javascript:alert(1)")).to.equal(
      new URL("javascript%3Aalert(1)", document.baseURI).href,
    );
  });
});

describe("the URL after a login", () => {
  it("is the answer's, else the attribute's, resolved", () => {
    expect(redirectTarget("/next", "/account")).to.equal(`${location.origin}/next`);
    expect(redirectTarget(undefined, "/account")).to.equal(`${location.origin}/account`);
    expect(redirectTarget("", "https://example.com/a")).to.equal("https://example.com/a");
  });
  it("is the attribute's if the answer's is rejected", () => {
    expect(redirectTarget("javascript:alert(1)", "/account")).to.equal(`${location.origin}/account`);
    expect(redirectTarget("http://[", "/account")).to.equal(`${location.origin}/account`);
  });
  it("is missing if the attribute's is rejected too", () => {
    expect(redirectTarget("ftp://example.com", " javascript:alert(1)")).to.equal(undefined);
    expect(redirectTarget(undefined, null)).to.equal(undefined);
  });
});
