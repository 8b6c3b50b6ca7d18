import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  ownMembers,
  parseCodeAnswer,
  parseErrorAnswer,
  parseJson,
  parseLoginAnswer,
  parsePairingAnswer,
  parseNumberRequired,
  parseStartAnswer,
  parseStatusAnswer,
} from "../../../src/protocol/login-api.js";
import { whileAllInherit } from "../../support/inherited.js";

/** As deep equality would compare the prototypes, too. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("The parsers of the login API, while every object inherits members of answers", () => {
  test("find no code, start, error or question in an answer that has none of its own", async () => {
    const inherited = {
      status: "pending",
      attempt: "of-the-attacker",
      otp: "b3Rw",
      expires_in: 60,
      error: "pairing_required",
      digits: 4,
      tries_left: 3,
      number_required: true,
    };
    const parsers = {
      parseCodeAnswer,
      parseStartAnswer,
      parseStatusAnswer,
      parseErrorAnswer,
      parsePairingAnswer,
      parseNumberRequired,
    };
    const found = await whileAllInherit(inherited, () =>
      Object.entries(parsers).flatMap(([name, parse]) =>
        [{}, "text", null, []].flatMap((answer) => (parse(answer) === undefined ? [] : [name])),
      ),
    );
    assert.deepEqual(found, []);
  });

  test("find no scan and no time in a status without them", async () => {
    const [expiresIn, scanned, interval] = await whileAllInherit(
      { expires_in: 60, scanned: true, interval: 9 },
      () => {
        const answer = parseStatusAnswer({ status: "pending" });
        return [answer?.expires_in, answer?.scanned, answer?.interval];
      },
    );
    assert.deepEqual([expiresIn, scanned, interval], [undefined, undefined, undefined]);
  });

  test("find no digits in a start without them", async () => {
    const digits = await whileAllInherit(
      { digits: 4 },
      () => parseStartAnswer({ attempt: "a", status: "pending", otp: "b3Rw", expires_in: 60 })?.digits,
    );
    assert.equal(digits, undefined);
  });

  test("give a login its own members, of which `redirect_to` is none", async () => {
    const [own, target] = await whileAllInherit({ redirect_to: "/of-the-attacker" }, () => {
      const answer = parseLoginAnswer({ name: "Alice" });
      return [Object.keys(answer ?? {}), ownMembers(answer)["redirect_to"]];
    });
    assert.deepEqual([own, target], [["name"], undefined]);
  });
});

describe("A login's answer", () => {
  test("keeps its members, and a `redirect_to` that is a string", () => {
    assert.deepEqual(plain(parseLoginAnswer({ redirect_to: "/account", name: "Alice" })), {
      redirect_to: "/account",
      name: "Alice",
    });
    assert.deepEqual(plain(parseLoginAnswer({ redirect_to: 1, name: "Alice" })), { name: "Alice" });
  });

  test("has no `__proto__`, which a page would make the prototype of a copy", () => {
    const answer = parseLoginAnswer(parseJson('{"__proto__": {"redirect_to": "/of-the-attacker"}}'));
    assert.equal(answer?.redirect_to, undefined);
    assert.equal(Object.assign({}, answer).redirect_to, undefined);
  });
});
