import { expect } from "chai";
import { Announcer } from "../../../src/element/view/announcer.js";

describe("the live region", () => {
  it("says each thing once an attempt", () => {
    const announcer = new Announcer();
    announcer.say(["codeReady", "The code is ready."]);
    expect(announcer.text).to.equal("The code is ready.");
    announcer.say(["codeReady", "Changed."]);
    expect(announcer.text).to.equal("The code is ready.");
  });

  it("takes away what no longer holds, without saying anything again", () => {
    const announcer = new Announcer();
    announcer.say(["codeReady", "The code is ready."]);
    announcer.say(["offline", "You’re offline."]);
    expect(announcer.text).to.equal("You’re offline.");
    announcer.say(["codeReady", "The code is ready."]);
    expect(announcer.text).to.equal("");
    announcer.say(["offline", "You’re offline."]);
    expect(announcer.text).to.equal("");
  });

  it("says the same words again in a new attempt", () => {
    const announcer = new Announcer();
    announcer.say(["codeReady", "The code is ready."]);
    announcer.reset();
    expect(announcer.text).to.equal("");
    announcer.say(["codeReady", "The code is ready."]);
    expect(announcer.text).to.equal("The code is ready.");
  });
});
