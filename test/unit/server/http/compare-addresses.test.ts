import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { compareAddresses } from "onegini-otp-login/server";

describe("the addresses of screen and phone", () => {
  const pairs: [string | undefined, string | undefined, "same" | "different" | "unknown"][] = [
    ["192.0.2.7", "192.0.2.7", "same"],
    ["192.0.2.7", "192.0.2.250", "same"],
    ["192.0.2.7", "192.0.3.7", "different"],
    ["192.0.2.7", "::ffff:192.0.2.9", "same"],
    ["::ffff:192.0.2.7", "::ffff:192.0.3.7", "different"],
    ["2001:db8:1:2::3", "2001:db8:1:ff00::4", "same"],
    ["2001:DB8:1::", "2001:db8:1:0:0::9", "same"],
    ["2001:db8:1::1", "2001:db8:2::1", "different"],
    ["192.0.2.7", "2001:db8::1", "unknown"],
    ["::1", "127.0.0.1", "unknown"],
    [undefined, undefined, "unknown"],
    ["192.0.2.7", undefined, "unknown"],
    [undefined, "192.0.2.7", "unknown"],
    ["", "", "unknown"],
    ["unknown", "unknown", "unknown"],
    ["192.0.2", "192.0.2", "unknown"],
    ["192.0.2.7, 192.0.2.8", "192.0.2.7", "unknown"],
  ];
  for (const [screen, phone, network] of pairs) {
    test(`${screen} and ${phone} are in networks that compare as ${network}`, async () => {
      assert.equal((await compareAddresses(screen, phone)).network, network);
    });
  }

  const countries: Record<string, string | null> = {
    "192.0.2.1": "NL",
    "198.51.100.1": "NL",
    "203.0.113.1": "BE",
    "203.0.113.2": null,
    "203.0.113.3": "",
  };
  const countryOf = (address: string) => {
    const country = countries[address];
    if (country === undefined) throw new Error(`no country for ${address}`);
    return country;
  };
  for (const [screen, phone, country] of [
    ["192.0.2.1", "198.51.100.1", "same"],
    ["192.0.2.1", "203.0.113.1", "different"],
    ["192.0.2.1", "::ffff:198.51.100.1", "same"],
    ["203.0.113.2", "203.0.113.2", "unknown"],
    ["203.0.113.3", "203.0.113.3", "unknown"],
    ["192.0.2.1", "198.51.100.9", "unknown"],
    ["198.51.100.9", "198.51.100.9", "unknown"],
  ] as const) {
    test(`${screen} and ${phone} are in countries that compare as ${country}`, async () => {
      assert.equal((await compareAddresses(screen, phone, { countryOf })).country, country);
      const later = async (address: string) => countryOf(address);
      assert.equal((await compareAddresses(screen, phone, { countryOf: later })).country, country);
    });
  }

  test("are not looked up if one of them is unknown, and have an unknown country without a lookup", async () => {
    const asked: string[] = [];
    const lookUp = (address: string) => {
      asked.push(address);
      return "NL";
    };
    for (const [screen, phone] of [
      [undefined, "192.0.2.1"],
      ["192.0.2.1", "nonsense"],
    ]) {
      const compared = await compareAddresses(screen, phone, { countryOf: lookUp });
      assert.deepEqual(compared, { network: "unknown", country: "unknown" });
    }
    assert.deepEqual(asked, []);
    assert.equal((await compareAddresses("192.0.2.1", "192.0.2.1")).country, "unknown");
  });
});
