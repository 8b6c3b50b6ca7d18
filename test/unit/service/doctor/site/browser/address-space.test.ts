import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { mayReach, spaceOf } from "../../../../../../src/service/doctor/site/browser/address-space.js";

const own = ["198.51.100.7", "10.0.0.7", "2a02:1::7", "fe80::7"];

const addresses = {
  public: [
    ...["93.184.216.34", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a02:1::8"],
    ...["::ffff:93.184.216.34", "64:ff9b::5db8:d822"],
  ],
  local: [
    ...["10.0.0.8", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1"],
    ...["224.0.0.1", "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.18.0.1", "192.0.0.192"],
    ...[
      "fd00::1",
      "fc00::1",
      "fe80::1",
      "fe80::1%eth0",
      "fec0::1",
      "ff02::1",
      "100::1",
      "2001:db8::1",
      "4000::1",
    ],
    ...["::ffff:10.0.0.8", "::ffff:a00:8", "64:ff9b::a00:8"],
  ],
  "this machine": [
    ...["127.0.0.1", "127.8.8.8", "0.0.0.0", "0.1.2.3", "::1", "::", "::ffff:127.0.0.1", "::ffff:0:0"],
    ...[
      "64:ff9b::7f00:1",
      "64:ff9b:1::7f00:1",
      "2002:7f00:1::1",
      "2002:5db8:d822::1",
      "2001:0:7f00:1::",
      "::7f00:1",
    ],
    ...[
      "::ffff:0:7f00:1",
      "198.51.100.7",
      "10.0.0.7",
      "::ffff:10.0.0.7",
      "64:ff9b::a00:7",
      "2a02:1::7",
      "fe80::7%eth0",
    ],
  ],
} as const;

describe("the space of an address", () => {
  for (const [space, all] of Object.entries(addresses))
    for (const address of all)
      it(`is ${space} for ${address}`, () => assert.equal(spaceOf(address, own), space));

  it("may reach itself and what is more public", () => {
    const all = ["public", "local", "this machine"] as const;
    const reached = all.map((page) => all.filter((target) => mayReach(page, target)).length);
    assert.deepEqual(reached, [1, 2, 3]);
  });
});
