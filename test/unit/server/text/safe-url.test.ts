import assert from "node:assert/strict";
import { test } from "node:test";
import { isAddress } from "../../../../src/server/text/safe-url.js";

test("the address of a server has no user and no password", () => {
  assert.equal(isAddress("https://ts.example.com/base"), true);
  for (const user of ["a", ":b", "a:b"])
    assert.equal(isAddress(`https://${user}@ts.example.com`), false, user);
});
