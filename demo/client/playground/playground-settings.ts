import type { Messages } from "onegini-otp-login";
import {
  beginnings,
  type Beginning,
  networkNames,
  parseNetwork,
  defaultNetwork,
  type Network,
} from "../../playground/playground-choices.js";

/** What a site sets, by the name of a property, part or slot. */
type Values = Readonly<Record<string, string>>;

/**
 * The phases, and what a person may see within `pending`, `approved` and `failed`: there by the code of the element's error. Each
 * is in the group in which a person looks for it.
 */
export const phaseGroups = {
  Code: ["idle", "requesting", "pending", "scanned", "reconnecting", "offline"],
  Login: ["approved", "slow", "number", "wrong_number", "completed"],
  "No login": [
    "denied",
    "expired",
    "failed",
    "login_paused",
    "too_many_requests",
    "cookies_blocked",
    "pairing_failed",
  ],
} as const;

export const phases = Object.values(phaseGroups).flat();

export type PhaseName = (typeof phases)[number];

export type WantedPhase = PhaseName | undefined;

const beginningNames = Object.keys(beginnings) as Beginning[];

/** Parses the element's messages, such as `{"step2": "Scan it in Demo Bank"}`; undefined if they are invalid. */
function parseMessages(text: string): Partial<Messages> | undefined {
  if (text.trim() === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    const isWords =
      typeof value === "object" &&
      value !== null &&
      !Array.isArray(value) &&
      Object.values(value).every((words) => typeof words === "string");
    return isWords ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The element's own maximum width: the CSS does not need to set it. */
export const defaultWidthPx = 420;

export const defaultRenewals = 5;

/** The link of the demo's login page, for the phone's layout. */
const demoAppLink = "/phone#otp={otp}&browser={browser}";

/** The color-scheme of the playground's own page. */
export const defaultScheme = "light dark";

/** The values of the controls. */
export type Settings = ReturnType<typeof readSettings>;

/** Reads the controls. */
export function readSettings(form: FormData) {
  const text = (name: string): string => {
    const value = form.get(name);
    return typeof value === "string" ? value : "";
  };
  const number = (name: string, fallback: number): number => {
    const value = text(name);
    return value !== "" && Number.isFinite(Number(value)) ? Number(value) : fallback;
  };
  const values = (prefix: string): Values =>
    Object.fromEntries(
      [...form.keys()].flatMap((name) => {
        const value = name.startsWith(prefix) ? text(name).trim() : "";
        return value === "" ? [] : [[name.slice(prefix.length), value]];
      }),
    );
  const chosen = Object.fromEntries(networkNames.map((name) => [name, text(name)]));
  return {
    endpoint: text("endpoint"),
    redirect: text("redirect"),
    /** Whether the page prevents the redirect after a login. */
    stay: form.has("stay"),
    appLink: text("app-link") || (form.has("app-first") ? demoAppLink : ""),
    /** Whether the element is to believe that it is on a phone: there the app comes first. */
    isAppFirst: form.has("app-first"),
    qrLink: text("qr-link"),
    renewals: number("renewals", defaultRenewals),
    manual: form.has("manual"),
    beginning: beginningNames.find((name) => name === text("beginning")) ?? "element",
    /** The site's own messages; undefined while the text is invalid. */
    messages: parseMessages(text("messages")),
    language: text("language"),
    widthPx: number("width", defaultWidthPx),
    textPercent: number("text-size", 100),
    /** The page's color-scheme. */
    scheme: text("scheme"),
    /** The element's own; empty if it has the page's. */
    ownScheme: text("own-scheme"),
    properties: values("property-"),
    /** CSS declarations. */
    parts: values("part-"),
    /** Words, or the address of a picture. */
    slots: values("slot-"),
    network: parseNetwork(chosen) ?? defaultNetwork,
    /** The wanted phase, if any. */
    phase: phases.find((phase) => phase === text("phase")),
    hold: form.has("hold"),
  };
}

/**
 * The settings while a phase is wanted: with the network and attributes that lead to that phase. The element is driven
 * only by its attributes and its server's responses.
 */
export function inEffect(settings: Settings): Settings {
  const { network } = settings;
  const during = (changed: Partial<Network>): Settings => ({
    ...settings,
    network: { ...network, ...changed },
  });
  switch (settings.phase) {
    case "requesting":
      return during({ codes: "silent" });
    case "pending":
    case "scanned":
    case "offline":
      return during({ life: "hour" });
    case "reconnecting":
      return during({ life: "hour", stream: "refused", polls: "down" });
    case "approved":
    case "slow":
      return during({ login: "silent" });
    case "number":
      return during({ number: "always" });
    case "wrong_number":
      return during({ number: "always", login: "wrong" });
    case "pairing_failed":
      return during({ login: "failed" });
    case "login_paused":
      return during({ codes: "paused" });
    case "too_many_requests":
      return during({ codes: "busy" });
    case "cookies_blocked":
      return during({ cookies: "blocked" });
    case "expired":
      return { ...during({ life: "brief" }), renewals: 0 };
    case "failed":
      return during({
        codes: network.codes === "works" || network.codes === "silent" ? "down" : network.codes,
      });
    case "idle":
    case "completed":
    case "denied":
    case undefined:
      return settings;
    default:
      return settings.phase satisfies never;
  }
}
