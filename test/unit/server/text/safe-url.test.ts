import assert from "node:assert/strict";
import { test } from "node:test";
import { isAddress, isLoopback } from "../../../../src/server/text/safe-url.js";

test("this machine is localhost, a name below it, and the addresses of loopback", () => {
  for (const name of ["localhost", "a.localhost", "127.0.0.1", "127.255.0.3", "::1", "[::1]"])
    assert.equal(isLoopback(name), true, name);
  for (const name of ["127", "127.0.0.1.example", "128.0.0.1", "localhost.example", "::2"])
    assert.equal(isLoopback(name), false, name);
});

test("the address of a server has no user and no password", () => {
  assert.equal(isAddress("https://ts.example.com/base"), true);
  for (const user of ["a", ":b", "a:b"])
    assert.equal(isAddress(`https://${user}@ts.example.com`), false, user);
});
