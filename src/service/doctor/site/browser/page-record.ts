import type { Protocol } from "devtools-protocol";
import type { EventOf } from "./devtools.js";

/** A request that the page, or one of its workers, made. */
export interface SeenRequest {
  url: string;
  method: string;
  type: Protocol.Network.ResourceType;
  accept: string;
  /** Whether the page itself asked, not a worker, nor a frame of another origin. */
  isOfPage: boolean;
  startedMs: number;
  isOver: boolean;
  status?: number | undefined;
  /** By their lower-case names. */
  headers?: Record<string, string>;
  mimeType?: string;
  isFromServiceWorker?: boolean;
  /** As it came over the network. */
  bytes: number;
  /** From its start to the first bytes of its body. */
  firstBytesMs?: number;
  /** The browser's reason why it failed or was blocked. */
  failure?: Failure;
  /** The cookies that the browser did not take or send, each with its reason. */
  refusedCookies: { name: string; reason: string }[];
}

export type Failure = { kind: "cors" | "blocked" | "network"; reason: string };

/** What went wrong in a page, as the browser tells it. */
export type Trouble =
  /** An exception that nothing caught, or a script that cannot be parsed. `line`: from 1. */
  | { kind: "exception"; text: string; url: string; line: number }
  /** Of the console, the network or the security checks. */
  | { kind: "error"; text: string; url: string }
  /** `blocked`: an address, or empty. `source`: where in the page's scripts. */
  | { kind: "policy"; directive: string; blocked: string; violation: string; source: string }
  | { kind: "mixed-content"; url: string };

const maxTroubles = 100;
const maxText = 1000;

/** Collects what a browser tells of a page's requests and errors. */
export class PageRecord {
  readonly requests = new Map<string, SeenRequest>();
  readonly troubles: Trouble[] = [];
  /** Each script's address, by the browser's id for it. */
  readonly scripts = new Map<string, string>();
  readonly #clean: (text: string) => string;
  #lastActivityMs = performance.now();

  /** @param clean takes secrets out of a text */
  constructor(clean: (text: string) => string) {
    this.#clean = clean;
  }

  /** How long nothing was asked for and nothing came, in milliseconds; 0 while an answer is awaited. Streams do not count. */
  quietMs(): number {
    return this.pending().length > 0 ? 0 : performance.now() - this.#lastActivityMs;
  }

  /** The requests without an end, but for streams, which have none. */
  pending(): SeenRequest[] {
    return [...this.requests.values()].filter(
      ({ isOver, mimeType, type }) => !isOver && mimeType !== "text/event-stream" && type !== "WebSocket",
    );
  }

  asked(
    { requestId, request, type, redirectResponse }: EventOf<"Network.requestWillBeSent">,
    isOfPage: boolean,
  ): void {
    this.#lastActivityMs = performance.now();
    // A redirect keeps the id; its first request is over.
    const before = this.requests.get(requestId);
    if (redirectResponse && before) this.requests.set(`${requestId} ${this.requests.size}`, over(before));
    this.requests.set(requestId, {
      url: this.#short(request.url),
      method: request.method,
      type: type ?? "Other",
      accept: String(request.headers["Accept"] ?? request.headers["accept"] ?? ""),
      isOfPage,
      startedMs: performance.now(),
      isOver: false,
      bytes: 0,
      refusedCookies: [],
    });
  }

  answered({ requestId, response, type }: EventOf<"Network.responseReceived">): void {
    const request = this.#find(requestId);
    if (!request) return;
    request.type = type;
    request.status = response.status;
    request.mimeType = response.mimeType;
    request.isFromServiceWorker = response.fromServiceWorker ?? false;
    // The protocol joins several headers of one name by line ends.
    request.headers = Object.fromEntries(
      Object.entries(response.headers).map(([name, value]) => [
        name.toLowerCase(),
        String(value).replaceAll("\n", ", "),
      ]),
    );
  }

