import { createLoginKit, nodeTransport, type NodeContext } from "onegini-otp-login/node";
import {
  clientIpBehind,
  type AttemptStore,
  type LoginKit,
  type LoginKitEvent,
  type LoginKitOptions,
  type Message,
} from "onegini-otp-login/server";
import type { Secrets } from "../settings/secret-files.js";
import type { SettingName, Settings } from "../settings/setting-list.js";
import type { Audit } from "./audit/audit.js";
import { logEvent, type Log } from "./telemetry/log.js";
import type { ForgottenBrowsers } from "./store/forgotten-browsers.js";
import type { Metrics } from "./telemetry/metrics.js";
import { StartProblem } from "./start-problem.js";
import { StrangerSampling } from "./telemetry/stranger-sampling.js";
import { traceEvent } from "./telemetry/traces.js";

/** A page that the site's own server renders, for the browser's address that the site passes. */
interface FirstPaintContext {
  address: string | undefined;
}

/** The context of a call to the kit: Node's request on the public port, or the address from `POST /begin` on the internal one. */
type ServiceContext = NodeContext | FirstPaintContext;

export type ServiceKit = LoginKit<ServiceContext>;

/** What the kit uses of the service, besides the settings. */
interface KitSurroundings {
  /** The secrets in use, which may change. Default: those of the settings. */
  secrets?: Secrets;
  store: AttemptStore | undefined;
  log: Log;
  metrics: Metrics;
  /** Default: none. */
  audit?: Pick<Audit, "event">;
  /** Default: one of this kit's own. */
  strangers?: StrangerSampling;
  /** Default: none. */
  forgotten?: Pick<ForgottenBrowsers, "since">;
}

/**
 * Creates the kit from the settings.
 *
 * @throws StartProblem that names a setting which only the kit can check
 */
export function createKit(
  settings: Settings,
  { secrets = settings, store, log, metrics, audit, strangers, forgotten }: KitSurroundings,
): ServiceKit {
  const sampling = strangers ?? new StrangerSampling(settings["log-strangers"]);
  const behindProxies = clientIpBehind(settings.proxies);
  const checkProxies = createProxiesCheck(settings.proxies, log);
  const { message, limits, timeouts } = settings;
  const resultPolling = settings["result-polling"];
  const uri = settings["callback-uri"];
  const apiOrigin = settings["api-origin"];
  const username = settings["callback-username"];
  const password = () => secrets["callback-password"] ?? [];
  const options = {
    origin: settings.origin,
    origins: settings.origins,
    ...(apiOrigin !== undefined && { apiOrigin }),
    path: settings.path,
    tokenServer: {
      url: settings["token-server-url"],
      clientId: settings["client-id"],
      clientSecret: () => secrets["client-secret"],
      type: settings.type,
      clientAuthentication: settings["client-authentication"],
    },
    callback: {
      ...(uri !== undefined && { uri }),
      ...(username !== undefined && { username, password }),
    },
    ...(message !== undefined && { message: typeof message === "string" ? message : messageIn(message) }),
    maxMessageLength: settings["max-message-length"],
    ...pairingOf(settings, secrets, forgotten),
    handOver: { to: settings["hand-over-to"] },
    ...(store && { store }),
    clientIp(request, context) {
      if ("address" in context) return context.address;
      checkProxies(request);
      return behindProxies(request, context);
    },
    ...(resultPolling !== undefined && { resultPolling }),
    onEvent(event) {
      metrics.count(event);
      traceEvent(event);
      audit?.event(event);
      logEvent(log, namingSettings(event), sampling.standsFor(event));
    },
    transport: metrics.counting(nodeTransport),
    ...(limits !== undefined && { limits }),
    ...(timeouts !== undefined && { timeouts }),
  } satisfies LoginKitOptions<ServiceContext>;
  try {
    return createLoginKit<ServiceContext>(options);
  } catch (error) {
    throw error instanceof TypeError ? new StartProblem(inSettings(error.message), 2) : error;
  }
}

function pairingOf(settings: Settings, secrets: Secrets, forgotten: KitSurroundings["forgotten"]) {
  const { pairing: when } = settings;
  if (when === "off") return undefined;
  return {
    pairing: {
      keys: () => secrets["pairing-keys"] ?? [],
      when,
      digits: settings["pairing-digits"],
      rememberDays: settings["pairing-remember-days"],
      unnumbered: settings["pairing-unnumbered"],
      ...(forgotten && { knownSince: forgotten.since }),
    },
  };
}

/**
 * Warns once if a request shows that `proxies` is wrong. If it is too small, all people share one address. If it is too large,
 * anybody can claim any address, and the phone shows it.
 */
function createProxiesCheck(proxies: number, log: Log): (request: Request) => void {
  let hasWarned = false;
  return ({ headers }) => {
    if (hasWarned) return;
    const forwardedFor = headers.get("x-forwarded-for")?.split(",").length ?? 0;
    if (proxies === 0 ? forwardedFor === 0 : forwardedFor >= proxies) return;
    hasWarned = true;
    log.warn({ proxies, forwardedFor }, "proxies_differ");
  };
}

/** The message in the page's language, else in English, else the first one. */
const messageIn = (texts: Readonly<Record<string, string>>): Message<ServiceContext> => {
  const [first = ""] = Object.values(texts);
  return ({ language = "en" }) => texts[language] ?? texts["en"] ?? first;
};

/** Options whose names differ from those of the settings, and which only the kit checks. */
const renamed: Record<string, SettingName> = { "handOver.to": "hand-over-to", apiOrigin: "api-origin" };

const withSettingNames = (text: string): string =>
  text.replace(/"([\w.]+)"/g, (quoted, name: string) => renamed[name] ?? quoted);

const inSettings = (message: string): string => {
  const [, words = message] = /^createLoginKit: (.*)$/s.exec(message) ?? [];
  return `${withSettingNames(words)
    .replace(/^"([^"]+)"/, "$1")
    .replace(/; expected /, "; it must be ")}.`;
};

/** The events whose `description` names an option to change. */
const withFix: readonly LoginKitEvent["type"][] = ["request_refused", "page_refused", "host_differs"];

/** Replaces the names of options in an event by those of the settings and of `POST /begin`. */
function namingSettings(event: LoginKitEvent): LoginKitEvent {
  if (event.type === "invalid_client_address") {
    const call = event.source === "clientIp" ? "/begin" : "/scanned";
    const description = `"address" of POST ${call} is not an IP address, so it counts as unknown. A client can write anything into X-Forwarded-For: let your framework trust exactly the proxies in front of it.`;
    return { ...event, description };
  }
  if (!("description" in event) || !withFix.includes(event.type)) return event;
  const description = withSettingNames(event.description ?? "").replaceAll('"pageUrl"', "page_url");
  return { ...event, description };
}
