import { expect } from "chai";
import { page } from "../../../src/element/flow/page-environment.js";

describe("the page's timer", () => {
  it("does not fire at once for a delay that is too long for a browser's timer", () => {
    const { setTimeout } = globalThis;
    const delays: unknown[] = [];
    globalThis.setTimeout = ((_callback: () => void, ms: number) => delays.push(ms)) as typeof setTimeout;
    try {
      page.timer(3_000_000_000).subscribe();
    } finally {
      globalThis.setTimeout = setTimeout;
    }
    // The longest that fits into 32 bits.
    expect(delays).to.deep.equal([2_147_483_647]);
  });
});
