import { expect } from "chai";
import { page } from "../../../src/element/flow/page-environment.js";

describe("the page's timer", () => {
  it("does not fire at once where a server names a wait that no browser's timer holds", async () => {
    let fired = false;
    const waiting = page.timer(3_000_000_000).subscribe(() => (fired = true));
    await new Promise((resolve) => setTimeout(resolve, 50));
    waiting.unsubscribe();
    expect(fired).to.equal(false);
  });
});
