import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { addCall, addLine, callOf } from "../../../demo/client/phone/call-log.js";
import { readAppLink, readScan } from "../../../demo/client/phone/code-sources.js";
import { adviceFor } from "../../../demo/client/phone/problems.js";
import { readMessage } from "../../../demo/client/phone/message.js";
import type { Platform } from "../../../demo/client/phone/sdk.js";
import { wayBack, type BrowserHint } from "../../../demo/client/phone/way-back.js";
import { accountPage } from "../../../demo/pages/account-page.js";
import { deviceName } from "../../../demo/pages/device-name.js";
import { memorySessions, type Session, type Sessions } from "../../../demo/server/sessions.js";

describe("The phone's message", () => {
  const placed = (device: string, location: string) =>
    readMessage(`Log in to X. Device: ${device}, Location: ${location}`, "en");

  it("is split into the site's text, the device and the place, as a person says them", () => {
    assert.deepEqual(
      readMessage(
        "Log in to X. It may ask for 4713. Device: Windows 10 Chrome 131.0, Location: NL, Provincie Utrecht, Utrecht",
        "en",
      ),
      {
        text: "Log in to X. It may ask for 4713.",
        aboutNumber: "It may ask for 4713.",
        otherText: "Log in to X.",
        number: "4713",
        device: "Windows, Chrome",
        place: "Utrecht, Netherlands",
      },
    );
  });

  it("has the country in the person's language", () => {
    const message = "X Device: Linux Firefox 133.0, Location: NL, Provincie Utrecht, Utrecht";
    const places = (["nl", "fr", "de"] as const).map((language) => readMessage(message, language).place);
    assert.deepEqual(places, ["Utrecht, Nederland", "Utrecht, Pays-Bas", "Utrecht, Niederlande"]);
  });

  for (const [device, words] of [
    ["Mac 10.15 Safari 18.1", "Mac, Safari"],
    ["Linux Firefox 133.0", "Linux, Firefox"],
    ["Android 15 Samsung Internet 27.0", "Android, Samsung Internet"],
    ["ChromeOS Chrome 131.0", "ChromeOS, Chrome"],
    ["Windows Opera", "Windows, Opera"],
  ] as const)
    it(`calls ${device} "${words}"`, () => assert.equal(placed(device, "here").device, words));

  it("has device and place as they came, if they have another form", () => {
    for (const device of ["Windows 10", "Linux", "Chrome 131.0"])
      assert.equal(placed(device, "here").device, device);
    for (const place of ["Utrecht", "NL, Utrecht", "nl, Utrecht, Utrecht", "US, DC, Washington, D.C."])
      assert.equal(placed("Linux", place).place, place);
  });

  it("has its device and place at the end, whatever the site's text contains", () => {
    const { text, device, place } = readMessage(
      "Device: mine, Location: here Device: Linux Firefox, Location: unknown",
      "en",
    );
    assert.equal(text, "Device: mine, Location: here");
    assert.equal(device, "Linux, Firefox");
    assert.equal(place, "unknown");
  });

  it("is not split if it has another format", () => {
    for (const text of ["Approve your login", ""])
      assert.deepEqual(readMessage(text, "en"), {
        text,
        aboutNumber: undefined,
        otherText: text,
        number: undefined,
        device: undefined,
        place: undefined,
      });
  });

  it("has a number, if the site's text has one figure of four or six digits", () => {
    const numberIn = (text: string) => readMessage(text, "en").number;
    assert.equal(numberIn("Log in to X. It may ask for 4713: type it only there."), "4713");
    assert.equal(numberIn("Type 047130"), "047130");
    for (const text of ["Log in to X.", "Type 471", "Type 47130", "Type 4713 in 2026"])
      assert.equal(numberIn(text), undefined);
    assert.equal(numberIn("X Device: Windows 2026 Chrome 1, Location: NL, Zone 4713, Utrecht"), undefined);
  });
});

describe("The app link", () => {
  it("contains the exact code, with plus signs and slashes", () => {
    for (const otp of ["abc+/==", "a b", "", "é&="]) {
      assert.deepEqual(readAppLink(`#otp=${encodeURIComponent(otp)}`), { otp, browser: undefined });
    }
  });

  it("accepts a code that is not encoded, and has none in other fragments", () => {
    assert.equal(readAppLink("#otp=abc+/==")?.otp, "abc+/==");
    assert.equal(readAppLink("#otp=%E0%A4%A")?.otp, "%E0%A4%A");
    for (const fragment of ["", "#", "#top", "#xotp=1"]) assert.equal(readAppLink(fragment), undefined);
  });
});

