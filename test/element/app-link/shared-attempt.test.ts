import { expect } from "chai";
import { keptAttempt, storeAttempt } from "../../../src/element/app-link/resume-storage.js";
import { sharedAttempt } from "../../../src/element/app-link/shared-attempt.js";

const endpoint = "https://www.example.com/otp-login";

describe("an attempt that all tabs share", () => {
  afterEach(() => localStorage.clear());

  it("gives the right to send a number with nobody's press once, also to another tab", () => {
    storeAttempt(endpoint, "A", Date.now(), "open");
    expect(sharedAttempt(endpoint, "A").takeUnattended()).to.equal(true);
    expect(sharedAttempt(endpoint, "A").takeUnattended()).to.equal(false);
    expect(keptAttempt(endpoint)).to.include({ attempt: "A", mark: "sent" });
  });

  it("gives it to no other attempt, and not where nothing is kept", () => {
    expect(sharedAttempt(endpoint, "A").takeUnattended()).to.equal(false);
    storeAttempt(endpoint, "B", Date.now(), "open");
    expect(sharedAttempt(endpoint, "A").takeUnattended()).to.equal(false);
  });

  it("gives none to a tab that logs in after another attempt was kept: a number may have been sent", () => {
    storeAttempt(endpoint, "A", Date.now(), "open");
    const inFirstTab = sharedAttempt(endpoint, "A");
    storeAttempt(endpoint, "B", Date.now(), "open");
    inFirstTab.becomeOwner();
    expect(inFirstTab.takeUnattended()).to.equal(false);
  });

  it("tells when another tab changes what is kept of it, and of nothing else", () => {
    let changes = 0;
    const subscription = sharedAttempt(endpoint, "A").changed.subscribe(() => changes++);
    storeAttempt(endpoint, "A", Date.now(), "open");
    const change = (key: string) => dispatchEvent(new StorageEvent("storage", { key }));
    change(Object.keys(localStorage)[0]!);
    change("of the site");
    expect(changes).to.equal(1);
    subscription.unsubscribe();
    change(Object.keys(localStorage)[0]!);
    expect(changes).to.equal(1);
  });
});
