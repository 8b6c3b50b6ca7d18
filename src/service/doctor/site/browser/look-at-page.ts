import { setTimeout as delay } from "node:timers/promises";
import { codeOrText } from "../../../process/error-code.js";
import type { GivenHeader } from "../given-headers.js";
import { maxRedirects } from "../site.js";
import { startBrowser, type Browser } from "./browser.js";
import { readCode, type ReadCode } from "./read-code.js";
import type { EventOf, Listeners } from "./devtools.js";
import { startPageProxy, type PageProxy } from "./page-proxy.js";
import { openStream, PageRecord, type SeenRequest, type Trouble } from "./page-record.js";
import {
  mainElement,
  parsePageState,
  parseSettings,
  readPageExpression,
  settingsExpression,
  tagName,
  type ElementSettings,
  type ElementState,
  type PageState,
} from "./read-page.js";

export { findBrowser } from "./find-browser.js";

/** The most that a page may take. */
export interface LookLimits {
  /** Default 60 s. */
  totalMs: number;
  /** Default 700 MB. */
  memoryBytes: number;
  /** Default 1,000. */
  requests: number;
}

export const lookLimits: LookLimits = { totalMs: 60_000, memoryBytes: 700_000_000, requests: 1000 };

export interface LookOptions {
  page: string;
  /** Of the page and of the login API: what may get `headers`. */
  origins: readonly string[];
  headers: readonly GivenHeader[];
  path: string;
  isSandboxed: boolean;
  /** Hashes of the keys of certificates that Node trusts and a browser may not know. */
  trustedKeys: readonly string[];
  limits: LookLimits;
  timeoutMs: number;
  /** Takes secrets out of a text. */
  clean: (text: string) => string;
}

/** What a browser saw of a page. */
export interface Look {
  kind: "look";
  /** The last answer to the page's own address. */
  document: SeenRequest | undefined;
  /** A redirect that was not followed: to another origin, or one too many. */
  redirect: { from: string; to: string } | undefined;
  /** Why the page's address could not be loaded. */
  navigationError: string | undefined;
  state: PageState | undefined;
  /** Whether the element came into view only by scrolling. */
  isScrolled: boolean;
  settings: ElementSettings | undefined;
  /** The address of the script that registers the element; empty for one in the page. */
  registeredBy: string | undefined;
  code: ReadCode | undefined;
  requests: readonly SeenRequest[];
  troubles: readonly Trouble[];
  /** Why it ended early, and what it waited for. */
  stopped: string | undefined;
}

export type NoLook = { kind: "none"; why: string };

/** A page whose scripts add the element does so within this time after its last request, with timers too. */
const quietMs = 4000;
/** A page that never becomes quiet, and an element that never gets a code. */
const patienceMs = 15_000;
/** The widget polls after 2.5 s without a stream, which may still come on a slow machine. */
const streamMs = 8_000;
/** An element that is in view starts in less. */
const idleMs = 3_500;

const flags = (proxyPort: number, trustedKeys: readonly string[]): string[] => [
  `--proxy-server=http://127.0.0.1:${proxyPort}`,
  "--proxy-bypass-list=<-loopback>",
  "--disable-quic",
  // WebRTC would send UDP past the proxy. Older versions know the second name.
  "--webrtc-ip-handling-policy=disable_non_proxied_udp",
  "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
  ...(trustedKeys.length > 0 ? [`--ignore-certificate-errors-spki-list=${trustedKeys.join(",")}`] : []),
];

/** Looks at a page with an installed browser. Never rejects. */
export async function lookAtPage(options: LookOptions): Promise<Look | NoLook> {
  const { origins, timeoutMs } = options;
  const proxy = await startPageProxy({ origins, timeoutMs });
  const visit = new Visit(options, proxy.credentials);
  let browser: Browser | undefined;
  try {
    browser = await startBrowser({
      path: options.path,
      isSandboxed: options.isSandboxed,
      flags: flags(proxy.port, options.trustedKeys),
      listeners: visit.listeners,
    });
    const look = await visit.look(browser);
    return look.kind === "look" ? withReasons(look, proxy) : look;
  } catch (error) {
    return { kind: "none", why: `${options.path} could not be started: ${codeOrText(error)}` };
  } finally {
    await browser?.close();
    await proxy.close();
  }
}

