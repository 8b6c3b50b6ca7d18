import assert from "node:assert/strict";
import { suite, test, type TestContext } from "node:test";
import { type TokenServerOptions } from "onegini-otp-login/emulator";
import { serve } from "./support.js";

const chrome =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";

async function shown(
  t: TestContext,
  parameters: Record<string, string>,
  overrides: Partial<TokenServerOptions> = {},
): Promise<unknown> {
  const { start, enroll, scan } = await serve(t, overrides);
  await enroll("lisa");
  const { otp } = await start({ message: "Log in to Demo Bank on the web.", ...parameters });
  return (await scan("lisa", otp)).body["message"];
}

suite("The phone's text", () => {
  test("is the message alone if the site sends no more", async (t) => {
    assert.equal(await shown(t, {}), "Log in to Demo Bank on the web.");
  });

  test("contains the device and the location", async (t) => {
    assert.equal(
      await shown(
        t,
        { user_agent: chrome, ip_address: "203.0.113.7" },
        { locate: () => "Utrecht, Netherlands" },
      ),
      "Log in to Demo Bank on the web. Device: Windows Chrome, Location: Utrecht, Netherlands",
    );
  });

  test('says "unknown" for an unknown device or location', async (t) => {
    assert.match(
      String(await shown(t, { user_agent: chrome })),
      /Device: Windows Chrome, Location: unknown$/,
    );
    assert.match(
      String(await shown(t, { ip_address: "127.0.0.1" })),
      /Device: unknown, Location: this computer$/,
    );
  });

  test("follows the type's own template, whatever the message contains", async (t) => {
    const types = [{ name: "qr-code", template: "([browser] on [operatingSystem]) [message] [other]" }];
    assert.equal(
      await shown(t, { user_agent: chrome, message: "[browser] $& [location]" }, { types }),
      "(Chrome on Windows) [browser] $& [location] [other]",
    );
  });

  const places: Record<string, string> = {
    "127.0.0.1": "this computer",
    "127.8.8.8": "this computer",
    "::1": "this computer",
    "::ffff:127.0.0.1": "this computer",
    "10.1.2.3": "local network",
    "192.168.1.20": "local network",
    "172.31.0.1": "local network",
    "172.32.0.1": "172.32.0.1",
    "fd12:3456::1": "local network",
    "203.0.113.7": "203.0.113.7",
    "2001:db8::7": "2001:db8::7",
    "my bank, Utrecht": "unknown",
    "1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1": "unknown",
  };
  for (const [ip_address, place] of Object.entries(places)) {
    test(`calls ${ip_address.slice(0, 20)} "${place}" without a geolocation service`, async (t) => {
      assert.match(
        String(await shown(t, { ip_address })),
        new RegExp(`Location: ${place.replaceAll(".", "\\.")}$`),
      );
    });
  }

  const devices: [string, string][] = [
    [
      "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
      "macOS Safari",
    ],
    ["Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", "Linux Firefox"],
    [
      "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
      "Windows Edge",
    ],
    [
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/131.0 Mobile Safari/604.1",
      "iOS Chrome",
    ],
    [
      "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0 Mobile Safari/537.36",
      "Android Samsung Internet",
    ],
    [
      "Mozilla/5.0 (X11; CrOS x86_64 14541) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/131.0 Safari/537.36",
      "ChromeOS Chrome",
    ],
    ["Opera/9.80 (Windows NT 6.1)", "Windows Opera"],
    ["curl/8.5.0", "unknown"],
    ["Device: your own phone, Location: here", "unknown"],
  ];
  for (const [user_agent, device] of devices) {
    test(`calls ${user_agent.slice(0, 45)}… "${device}"`, async (t) => {
      assert.equal(
        await shown(t, { user_agent }),
        `Log in to Demo Bank on the web. Device: ${device}, Location: unknown`,
      );
    });
  }

  test("has no control characters, no reversed writing and no broken characters", async (t) => {
    const message = "Pay\u0000 \u001b[31mthis\r\n\tnow \u202eenilceD\u2066!\u2028x\ud800y\u0085z";
    assert.equal(await shown(t, { message }), "Pay [31mthis now enilceD ! x\ufffdy z");
  });

  test("keeps the letters of every script", async (t) => {
    for (const message of ["Žluťoučký kůň", "登录银行", "تسجيل الدخول", "👩‍👩‍👧 🙂", "a < b && c > d"]) {
      assert.equal(await shown(t, { message }), message);
    }
  });

  test('says "unknown" if `locate` throws or returns something other than text', async (t) => {
    const bad = [
      () => {
        throw new Error("no service");
      },
      () => 7 as unknown as string,
      () => "",
    ];
    for (const locate of bad) {
      assert.match(String(await shown(t, { ip_address: "203.0.113.7" }, { locate })), /Location: unknown$/);
    }
  });
});
