import { expect } from "chai";
import { rehearse } from "../../../src/element/view/encoder-warmup.js";
import { until } from "../fixtures/page.js";

describe("the rehearsal of the encoder", () => {
  it("is once a page, when the browser has nothing else to do, and only if a code is still awaited then", async function () {
    // Not every browser has idle callbacks.
    if (!("requestIdleCallback" in globalThis)) return rehearse(() => expect.fail("nothing is rehearsed"));
    let asked = 0;
    rehearse(() => {
      asked += 1;
      return false;
    });
    expect(asked).to.equal(0);
    await until(() => asked === 1);
    rehearse(() => expect.fail("it was rehearsed again"));
    await new Promise<unknown>((resolve) => requestIdleCallback(resolve));
  });
});
