import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { fileOf, withoutDefence } from "../../../scripts/claims/defence.js";
import { defences } from "../../../scripts/claims/defences.js";
import { shownBy, titlesIn } from "../../support/test-titles.js";

const root = new URL("../../../", import.meta.url);
const sourceOf = (file: string): string => readFileSync(new URL(file, root), "utf8");

/** The tests of docs/security.md and docs/cross-device.md that need no defence, and why there is none that can be taken out. */
const withoutAny: Record<string, string> = {
  "a relayed code that is accepted logs in the browser that it was shown to first, and no other":
    "It shows what nothing stops.",
  "a stranger who scans and accepts a code logs its browser in as the stranger":
    "It shows what nothing stops.",
  "a stranger who scans a code can end its attempt by declining": "It shows what nothing stops.",
  "a link that was relayed logs in its sender, which the words on the victim's phone do not deny":
    "It shows what nothing stops.",
  "a stranger who accepts the code of this browser's own button can plant its number: possible":
    "It shows what nothing stops.",
  "logs in nobody if it is relayed, with a return each, 500 times; and the victim's browser calls nothing":
    "It runs the built file. The tests of the flow lack the defence, one by one.",
  "logs in once if two pages come back at once, 50 times":
    "It runs the built file. The tests of two tabs lack the lock and the owner.",
  "a person who pressed here and then accepts somebody else's link sends no number, and loses no try":
    "It runs the built file, as the next one does. The tests of the flow lack the defence.",
  "planted numbers cost one try of an attempt, however often they come":
    "The tests of the flow and of what is kept lack the defence.",
  "a number is void in another browser, also with the attempt's id":
    "It is the cookie that is missing: “is impossible for another browser, even if the attempt is approved”.",
  "no page asks for a number that no login of this browser waits for":
    "The server alone asks, and only for an accepted attempt.",
  "follows no redirect, and tells no other origin of the way back":
    "No call of doctor follows one, and its browser opens only what answers 200: each is enough.",
  "puts a number only into https, also where a scheme can be opened":
    "It tests the listing of the documents.",
  "opens only the fixed address on …, whatever the link says": "It tests the listing of the documents.",
  "can log in with the victim's attempt if the attacker also knows its id": "It shows what nothing stops.",
  "count a login, and hold no secret, code, ticket or cookie":
    "The kit's events, which are all that it writes, have none.",
  "a right and a wrong number take the same steps in the store":
    "Comparing, counting and claiming are one change, which no line divides.",
  "a planted leak is found": "It tests the search for secrets.",
  "decides nothing by itself: only the Token Server's result does":
    "Nothing of a callback but its id is read.",
  "has no ticket, cookie, code or secret": "It is made of the kit's events, which have none.",
  "is requested from the option's URL with the transaction's id, whatever a request contains":
    "Nothing of a request is read for the address.",
  "does not follow a redirect (…)":
    "Node's http follows none. With fetch it is an option, which is taken out.",
  "cannot use the victim's attempt without its id, and no answer to the attacker contains the id":
    "There is no call that answers the ids of a browser.",
  "keep nothing but the attempt's id, its end, its mark and its page in the storage":
    "The widget writes nothing else there.",
  "passes no limit: all such texts count as one unknown address":
    "The check of the address holds it, and the limits too: each is enough.",
  "put no secret into an address, a Referer, the page or the demo's output": "The widget puts none there.",
};

describe("the defences that npm run test:claims takes out", () => {
  for (const defence of defences) {
    test(`${defence.claim} (${defence.at}): the defence is there once, and the test exists`, () => {
      const source = sourceOf(fileOf(defence));
      assert.notEqual(withoutDefence(source, defence), source);
      const titles = titlesIn(defence.test);
      assert.equal(titles.has(defence.title), true, `${defence.test} has no test “${defence.title}”`);
    });
  }

  test("are there for every test that docs/security.md and docs/cross-device.md name, except where there is none", () => {
    const tested = new Set(defences.map((defence) => `${defence.test}: ${defence.title}`));
    const named = ["docs/security.md", "docs/cross-device.md"].flatMap((page) => shownBy(sourceOf(page)));
    const missing = named.filter(({ path, title }) => !tested.has(`${path}: ${title}`));
    const titles = new Set(missing.map(({ title }) => title));
    assert.deepEqual([...titles].sort(), Object.keys(withoutAny).sort());
  });

  test("must be in their function exactly once, whatever its white space", () => {
    const source = "function a() { if (x) check( 1 ); }\nclass B { #c() { check(1) } }\nconst max = 3;";
    const without = (at: string, remove?: string) =>
      withoutDefence(source, { at, ...(remove === undefined ? { value: "" } : { remove }) });
    assert.equal(without("x.ts: a", "if (…) check(1);"), source.replace("if (x) check( 1 );", ""));
    assert.equal(without("x.ts: B.#c", "check(1)"), source.replace("check(1)", ""));
    assert.equal(without("x.ts: B.#c"), source.replace(" check(1) ", ""));
    assert.equal(without("x.ts: max"), source.replace("3", ""));
    assert.equal(without("x.ts", "max"), source.replace("max", ""));
    for (const [at, text] of [
      ["x.ts", "check(1)"],
      ["x.ts: a", "heck(1)"],
      ["x.ts: d", "check(1)"],
    ] as const)
      assert.throws(() => without(at, text), /times instead of once/);
  });
});
