import assert from "node:assert/strict";
import { test } from "node:test";
import * as v from "valibot";
import { checkedOptions } from "../../../src/server/checked-options.js";

const schema = v.strictObject(
  {
    name: v.pipe(v.string("a name"), v.nonEmpty("a name")),
    place: v.optional(v.strictObject({ to: v.string("a path") }, "an object with to")),
  },
  "an object with name",
);

const problems: [string, unknown, string][] = [
  ["no options", undefined, "f: the options must be an object with name"],
  ["one that is missing", {}, 'f: "name" is missing; expected a name'],
  ["one that is empty", { name: "" }, 'f: "name" is empty; expected a name'],
  ["one that is wrong", { name: 1 }, 'f: "name" is wrong; expected a name'],
  ["one that is unknown", { name: "a", nam: "b" }, 'f: there is no option "nam"'],
  ...["/login", true, null].map((place): [string, unknown, string] => [
    `${String(place)} in place of an object that may be missing`,
    { name: "a", place },
    'f: "place" is wrong; expected an object with to',
  ]),
  [
    "one that is missing in such an object",
    { name: "a", place: {} },
    'f: "place.to" is missing; expected a path',
  ],
];

for (const [what, given, message] of problems) {
  test(`${what} is named, with what is expected`, () => {
    assert.throws(() => checkedOptions("f", schema, given), new TypeError(message));
  });
}
