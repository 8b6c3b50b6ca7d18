/** What a page can say about its browser. */
interface BrowserInfo {
  userAgent: string;
  maxTouchPoints: number;
  /** Set on iOS: whether the page runs as an app from the home screen. */
  standalone?: boolean;
  userAgentData?: { brands: readonly { brand: string }[] };
}

/** Browsers in other apps. Those on iOS that are not in the list have no `Safari/`. */
const inApps =
  /FBAN|FBAV|FB_IAB|Instagram|Threads|TikTok|musical_ly|Bytedance|LinkedInApp|Snapchat|Pinterest|Line\/|MicroMessenger|GSA\/|; wv\)/;

/** The first that fits. The last two have nothing of another browser after their own words. */
const names: readonly (readonly [RegExp, string])[] = [
  [/Microsoft Edge|Edg(A|iOS)?\//, "edge"],
  [/Samsung/, "samsung"],
  [/Opera|OP[RTX]\/|OPiOS/, "opera"],
  [/Brave/, "brave"],
  [/DuckDuckGo|Ddg\//, "duckduckgo"],
  [/(Focus|Klar)\//, "other"],
  [/(Firefox|FxiOS)\/[^ ]+( Mobile\/\w+ Safari\/[^ ]+)?$/m, "firefox"],
  [/Google Chrome|CriOS\//, "chrome"],
  [/Version\/[^ ]+ (Mobile\/\w+ )?Safari\/[^ ]+$/m, "safari"],
];

/** Whether the page is in a browser of another app, where a link may not open ours. */
export function isInApp({ userAgent, maxTouchPoints, standalone }: BrowserInfo): boolean {
  const isApple = /iP(hone|ad|od)/.test(userAgent) || (/Macintosh/.test(userAgent) && maxTouchPoints > 1);
  return !standalone && (inApps.test(userAgent) || (isApple && !/Safari\//.test(userAgent)));
}

/**
 * The browser, for an app that goes back to it: a name from a fixed set, never an address. `app` is a browser in another app, or a
 * page on the home screen of iOS: an app cannot go back there. Anything that is not in the set is `other`.
 */
export function browserName(browser: BrowserInfo): string {
  const { userAgent, standalone, userAgentData } = browser;
  if (standalone || isInApp(browser)) return "app";
  const brands = userAgentData?.brands.map(({ brand }) => brand);
  const text = [userAgent, ...(brands ?? [])].join("\n");
  const name = names.find(([pattern]) => pattern.test(text))?.[1];
  // Without brands, as in an insecure page, Chrome is what has no other word.
  return (
    name ?? (!brands?.length && /Chrome\/[^ ]+ (Mobile )?Safari\/[^ ]+$/.test(userAgent) ? "chrome" : "other")
  );
}