/** A browser tells only that its proxy failed. The proxy knows why. */
function withReasons(look: Look, proxy: PageProxy): Look {
  const reasons = new Map([
    ...proxy.unreachable().map(({ host, error }) => [host, error] as const),
    ...proxy
      .refused()
      .map((host) => [host, "doctor lets no public page reach this machine or a private network"] as const),
  ]);
  const explain = (request: SeenRequest): SeenRequest => {
    if (!URL.canParse(request.url)) return request;
    const { hostname, port, protocol } = new URL(request.url);
    const reason = reasons.get(`${hostname}:${port || (protocol === "https:" ? 443 : 80)}`);
    const isOfProxy = request.failure !== undefined || [403, 502].includes(request.status ?? 0);
    if (reason === undefined || !isOfProxy || request.failure?.kind === "blocked") return request;
    return { ...request, status: undefined, failure: { kind: "network", reason } };
  };
  return { ...look, document: look.document && explain(look.document), requests: look.requests.map(explain) };
}

/** One visit of one page. */
class Visit {
  #browser!: Browser;
  readonly #options: LookOptions;
  readonly #credentials: { username: string; password: string };
  readonly #record: PageRecord;
  readonly #requested = new Set<string>();
  #page: { session: string; frame: string } | undefined;
  /** The page that was asked for last, and the one that is shown: a download or an app's link is not. */
  #document: string | undefined;
  #shown: string | undefined;
  /** The frames of other origins. Only some have a session of their own. */
  readonly #foreignFrames = new Set<string>();
  #documents = 0;
  #lastDocument: string | undefined;
  #isScrolled = false;
  #hasEnded = false;
  /** When the page answered last. */
  #lastReadMs = performance.now();
  #redirect: Look["redirect"];
  #stopped: string | undefined;
  /** Ends the wait. */
  #stop: () => void = () => undefined;
  readonly #isStopped = new Promise<void>((resolve) => void (this.#stop = resolve));
  #opened: (session: string) => void = () => undefined;

