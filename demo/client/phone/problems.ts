import type { Icon } from "../../pages/demo-icons.js";
import { answerTexts } from "./answer-texts.js";
import type { Problem } from "./sdk.js";

/** The phone's text about a problem: what happened, and what to do. */
export interface Advice {
  icon: Icon;
  title: string;
  text: string;
  action: "enroll" | "unlock" | "scan" | "openBrowser";
  actionLabel: string;
  closeAction: "close" | "openBrowser";
  closeLabel: string;
}

const backToBrowser = answerTexts.en.backToBrowser;

/** The text for each code of the SDK. @param canGoBack whether a link has opened the app, which can go back to its browser */
export function adviceFor({ code }: Problem, user: string, canGoBack: boolean): Advice {
  const close = { closeAction: "close", closeLabel: "Close" } as const;
  const notNow = canGoBack
    ? ({ closeAction: "openBrowser", closeLabel: backToBrowser } as const)
    : ({ closeAction: "close", closeLabel: "Not now" } as const);
  const again = canGoBack
    ? ({ action: "openBrowser", actionLabel: backToBrowser, ...close } as const)
    : ({ action: "scan", actionLabel: "Scan again", ...close } as const);
  const newest = canGoBack
    ? "Go back to the page\nand begin again."
    : "Scan the newest code\non the login page.";
  switch (code) {
    case 8012:
    case 9010:
      return {
        icon: "lock",
        title: "The app is locked",
        text: `Unlock it with ${code === 8012 ? "Face ID" : "your fingerprint"}${canGoBack ? "." : ",\nthen scan again."}`,
        action: "unlock",
        actionLabel: "Unlock",
        ...notNow,
      };
    case 9020:
    case 9021:
    case 9023:
      return {
        icon: "phone",
        title: "This phone isn’t set up yet",
        text: `Turn on QR login for\n${user}${canGoBack ? "." : ", then scan again."}`,
        action: "enroll",
        actionLabel: "Turn on QR login",
        ...notNow,
      };
    case 9029:
    case 10013:
      return {
        icon: "clock",
        title: "This code no longer works",
        text: newest,
        ...again,
      };
    case 10015:
      return {
        icon: "mark",
        title: "This isn’t a login code",
        text: canGoBack ? newest : "Scan the code on the\nDemo Bank login page.",
        ...again,
      };
    case undefined:
      return {
        icon: "mark",
        title: "The bank isn’t answering",
        text: "Please try again\nin a moment.",
        ...again,
      };
    default:
      return {
        icon: "mark",
        title: "This can’t be handled",
        text: newest,
        ...again,
      };
  }
}
