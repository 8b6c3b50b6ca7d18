import { expect } from "chai";
import { Announcer } from "../../../src/element/view/announcer.js";

describe("the live region", () => {
  it("announces each thing once per attempt", () => {
    const announcer = new Announcer();
    announcer.say(["codeReady", "The code is ready."]);
    expect(announcer.text).to.equal("The code is ready.");
    announcer.say(["codeReady", "Changed."]);
    expect(announcer.text).to.equal("The code is ready.");
  });

  it("takes the words that a site sets for a failure a moment after its event", () => {
    const announcer = new Announcer();
    announcer.say(["failed", "This account can’t log in here."]);
    announcer.say(["failed", "You are blocked."]);
    expect(announcer.text).to.equal("You are blocked.");
  });

  it("removes a text that is no longer true, and repeats no announcement", () => {
    const announcer = new Announcer();
    announcer.say(["codeReady", "The code is ready."]);
    announcer.say(["offline", "You’re offline."]);
    expect(announcer.text).to.equal("You’re offline.");
    announcer.say(["scanned", "Check your phone."]);
    announcer.say(["codeReady", "The code is ready."]);
    expect(announcer.text).to.equal("");
    announcer.say(["scanned", "Check your phone."]);
    expect(announcer.text).to.equal("");
  });

  it("announces the same text again in a new attempt", () => {
    const announcer = new Announcer();
    announcer.say(["codeReady", "The code is ready."]);
    announcer.reset();
    expect(announcer.text).to.equal("");
    announcer.say(["codeReady", "The code is ready."]);
    expect(announcer.text).to.equal("The code is ready.");
  });
});
