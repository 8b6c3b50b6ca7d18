import assert from "node:assert/strict";
import { test } from "node:test";
import { isLoopback } from "../../../src/protocol/loopback.js";

test("this machine is localhost, a name below it, and the addresses of loopback", () => {
  for (const name of ["localhost", "a.localhost", "127.0.0.1", "127.255.0.3", "::1", "[::1]"])
    assert.equal(isLoopback(name), true, name);
  for (const name of ["127", "127.0.0.1.example", "128.0.0.1", "localhost.example", "::2"])
    assert.equal(isLoopback(name), false, name);
});
