import type { Icon } from "../../pages/demo-icons.js";
import type { Problem } from "./sdk.js";

/** The phone's text about a problem: what happened, and what to do. */
export interface Advice {
  icon: Icon;
  title: string;
  text: string;
  action: "enroll" | "unlock" | "scan";
  actionLabel: string;
  closeLabel: string;
}

/** The text for each code of the SDK. */
export function adviceFor({ code }: Problem, user: string): Advice {
  const scanAgain = { action: "scan", actionLabel: "Scan again", closeLabel: "Close" } as const;
  switch (code) {
    case 8012:
    case 9010:
      return {
        icon: "lock",
        title: "The app is locked",
        text: `Unlock it with ${code === 8012 ? "Face ID" : "your fingerprint"},\nthen scan again.`,
        action: "unlock",
        actionLabel: "Unlock",
        closeLabel: "Not now",
      };
    case 9020:
    case 9021:
    case 9023:
      return {
        icon: "phone",
        title: "This phone isn’t set up yet",
        text: `Turn on QR login for\n${user}, then scan again.`,
        action: "enroll",
        actionLabel: "Turn on QR login",
        closeLabel: "Not now",
      };
    case 9029:
    case 10013:
      return {
        icon: "clock",
        title: "This code no longer works",
        text: "Scan the newest code\non the login page.",
        ...scanAgain,
      };
    case 10015:
      return {
        icon: "mark",
        title: "This isn’t a login code",
        text: "Scan the code on the\nDemo Bank login page.",
        ...scanAgain,
      };
    case undefined:
      return {
        icon: "mark",
        title: "The bank isn’t answering",
        text: "Please try again\nin a moment.",
        ...scanAgain,
      };
    default:
      return {
        icon: "mark",
        title: "This can’t be handled",
        text: "Scan the newest code\non the login page.",
        ...scanAgain,
      };
  }
}
