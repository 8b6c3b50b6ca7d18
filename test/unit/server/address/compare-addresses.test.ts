import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { compareAddresses } from "onegini-otp-login/server";

describe("the addresses of screen and phone", () => {
  const pairs: [string | undefined, string | undefined, "same" | "different" | "unknown"][] = [
    ["5.9.2.7", "5.9.2.7", "same"],
    ["5.9.2.7", "5.9.2.250", "same"],
    ["5.9.2.7", "5.9.3.7", "different"],
    ["5.9.2.7", "::ffff:5.9.2.9", "same"],
    ["::ffff:5.9.2.7", "::ffff:5.9.3.7", "different"],
    ["2003:db8:1:2::3", "2003:db8:1:ff00::4", "same"],
    ["2003:DB8:1::", "2003:db8:1:0:0::9", "same"],
    ["2003:db8:1::1", "2003:db8:2::1", "different"],
    ["5.9.2.7", "2003:db8::1", "unknown"],
    ["::1", "127.0.0.1", "unknown"],
    // Addresses that no client of a site on the internet has: clientIp or the app's route may be wrong.
    ["127.0.0.1", "127.0.0.1", "unknown"],
    ["::1", "::1", "unknown"],
    ["0.0.0.0", "0.0.0.0", "unknown"],
    ["::", "::", "unknown"],
    ["10.0.0.1", "10.0.0.2", "unknown"],
    ["172.16.0.1", "172.16.0.1", "unknown"],
    ["192.168.1.1", "192.168.1.2", "unknown"],
    ["::ffff:192.168.1.1", "192.168.1.1", "unknown"],
    ["100.64.0.1", "100.64.0.1", "unknown"],
    ["169.254.1.1", "169.254.1.1", "unknown"],
    ["fd00:1::1", "fd00:1::2", "unknown"],
    ["4000::1", "4000::2", "unknown"],
    ["fe80::1%eth0", "fe80::1%eth0", "unknown"],
    ["64:ff9b::5.9.2.7", "64:ff9b::5.9.2.8", "unknown"],
    ["64:ff9b:1::1", "64:ff9b:1::1", "unknown"],
    ["192.0.2.7", "192.0.2.7", "unknown"],
    ["2001:db8:1::1", "2001:db8:1::1", "unknown"],
    ["5.9.2.7", "10.0.0.1", "unknown"],
    [undefined, undefined, "unknown"],
    ["5.9.2.7", undefined, "unknown"],
    [undefined, "5.9.2.7", "unknown"],
    ["", "", "unknown"],
    ["unknown", "unknown", "unknown"],
    ["5.9.2", "5.9.2", "unknown"],
    ["5.9.2.7, 5.9.2.8", "5.9.2.7", "unknown"],
  ];
  for (const [screen, phone, network] of pairs) {
    test(`${screen} and ${phone} are in networks that compare as ${network}`, async () => {
      assert.equal((await compareAddresses(screen, phone)).network, network);
    });
  }

  const countries: Record<string, string | null> = {
    "5.9.2.1": "NL",
    "31.13.100.1": "NL",
    "80.60.113.1": "BE",
    "80.60.113.2": null,
    "80.60.113.3": "",
  };
  const countryOf = (address: string) => {
    const country = countries[address];
    if (country === undefined) throw new Error(`no country for ${address}`);
    return country;
  };
  for (const [screen, phone, country] of [
    ["5.9.2.1", "31.13.100.1", "same"],
    ["5.9.2.1", "80.60.113.1", "different"],
    ["5.9.2.1", "::ffff:31.13.100.1", "same"],
    ["80.60.113.2", "80.60.113.2", "unknown"],
    ["80.60.113.3", "80.60.113.3", "unknown"],
    ["5.9.2.1", "31.13.100.9", "unknown"],
    ["31.13.100.9", "31.13.100.9", "unknown"],
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
      [undefined, "5.9.2.1"],
      ["5.9.2.1", "nonsense"],
      ["192.168.1.1", "5.9.2.1"],
    ]) {
      const compared = await compareAddresses(screen, phone, { countryOf: lookUp });
      assert.deepEqual(compared, { network: "unknown", country: "unknown" });
    }
    assert.deepEqual(asked, []);
    assert.equal((await compareAddresses("5.9.2.1", "5.9.2.1")).country, "unknown");
  });
});