  received({ requestId, encodedDataLength }: EventOf<"Network.dataReceived">): void {
    const request = this.#find(requestId);
    if (!request) return;
    request.firstBytesMs ??= performance.now() - request.startedMs;
    request.bytes += encodedDataLength;
  }

  ended({ requestId, encodedDataLength }: EventOf<"Network.loadingFinished">): void {
    const request = this.#find(requestId);
    if (!request) return;
    request.isOver = true;
    request.bytes = Math.max(request.bytes, encodedDataLength);
  }

  failed({ requestId, errorText, blockedReason, corsErrorStatus }: EventOf<"Network.loadingFailed">): void {
    const request = this.#find(requestId);
    if (!request) return;
    request.isOver = true;
    request.failure = corsErrorStatus
      ? { kind: "cors", reason: corsErrorStatus.corsError }
      : blockedReason === undefined
        ? { kind: "network", reason: this.#short(errorText) }
        : { kind: "blocked", reason: blockedReason };
  }

  cookiesRefused({ requestId, blockedCookies }: EventOf<"Network.responseReceivedExtraInfo">): void {
    const refused = blockedCookies.slice(0, 10).map(({ cookieLine, blockedReasons }) => ({
      name: cookieLine.split("=", 1)[0] ?? "",
      reason: blockedReasons.join(", "),
    }));
    this.#find(requestId)?.refusedCookies.push(...refused);
  }

  exception({ url, lineNumber, text, exception }: Protocol.Runtime.ExceptionDetails): void {
    const said = exception?.description?.split("\n    at ", 1)[0];
    this.#add({
      kind: "exception",
      text: this.#short(said ?? text),
      url: this.#short(url),
      line: lineNumber + 1,
    });
  }

  console({ type, args, stackTrace }: EventOf<"Runtime.consoleAPICalled">): void {
    if (type !== "error" && type !== "assert") return;
    const text = args
      .map(({ value, description }) => this.#short(String(value ?? description ?? "")))
      .join(" ");
    this.#add({ kind: "error", text: this.#short(text), url: this.#short(stackTrace?.callFrames[0]?.url) });
  }

  logged({ level, text, url }: Protocol.Log.LogEntry): void {
    if (level === "error") this.#add({ kind: "error", text: this.#short(text), url: this.#short(url) });
  }

  issue({ details }: Protocol.Audits.InspectorIssue): void {
    const { contentSecurityPolicyIssueDetails: policy, mixedContentIssueDetails: mixed } = details;
    if (policy && !policy.isReportOnly)
      this.#add({
        kind: "policy",
        directive: this.#short(policy.violatedDirective),
        blocked: this.#short(policy.blockedURL),
        violation: policy.contentSecurityPolicyViolationType,
        source: this.#short(policy.sourceCodeLocation?.url),
      });
    if (mixed?.resolutionStatus === "MixedContentBlocked")
      this.#add({ kind: "mixed-content", url: this.#short(mixed.insecureURL) });
  }

  /** Half of a secret would not be recognized, so it is cut last. */
  #short(text: string | undefined): string {
    return this.#clean((text ?? "").slice(0, 10 * maxText)).slice(0, maxText);
  }

  #find(requestId: string): SeenRequest | undefined {
    this.#lastActivityMs = performance.now();
    return this.requests.get(requestId);
  }

  #add(trouble: Trouble): void {
    const isNew = !this.troubles.some((each) => JSON.stringify(each) === JSON.stringify(trouble));
    if (isNew && this.troubles.length < maxTroubles) this.troubles.push(trouble);
  }
}

/** The status stream of the page below an address, once something came on it. */
export const openStream = (requests: Iterable<SeenRequest>, api = ""): SeenRequest | undefined =>
  [...requests].find(
    ({ url, isOfPage, mimeType, firstBytesMs }) =>
      isOfPage && url.startsWith(api) && mimeType === "text/event-stream" && firstBytesMs !== undefined,
  );

const over = (request: SeenRequest): SeenRequest => ({ ...request, isOver: true });