  /** What the browser tells. */
  readonly listeners: Listeners = {
    "Target.attachedToTarget": (attached) => this.#attach(attached),
    "Target.detachedFromTarget": ({ sessionId }) => {
      if (sessionId === this.#page?.session) this.#end("the page closed itself");
    },
    "Inspector.targetCrashed": (_, session) => {
      if (session === this.#page?.session) this.#end("the page crashed the browser's process");
    },
    "Page.javascriptDialogOpening": (_, session) =>
      this.#send("Page.handleJavaScriptDialog", { accept: false }, session),
    "Fetch.requestPaused": (paused, session) => this.#letThrough(paused, session),
    "Fetch.authRequired": (asked, session) => this.#authenticate(asked, session),
    "Network.requestWillBeSent": (asked, session) => {
      if (asked.type === "Document" && asked.frameId === this.#page?.frame) this.#document = asked.requestId;
      this.#record.asked(
        asked,
        session === this.#page?.session && !this.#foreignFrames.has(asked.frameId ?? ""),
      );
    },
    "Page.frameNavigated": ({ frame }) => {
      if (frame.id === this.#page?.frame) this.#shown = frame.loaderId;
      else if (/^https?:/.test(frame.url) && originOf(frame.url) !== originOf(this.#options.page))
        this.#foreignFrames.add(frame.id);
      else this.#foreignFrames.delete(frame.id);
    },
    "Network.responseReceived": (answer) => this.#record.answered(answer),
    "Network.responseReceivedExtraInfo": (answer) => this.#record.cookiesRefused(answer),
    "Network.dataReceived": (data) => this.#record.received(data),
    "Network.loadingFinished": (end) => this.#record.ended(end),
    "Network.loadingFailed": (end) => this.#record.failed(end),
    "Runtime.exceptionThrown": ({ exceptionDetails }) => this.#record.exception(exceptionDetails),
    "Runtime.consoleAPICalled": (call) => this.#record.console(call),
    "Log.entryAdded": ({ entry }) => this.#record.logged(entry),
    "Audits.issueAdded": ({ issue }) => this.#record.issue(issue),
    "Debugger.scriptParsed": ({ scriptId, url }) =>
      void this.#record.scripts.set(scriptId, url.slice(0, 1000)),
  };

  constructor(options: LookOptions, credentials: { username: string; password: string }) {
    this.#options = options;
    this.#record = new PageRecord(options.clean);
    this.#credentials = credentials;
  }

  /** Looks with a browser that has just started, and tells `listeners` all. */
  async look(browser: Browser): Promise<Look | NoLook> {
    this.#browser = browser;
    const { devtools, ended } = this.#browser;
    const { limits, page } = this.#options;
    void ended.then((reason) => {
      this.#hasEnded = true;
      this.#end(
        reason === "sandbox"
          ? "the browser's sandbox cannot run here (as root in a container): with --no-sandbox it goes without, if you trust the page"
          : "the browser ended by itself",
      );
    });
    const timer = setTimeout(() => this.#end(this.#waitedFor()), limits.totalMs);
    const watch = this.#watchMemory();
    try {
      const session = await this.#race(this.#open());
      if (session === undefined || this.#page === undefined)
        return { kind: "none", why: this.#stopped ?? "the browser did not start" };
      await this.#race(this.#takeCookies(session));
      const navigated = await this.#race(devtools.send("Page.navigate", { url: page }, session));
      // Some pages load scripts when a person first does something.
      this.#send("Input.dispatchMouseEvent", { type: "mouseMoved", x: 40, y: 40 }, session);
      const state = navigated?.errorText === undefined ? await this.#settle(session) : undefined;
      const seen = state && (await this.#race(this.#lookCloser(session, state)));
      return {
        kind: "look",
        document:
          this.#record.requests.get(this.#shown ?? "") ?? this.#record.requests.get(this.#document ?? ""),
        redirect: this.#redirect,
        navigationError: navigated?.errorText,
        state,
        isScrolled: this.#isScrolled,
        settings: seen?.settings,
        registeredBy: seen?.registeredBy,
        code: seen?.code,
        requests: [...this.#record.requests.values()],
        troubles: this.#record.troubles,
        stopped: this.#stopped,
      };
    } finally {
      clearTimeout(timer);
      clearInterval(watch);
    }
  }

  /** Attaches to all pages, frames and workers, each before it runs, and waits for the page. */
  async #open(): Promise<string> {
    const opened = new Promise<string>((resolve) => void (this.#opened = resolve));
    const { devtools } = this.#browser;
    await devtools.send("Browser.setDownloadBehavior", { behavior: "deny" });
    await devtools.send("Target.setAutoAttach", attachAll);
    return opened;
  }

  #attach({ sessionId: session, targetInfo: { type, targetId } }: EventOf<"Target.attachedToTarget">): void {
    // Windows that the page opens, and the browser's own, which take memory.
    if ((type === "page" && this.#page) || !pageTargets.includes(type))
      return this.#send("Target.closeTarget", { targetId }, undefined);
    this.#send("Target.setAutoAttach", attachAll, session);
    // A worker of one page has no `Fetch`: its requests are those of the page.
    this.#send("Fetch.enable", { handleAuthRequests: true, patterns: [{ urlPattern: "*" }] }, session);
    this.#send("Network.enable", {}, session);
    if (type === "page" || type === "iframe") {
      for (const domain of ["Page", "Runtime", "Log", "Audits"] as const)
        this.#send(`${domain}.enable`, {}, session);
    }
    if (type === "page") {
      // A page's `debugger` would stop it.
      this.#send("Debugger.enable", {}, session);
      this.#send("Debugger.setSkipAllPauses", { skip: true }, session);
      this.#page = { session, frame: targetId };
      this.#opened(session);
    }
    this.#send("Runtime.runIfWaitingForDebugger", {}, session);
  }

  /** A cookie of the user goes to its place among the browser's. As a header it would replace all of them. */
  async #takeCookies(session: string): Promise<void> {
    const { origins, headers } = this.#options;
    const cookies = headers
      .filter(([name]) => /^cookie$/i.test(name))
      .flatMap(([, value]) => value.split(";"))
      .map((each) => each.trim())
      .filter((each) => each !== "")
      .flatMap((each) => {
        const name = each.split("=", 1)[0] ?? "";
        return origins.map((url) => ({ name, value: each.slice(name.length + 1), url }));
      });
    if (cookies.length > 0) await this.#browser.devtools.send("Network.setCookies", { cookies }, session);
  }

  #letThrough(paused: EventOf<"Fetch.requestPaused">, session: string | undefined): void {
    const { requestId, request, resourceType, frameId, networkId } = paused;
    const { limits, origins, headers } = this.#options;
    const refuse = (): void =>
      this.#send("Fetch.failRequest", { requestId, errorReason: "BlockedByClient" }, session);
    this.#requested.add(networkId ?? requestId);
    if (this.#requested.size > limits.requests) {
      this.#end(`the page made more than ${limits.requests} requests, the last to ${request.url}`);
      return refuse();
    }
    const origin = originOf(request.url);
    if (resourceType === "Document" && frameId === this.#page?.frame) {
      this.#documents++;
      if (origin !== originOf(this.#options.page) || this.#documents > maxRedirects) {
        this.#redirect = { from: this.#lastDocument ?? this.#options.page, to: request.url };
        this.#stop();
        return refuse();
      }
      this.#lastDocument = request.url;
    }
    const given = origins.includes(origin) ? headers.filter(([name]) => !/^cookie$/i.test(name)) : [];
    if (given.length === 0) return this.#send("Fetch.continueRequest", { requestId }, session);
    const names = new Set(given.map(([name]) => name.toLowerCase()));
    const own = Object.entries(request.headers).filter(([name]) => !names.has(name.toLowerCase()));
    const all = [...own, ...given].map(([name, value]) => ({ name, value }));
    this.#send("Fetch.continueRequest", { requestId, headers: all }, session);
  }

  #authenticate(
    { requestId, authChallenge: { source } }: EventOf<"Fetch.authRequired">,
    session: string | undefined,
  ): void {
    // Credentials for the site stand in `--header`. If they did not suffice, the answer is the site's.
    const authChallengeResponse =
      source === "Proxy"
        ? { response: "ProvideCredentials" as const, ...this.#credentials }
        : { response: "CancelAuth" as const };
    this.#send("Fetch.continueWithAuth", { requestId, authChallengeResponse }, session);
  }

  /** Waits until there is nothing more to see. */
  async #settle(session: string): Promise<PageState | undefined> {
    let last: PageState | undefined;
    const began = performance.now();
    let phaseBegan = began;
    while (this.#stopped === undefined && this.#redirect === undefined) {
      const state = await this.#race(this.#read(session));
      if (state === undefined) break;
      const now = performance.now();
      const element = mainElement(state);
      const phase = element?.phase;
      this.#isScrolled ||= element?.isBeyond === true;
      if (last === undefined || mainElement(last)?.phase !== phase) phaseBegan = now;
      last = state;
      this.#lastReadMs = now;
      if (this.#isSettled(state, now - began, now - phaseBegan)) break;
      await this.#race(delay(150));
    }
    return last;
  }

  #isSettled(state: PageState, ms: number, phaseMs: number): boolean {
    const element = mainElement(state);
    if (!element?.isDefined) return state.isLoaded && (this.#record.quietMs() > quietMs || ms > patienceMs);
    switch (element.phase) {
      case "pending":
        return (
          (element.code !== undefined && openStream(this.#record.requests.values()) !== undefined) ||
          phaseMs > streamMs
        );
      case undefined:
      case "idle":
        return phaseMs > (element.isManual ? 500 : idleMs);
      case "requesting":
        return phaseMs > patienceMs;
      default:
        return phaseMs > 300;
    }
  }

  async #read(session: string): Promise<PageState | undefined> {
    const { devtools } = this.#browser;
    for (;;) {
      try {
        const { executionContextId } = await devtools.send(
          "Page.createIsolatedWorld",
          { frameId: this.#page?.frame ?? "", worldName: "onegini-otp-login doctor" },
          session,
        );
        const { result, exceptionDetails } = await devtools.send(
          "Runtime.evaluate",
          { expression: readPageExpression, contextId: executionContextId, returnByValue: true },
          session,
        );
        if (!exceptionDetails) return parsePageState(result.value, this.#options.clean);
      } catch (error) {
        // Otherwise the page went to another address meanwhile.
        if (this.#stopped !== undefined || this.#hasEnded) throw error;
      }
      await delay(50);
    }
  }

  /** What takes more than one question. */
  async #lookCloser(
    session: string,
    state: PageState,
  ): Promise<Pick<Look, "settings" | "registeredBy" | "code">> {
    const element = mainElement(state);
    const registeredBy = await this.#registeredBy(session);
    if (!element?.isDefined) return { settings: undefined, registeredBy, code: undefined };
    return {
      settings: await this.#settings(session, state.elements.indexOf(element)),
      registeredBy,
      code: element.code && (await this.#code(session, element.code)),
    };
  }

  async #settings(session: string, index: number): Promise<ElementSettings | undefined> {
    const { result } = await this.#browser.devtools.send(
      "Runtime.evaluate",
      { expression: settingsExpression(index), returnByValue: true, timeout: 2000 },
      session,
    );
    return parseSettings(result.value);
  }

  async #registeredBy(session: string): Promise<string | undefined> {
    const { devtools } = this.#browser;
    const { result } = await devtools.send(
      "Runtime.evaluate",
      { expression: `customElements.get("${tagName}")` },
      session,
    );
    if (result.objectId === undefined) return undefined;
    const { internalProperties } = await devtools.send(
      "Runtime.getProperties",
      { objectId: result.objectId, ownProperties: true },
      session,
    );
    const place = internalProperties?.find(({ name }) => name === "[[FunctionLocation]]")?.value?.value as
      { scriptId?: string } | undefined;
    return this.#record.scripts.get(place?.scriptId ?? "") ?? "";
  }

  /** A code may still fade in. */
  async #code(session: string, clip: ElementState["code"]): Promise<ReadCode> {
    for (let tries = 5; ; tries--) {
      const { data } = await this.#browser.devtools.send(
        "Page.captureScreenshot",
        { format: "png", clip: { ...clip!, scale: 1 }, captureBeyondViewport: true },
        session,
      );
      const code = readCode(Buffer.from(data, "base64"));
      if (code.isReadable || tries === 0) return code;
      await delay(1000);
    }
  }

  #watchMemory(): NodeJS.Timeout {
    return setInterval(() => {
      void this.#browser.memory().then((bytes) => {
        if ((bytes ?? 0) > this.#options.limits.memoryBytes)
          this.#end(
            `the page took more than ${Math.round(this.#options.limits.memoryBytes / 1e6)} MB of memory`,
          );
      });
    }, 250);
  }

  #waitedFor(): string {
    const seconds = Math.round(this.#options.limits.totalMs / 1000);
    const isStuck = performance.now() - this.#lastReadMs > 3_000;
    const waiting = isStuck ? undefined : this.#record.pending().find(({ status }) => status === undefined);
    return waiting
      ? `not done in ${seconds} s, waiting for ${waiting.url}`
      : `not done in ${seconds} s: the page's scripts did not come to rest`;
  }

  #end(why: string): void {
    this.#stopped ??= why;
    this.#stop();
  }

  /** What is awaited, or undefined if the visit ends before. */
  async #race<Result>(work: Promise<Result>): Promise<Result | undefined> {
    const done = work.catch(async (error: unknown) => {
      // If the browser has ended, it says why, a little later.
      await Promise.race([this.#browser.ended, delay(500)]);
      this.#end(`the browser did not answer (${codeOrText(error)})`);
      return undefined;
    });
    return Promise.race([done, this.#isStopped.then(() => undefined)]);
  }

  /** A command whose answer changes nothing: the target may be gone. */
  #send(...[method, params, session]: Parameters<Browser["devtools"]["send"]>): void {
    this.#browser.devtools.send(method, params, session).catch(() => undefined);
  }
}

const pageTargets = ["page", "iframe", "worker", "shared_worker", "service_worker"];

const attachAll = { autoAttach: true, waitForDebuggerOnStart: true, flatten: true };

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : "null";
}
