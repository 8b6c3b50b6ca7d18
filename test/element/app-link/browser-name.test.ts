import { expect } from "chai";
import { browserName } from "../../../src/element/app-link/browser-name.js";

const ios = (rest: string, device = "iPhone; CPU iPhone OS 26_1 like Mac OS X") =>
  `Mozilla/5.0 (${device}) AppleWebKit/605.1.15 (KHTML, like Gecko) ${rest}`;
const android = (rest: string, device = "Linux; Android 10; K") =>
  `Mozilla/5.0 (${device}) AppleWebKit/537.36 (KHTML, like Gecko) ${rest}`;
const chrome = "Chrome/143.0.0.0 Mobile Safari/537.36";
const view = "Version/4.0 Chrome/143.0.0.0 Mobile Safari/537.36";

const agents: [name: string, what: string, userAgent: string, brand?: string][] = [
  ["safari", "Safari on an iPhone", ios("Version/26.1 Mobile/15E148 Safari/604.1")],
  ["chrome", "Chrome on an iPhone", ios("CriOS/143.0.7499.38 Mobile/15E148 Safari/604.1")],
  ["firefox", "Firefox on an iPhone", ios("FxiOS/146.0 Mobile/15E148 Safari/604.1")],
  ["other", "Firefox Focus on an iPhone", ios("FxiOS/146.0 Focus/146 Mobile/15E148 Safari/604.1")],
  ["edge", "Edge on an iPhone", ios("Version/26.0 EdgiOS/143.0.3650.66 Mobile/15E148 Safari/604.1")],
  ["opera", "Opera on an iPhone", ios("Version/26.1 Mobile/15E148 Safari/604.1 OPT/6.3.0")],
  ["duckduckgo", "DuckDuckGo on an iPhone", ios("Version/26.1 Mobile/15E148 Safari/604.1 Ddg/26.1")],
  ["other", "Yandex on an iPhone", ios("Version/26.0 YaBrowser/25.11.0 Mobile/15E148 Safari/604.1")],
  ["app", "Facebook on an iPhone", ios("Mobile/15E148 [FBAN/FBIOS;FBAV/540.0.0.36;FBDV/iPhone16,1]")],
  ["app", "Instagram on an iPhone", ios("Mobile/15E148 Instagram 408.0.0.23 (iPhone16,1; iOS 26_1)")],
  ["app", "the Google app on an iPhone", ios("GSA/396.0.8 Mobile/15E148 Safari/604.1")],
  ["app", "Line on an iPhone", ios("Mobile/15E148 Safari Line/15.18.0")],
  ["app", "a web view of any app on an iPhone", ios("Mobile/15E148")],
  ["chrome", "Chrome on Android", android(chrome), "Google Chrome"],
  ["chrome", "Chrome on Android in a page without brands", android(chrome)],
  ["other", "another Chromium on Android", android(chrome), "Chromium"],
  ["edge", "Edge on Android", android(`${chrome} EdgA/143.0.0.0`), "Microsoft Edge"],
  ["brave", "Brave on Android", android(chrome), "Brave"],
  ["opera", "Opera on Android", android(`${chrome} OPR/93.0.0.0`), "Opera"],
  ["samsung", "Samsung Internet", android("SamsungBrowser/29.0 Chrome/136.0.0.0 Mobile Safari/537.36")],
  ["duckduckgo", "DuckDuckGo on Android", android(`${view} DuckDuckGo/5 Safari/537.36`)],
  ["other", "UC Browser", android("Version/4.0 Chrome/123.0.0.0 UCBrowser/15.5.8 Mobile Safari/537.36")],
  ["other", "Vivaldi on Android", android(`${chrome} Vivaldi/7.7`), "Chromium"],
  ["firefox", "Firefox on Android", "Mozilla/5.0 (Android 15; Mobile; rv:146.0) Gecko/146.0 Firefox/146.0"],
  ["app", "WeChat on Android", android(`${view} MicroMessenger/8.0.66`)],
  ["app", "TikTok on Android", android(`${view} musical_ly_2025 BytedanceWebview/d8a21c6`)],
  ["app", "LinkedIn on Android", android(`${view} [LinkedInApp]/4.1.1110`)],
  [
    "app",
    "a web view of any app on Android",
    android(view, "Linux; Android 15; Pixel 9; wv"),
    "Android WebView",
  ],
  ["firefox", "Firefox on a desk", "Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0"],
  ["safari", "Safari on a Mac", ios("Version/26.1 Safari/605.1.15", "Macintosh; Intel Mac OS X 10_15_7")],
];

describe("the browser's name for the app", () => {
  for (const [name, what, userAgent, brand] of agents)
    it(`is "${name}" for ${what}`, () => {
      const userAgentData =
        brand === undefined ? {} : { userAgentData: { brands: [{ brand: "Not A(Brand" }, { brand }] } };
      expect(browserName({ userAgent, maxTouchPoints: 5, ...userAgentData })).to.equal(name);
    });

  it("is safari on an iPad, which says that it is a Mac, and app for a web view there", () => {
    const ipad = (rest: string) => ios(rest, "Macintosh; Intel Mac OS X 10_15_7");
    expect(browserName({ userAgent: ipad("Version/26.1 Safari/605.1.15"), maxTouchPoints: 5 })).to.equal(
      "safari",
    );
    expect(browserName({ userAgent: ipad("Mobile/15E148"), maxTouchPoints: 5 })).to.equal("app");
  });

  it("is app for a page on the home screen of iOS", () => {
    const userAgent = ios("Version/26.1 Mobile/15E148 Safari/604.1");
    expect(browserName({ userAgent, maxTouchPoints: 5, standalone: true })).to.equal("app");
  });

  it("is never more than a name of the set, whatever the browser says", () => {
    for (const userAgent of ["", "https://evil.example/", "x".repeat(10_000), "safari&otp-return=1234"])
      expect(browserName({ userAgent, maxTouchPoints: 0 })).to.equal("other");
  });
});