describe("The browser in the app link", () => {
  const browserIn = (rest: string) => readAppLink(`#otp=abc${rest}`)?.browser;

  it("is a name of a fixed set, after the code", () => {
    for (const name of ["safari", "chrome", "firefox", "edge", "samsung", "opera", "brave", "duckduckgo"])
      assert.equal(browserIn(`&browser=${name}`), name);
    assert.deepEqual(readAppLink("#otp=a%26b&v=2&browser=app"), { otp: "a&b", browser: "app" });
    assert.equal(browserIn("&browser=other"), "other");
    for (const rest of ["", "&", "&brows=chrome"]) assert.equal(browserIn(rest), undefined);
  });

  it("is `other` for everything else, so that a link cannot choose an address", () => {
    for (const text of [
      "",
      "{browser}",
      "Chrome",
      "chrome ",
      "constructor",
      "__proto__",
      "https://evil.example/",
      "javascript:alert(1)",
      "x".repeat(10_000),
    ])
      assert.equal(browserIn(`&browser=${encodeURIComponent(text)}`), "other", text.slice(0, 30));
    assert.equal(browserIn("&browser=%E0%A4%A"), "other");
  });
});

describe("The phone's way back after Accept", () => {
  const ways = (platform: Platform, browser: BrowserHint | undefined) =>
    [false, true].map((hasNumber) => wayBack(platform, browser, hasNumber));

  it("is none without a browser in the link", () => {
    for (const platform of ["android", "ios"] as const)
      assert.deepEqual(ways(platform, undefined), ["stay", "stay"]);
  });

  it("is the table of the documents", () => {
    for (const [browser, ios, android] of [
      ["safari", ["address", "address"], ["background", "address"]],
      ["other", ["address", "address"], ["background", "address"]],
      ["chrome", ["background", "number-first"], ["background", "address"]],
      ["firefox", ["background", "number-first"], ["background", "address"]],
      ["edge", ["by-hand", "by-hand"], ["background", "address"]],
      ["app", ["by-hand", "by-hand"], ["background", "number-first"]],
    ] as const) {
      assert.deepEqual(ways("ios", browser), ios, browser);
      assert.deepEqual(ways("android", browser), android, browser);
    }
  });
});

describe("The phone's scan", () => {
  it("finds the code in a link, whether it is encoded or not", () => {
    for (const link of ["https://bank.example/app#", "HTTPS://BANK.EXAMPLE/#", "https://b.example/#otp="]) {
      assert.equal(readScan(`${link}${encodeURIComponent("abc+/==")}`), "abc+/==");
      assert.equal(readScan(`${link}abc+/==`), "abc+/==");
    }
    assert.equal(readScan("https://bank.example/app#otp=abc%3D&v=2"), "abc=");
  });

  it("takes every other text as it is", () => {
    for (const text of ["abc+/==", "", "https://example.com/menu", "http://bank.example/#abc", "%E0%A4%A"])
      assert.equal(readScan(text), text);
    assert.equal(readScan("https://bank.example/#%E0%A4%A"), "%E0%A4%A");
  });
});

describe("The phone's list of calls", () => {
  it("shows only the start of a code, and the latest twenty calls", () => {
    let calls = addCall([], callOf("eyJ0cmFuc2FjdGlvbl9pZCI6Ij"));
    assert.equal(calls[0]?.call, "handleMobileAuthWithOtp(eyJ0cmFuc2FjdGlv…)");
    for (let i = 0; i < 30; i++) calls = addCall(calls, callOf(String(i)));
    assert.equal(calls.length, 20);
    assert.equal(calls[0]?.call, "handleMobileAuthWithOtp(29)");
  });

  it("adds lines to the latest call, or replaces the last line", () => {
    let calls = addCall(addCall([], callOf("1")), callOf("2"));
    calls = addLine(addLine(addLine(calls, "a"), "waiting"), "accepted", "instead");
    const linesOfCalls = calls.map(({ lines }) => lines);
    assert.deepEqual(linesOfCalls, [["a", "accepted"], []]);
    assert.deepEqual(addLine([], "nothing to add to"), []);
  });
});

describe("The phone's advice", () => {
  it("says what to do for every error code, known or not", () => {
    const ofWrapper = [8012, 8013, 8020];
    const ofSdk = [9001, 9006, 9007, 9010, 9020, 9021, 9023, 9029, 10013, 10015, 10018];
    for (const code of [...ofWrapper, ...ofSdk, 42, undefined]) {
      const { title, text, actionLabel } = adviceFor(
        { ...(code && { code }), message: "" },
        "somebody",
        false,
      );
      for (const words of [title, text, actionLabel]) assert.match(words, /\S/);
    }
  });

  it("has a way back to the browser and no scan, if the app was opened there", () => {
    for (const code of [8012, 9010, 9020, 9021, 9023, 9029, 10013, 10015, 42, undefined]) {
      const advice = adviceFor({ ...(code && { code }), message: "" }, "somebody", true);
      assert.ok([advice.action, advice.closeAction].includes("openBrowser"), String(code));
      assert.doesNotMatch(advice.text, /scan/i);
    }
  });
});

