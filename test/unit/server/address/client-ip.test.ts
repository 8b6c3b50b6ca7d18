import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { clientIpBehind } from "onegini-otp-login/server";
import { Browser } from "../support/browser.js";
import { site } from "../support/site.js";

const socket = { req: { socket: { remoteAddress: "10.0.0.9" } } };
const request = (headers: Record<string, string>) => new Request("https://a.example/", { headers });

describe("the client's address behind trusted proxies", () => {
  const listed: [number, string | undefined, string | undefined][] = [
    [0, undefined, "10.0.0.9"],
    [0, "192.0.2.1", "10.0.0.9"],
    [1, undefined, "10.0.0.9"],
    [1, "192.0.2.1", "192.0.2.1"],
    [1, "6.6.6.6, 192.0.2.1", "192.0.2.1"],
    [1, " 6.6.6.6 ,192.0.2.1 ", "192.0.2.1"],
    [2, "192.0.2.1, 10.0.0.2", "192.0.2.1"],
    [2, "6.6.6.6, 192.0.2.1, 10.0.0.2", "192.0.2.1"],
    [2, "192.0.2.1", "192.0.2.1"],
    [1, "192.0.2.1:4711", "192.0.2.1"],
    [1, "[2001:db8::1]:4711", "2001:db8::1"],
    [1, "[2001:db8::1]", "2001:db8::1"],
    [1, "2001:DB8::1", "2001:db8::1"],
    [1, "::ffff:192.0.2.1", "192.0.2.1"],
    [1, "unknown", undefined],
    [1, "192.0.2.1, ", undefined],
    [1, "", undefined],
    [1, "0x7f.1", undefined],
    [1, "2130706433", undefined],
    [1, "192.0.2.1 evil", undefined],
    [1, "<script>", undefined],
  ];
  for (const [proxies, header, expected] of listed) {
    test(`${proxies} with ${JSON.stringify(header)}: ${expected}`, () => {
      const clientIp = clientIpBehind(proxies);
      assert.equal(
        clientIp(request(header === undefined ? {} : { "x-forwarded-for": header }), socket),
        expected,
      );
    });
  }

  const forwarded: [number, string, string | undefined][] = [
    [1, "for=192.0.2.1", "192.0.2.1"],
    [1, 'For="[2001:db8::1]:4711";proto=https', "2001:db8::1"],
    [1, "for=6.6.6.6, for=192.0.2.1;by=10.0.0.1", "192.0.2.1"],
    [2, "for=192.0.2.1, for=10.0.0.2", "192.0.2.1"],
    [1, 'host="a;for=6.6.6.6";for=192.0.2.1', "192.0.2.1"],
    [1, 'host="a\\";for=6.6.6.6;\\"";for="192.0.2.1"', "192.0.2.1"],
    [1, 'for="192.0.\\2.1"', "192.0.2.1"],
    [1, "for=192.0.2.1=", undefined],
    [1, 'for="[2001:db8::1%eth0]:80"', "2001:db8::1"],
    [1, "for=unknown", undefined],
    [1, "for=_hidden", undefined],
    [1, "proto=https", undefined],
    [1, "for=192.0.2.1;;; =", undefined],
    [1, "x, for=192.0.2.1", "192.0.2.1"],
    [1, "@@@,for=192.0.2.1", "192.0.2.1"],
    [1, ", for=192.0.2.1", "192.0.2.1"],
    [1, 'for="6.6.6.6, for=192.0.2.1', "192.0.2.1"],
    [1, 'for="a\\", for="[2001:db8::1]:4711"', "2001:db8::1"],
    [1, 'for="[2001:db8::1]:4711";by="a,b"', "2001:db8::1"],
    [2, 'x=",for=192.0.2.1, for="10.0.0.2"', "192.0.2.1"],
  ];
  for (const [proxies, header, expected] of forwarded) {
    test(`${proxies} with Forwarded: ${header}: ${expected}`, () => {
      const clientIp = clientIpBehind(proxies, { header: "forwarded" });
      assert.equal(clientIp(request({ forwarded: header, "x-forwarded-for": "6.6.6.6" }), socket), expected);
    });
  }

  test("the header that is not chosen is ignored", () => {
    assert.equal(clientIpBehind(1)(request({ forwarded: "for=6.6.6.6" }), socket), "10.0.0.9");
    const byForwarded = clientIpBehind(1, { header: "forwarded" });
    assert.equal(byForwarded(request({ "x-forwarded-for": "6.6.6.6" }), socket), "10.0.0.9");
  });

  test("a header with thousands of addresses is read from its end", () => {
    const long = `${"6.6.6.6, ".repeat(5000)}192.0.2.1`;
    assert.equal(clientIpBehind(1)(request({ "x-forwarded-for": long }), socket), "192.0.2.1");
  });

  for (const wrong of [-1, 1.5, 101, NaN, "1"]) {
    test(`an invalid number of proxies is rejected: ${wrong}`, () => {
      assert.throws(() => clientIpBehind(wrong as number), /whole number from 0 to 100/);
    });
  }
  test("an unknown header is rejected", () => {
    assert.throws(
      () => clientIpBehind(1, { header: "x-real-ip" as never }),
      /"x-forwarded-for" or "forwarded"/,
    );
  });

  test("an unknown option is rejected", () => {
    const options = { heder: "forwarded" } as never;
    assert.throws(() => clientIpBehind(1, options), /there is no option "heder"/);
  });

  test("goes to the Token Server with the user agent, so that the phone can show where the login comes from", async (t) => {
    const where = await site(t, { options: { clientIp: clientIpBehind(1) } });
    const headers = { "x-forwarded-for": "6.6.6.6, 192.0.2.7", "user-agent": "Mozilla/5.0 (Test)" };
    await new Browser(where).start({ headers });
    assert.equal(where.emulator.starts[0]?.get("ip_address"), "192.0.2.7");
    assert.equal(where.emulator.starts[0]?.get("user_agent"), "Mozilla/5.0 (Test)");
  });
});
