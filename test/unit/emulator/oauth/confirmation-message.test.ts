import assert from "node:assert/strict";
import { suite, test, type TestContext } from "node:test";
import { type TokenServerOptions } from "onegini-otp-login/emulator";
import { serve } from "../support.js";

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

const place = { ip_address: "203.0.113.7" };

suite("The phone's text", () => {
  test("is the vendor's template, with the versions of system and browser", async (t) => {
    assert.equal(
      await shown(t, { user_agent: chrome, ...place }),
      "Log in to Demo Bank on the web. Device: Windows 10 Chrome 131.0, Location: NL, Provincie Utrecht, Utrecht",
    );
  });

  test("takes the message from secure_message, and without it from message", async (t) => {
    const parameters = { message: "for all", user_agent: chrome, ...place };
    assert.match(
      String(await shown(t, { ...parameters, secure_message: "for the phone" })),
      /^for the phone Device:/,
    );
    assert.match(String(await shown(t, parameters)), /^for all Device:/);
  });

  const incomplete: [string, Record<string, string>, Partial<TokenServerOptions>?][] = [
    ["the site sends neither address nor user agent", {}],
    ["the site sends no user agent", place],
    ["the site sends no address", { user_agent: chrome }],
    ["the address is none", { user_agent: chrome, ip_address: "my bank, Utrecht" }],
    ["geolocation is off", { user_agent: chrome, ...place }, { geolocation: false }],
    ["the place is unknown", { user_agent: chrome, ...place }, { locate: () => undefined }],
    [
      "geolocation fails",
      { user_agent: chrome, ...place },
      {
        locate: () => {
          throw new Error("no service");
        },
      },
    ],
    ["geolocation answers nonsense", { user_agent: chrome, ...place }, { locate: () => "Utrecht" as never }],
  ];
  for (const [when, parameters, options] of incomplete) {
    test(`is the message alone if ${when}`, async (t) => {
      assert.equal(await shown(t, parameters, options), "Log in to Demo Bank on the web.");
    });
  }

  test("follows the template of the language, else the English one, whatever the message contains", async (t) => {
    const templates = {
      en: "([browser] on [operatingSystem]) [message] [other]",
      nl: "[message] Apparaat: [browser], [city] [countryCode] [region]",
    };
    const in_ = (language_code: string, message: string): Promise<unknown> =>
      shown(t, { user_agent: chrome, ...place, language_code, message }, { templates });
    assert.equal(
      await in_("nl", "Inloggen"),
      "Inloggen Apparaat: Chrome 131.0, Utrecht NL Provincie Utrecht",
    );
    assert.equal(
      await in_("de", "[browser] $& [city]"),
      "(Chrome 131.0 on Windows 10) [browser] $& [city] [other]",
    );
  });

  const devices: [string, string][] = [
    [
      "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
      "Mac 10.15 Safari 18.1",
    ],
    ["Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", "Linux Firefox 133.0"],
    [
      "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
      "Windows 10 Edge 131.0",
    ],
    [
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/131.0 Mobile Safari/604.1",
      "iOS 18.1 Chrome 131.0",
    ],
    [
      "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0 Mobile Safari/537.36",
      "Android 15 Samsung Internet 27.0",
    ],
    [
      "Mozilla/5.0 (X11; CrOS x86_64 14541) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/131.0 Safari/537.36",
      "ChromeOS Chrome 131.0",
    ],
    ["Opera/9.80 (Windows NT 6.1)", "Windows Opera 9.80"],
    ["curl/8.5.0", ""],
    ["Device: your own phone, Location: here", ""],
  ];
  for (const [user_agent, device] of devices) {
    test(`calls ${user_agent.slice(0, 45)}… "${device}"`, async (t) => {
      const expected = `Log in to Demo Bank on the web. Device: ${device}, Location: NL, Provincie Utrecht, Utrecht`;
      assert.equal(await shown(t, { user_agent, ...place }), expected.replace(" ,", ","));
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
});