describe("The phone's advice about a locked app", () => {
  it("is to unlock it, as one does on each platform", () => {
    const [android, ios] = [9010, 8012].map((code) => adviceFor({ code, message: "" }, "somebody", false));
    assert.deepEqual([android?.action, ios?.action], ["unlock", "unlock"]);
    assert.match(android?.text ?? "", /fingerprint/);
    assert.match(ios?.text ?? "", /Face ID/);
  });
});

describe("The demo's sessions", () => {
  beforeEach(() => mock.timers.enable({ apis: ["Date"] }));
  afterEach(() => mock.timers.reset());

  const begin = async (sessions: Sessions, userId: string, attempt: string): Promise<string> =>
    (await sessions.begin(userId, attempt, {})) ?? assert.fail("no session was begun");

  it("have random ids", async () => {
    const sessions = memorySessions();
    const ids = [await begin(sessions, "a", "1"), await begin(sessions, "a", "2")];
    assert.notEqual(ids[0], ids[1]);
    for (const id of ids) assert.match(id, /^[\w-]{43}$/);
  });

  it("end on request and after their lifetime", async () => {
    const sessions = memorySessions({ ttlSeconds: 60 });
    const [one, two] = [await begin(sessions, "one", "1"), await begin(sessions, "two", "2")];
    await sessions.end({ userId: "one", attempt: "1" });
    assert.equal(await sessions.find(one), undefined);
    assert.equal((await sessions.find(two))?.userId, "two");
    mock.timers.tick(60_000);
    assert.equal(await sessions.find(two), undefined);
  });

  it("are one for each attempt: a repeated login leads to the same session", async () => {
    const sessions = memorySessions();
    const one = await begin(sessions, "a", "attempt");
    const session = await sessions.find(one);
    assert.equal(session?.userId, "a");
    mock.timers.tick(1_000);
    const other = await begin(sessions, "a", "attempt");
    assert.equal(await sessions.find(other), session);
    await sessions.end({ userId: "a", attempt: "attempt" });
    assert.equal(await sessions.find(other), undefined);
  });

  it("are not begun again by a repeated login when they have ended, for as long as they would have lived", async () => {
    const sessions = memorySessions({ ttlSeconds: 3_600, max: 3 });
    await begin(sessions, "a", "attempt");
    await sessions.end({ userId: "a", attempt: "attempt" });
    for (const later of ["1", "2"]) await begin(sessions, "b", later);
    mock.timers.tick(3_599_000);
    assert.equal(await sessions.begin("a", "attempt", {}), undefined);
  });

  it("are limited in number: a new one replaces the oldest", async () => {
    const sessions = memorySessions({ max: 2 });
    const ids = [];
    for (const attempt of ["1", "2", "3"]) ids.push(await begin(sessions, attempt, attempt));
    assert.deepEqual(await Promise.all(ids.map(async (id) => (await sessions.find(id))?.userId)), [
      undefined,
      "2",
      "3",
    ]);
  });
});

describe("The device of a login", () => {
  it("is named by browser and system, in words of the site", () => {
    for (const [userAgent, name] of [
      [
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36",
        "Chrome on Windows",
      ],
      [
        "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
        "Edge on Windows",
      ],
      [
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15",
        "Safari on macOS",
      ],
      [
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1",
        "Safari on iPhone",
      ],
      ["Mozilla/5.0 (Linux; Android 15; K) Chrome/140.0.0.0 Mobile Safari/537.36", "Chrome on Android"],
      ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"],
      ["<script>alert(1)</script> Firefox/1", "Firefox"],
      ["<script>alert(1)</script>", "Unknown device"],
      ["", "Unknown device"],
      [undefined, "Unknown device"],
    ] as const) {
      assert.equal(deviceName(userAgent, "en"), name, userAgent);
    }
    assert.equal(deviceName("(Windows) Firefox/140.0", "de"), "Firefox auf Windows");
  });
});

describe("The account page", () => {
  const rendered = async (login: Session["login"]): Promise<string> =>
    String(
      await accountPage(
        { language: "en", hasPhone: true, isPublic: false },
        { session: { userId: "jane", since: 0, attempt: "a", login }, others: [], hasEnded: false },
      ),
    );

  it("says whether the phone was in the browser's network, if its app told its address", async () => {
    const address = "5.9.2.1";
    for (const [phone, text] of [
      ["5.9.2.9", "The phone was in the same network."],
      ["31.13.100.1", "The phone was in another network, which is common."],
    ] as const) {
      assert.ok((await rendered({ address, scanned: { address: phone } })).includes(text), phone);
    }
    for (const login of [{ address }, { address, scanned: {} }, { scanned: { address } }, {}]) {
      assert.doesNotMatch(await rendered(login), /The phone was/);
    }
  });

  it("says that an address is unknown", async () => {
    assert.match(await rendered({}), /Unknown device[^]*IP address unknown/);
  });
});
