/** A connection that a browser made. Instants are those of `Date.now()`. */
export interface LoggedConnection {
  id: number;
  openedAt: number;
  closedAt?: number;
}

/** A request that a browser made, and what it saw of the answer. Instants are those of `Date.now()`. */
export interface LoggedRequest {
  connection: number;
  method: string;
  path: string;
  accept: string;
  /** The `Prefer` header: how long a poll may be held. */
  prefer: string | undefined;
  body: string;
  at: number;
  status?: number;
  /** When the first whole event of a stream had reached the browser. */
  liveAt?: number;
  /** When the answer was complete, or the connection over. */
  endedAt?: number;
}

export const isStream = ({ accept }: LoggedRequest): boolean => accept.includes("text/event-stream");

/** A status poll, held or not; a stream is not one. */
export const isPoll = (request: LoggedRequest): boolean =>
  request.method === "GET" && /^\/otp-login\/[^/]+$/.test(request.path) && !isStream(request);

export const isHeldPoll = (request: LoggedRequest): boolean =>
  isPoll(request) && request.prefer !== undefined;

export const isOfLogin = ({ path }: LoggedRequest): boolean => path.startsWith("/otp-login");

/** One line for each request, with milliseconds since an instant, for the messages of failed tests. */
export const describeLog = (requests: readonly LoggedRequest[], since: number): string =>
  requests
    .filter(isOfLogin)
    .map(({ connection, method, path, accept, prefer, at, status, liveAt, endedAt }) => {
      const kind = accept.includes("text/event-stream") ? "stream" : (prefer ?? "");
      const when = [at, liveAt, endedAt].map((instant) => (instant === undefined ? "…" : instant - since));
      return `#${connection} ${method} ${path.replace(/[\w-]{22}/, "*")} ${kind} ${status ?? "—"} ${when.join(" / ")}`;
    })
    .join("\n");

/** The reader's position in a message. */
type Place =
  | { at: "head" }
  | { at: "body"; left: number }
  | { at: "chunk-size" }
  | { at: "chunk"; left: number }
  | { at: "trailer" }
  | { at: "body-until-close" };

interface MessageEvents {
  /** The first line and the headers, without the empty line. */
  head?: (head: string) => void;
  /** Bytes of the body as they arrive, without chunk lengths. */
  body?: (bytes: Buffer) => void;
  end?: () => void;
}

/**
 * Finds the heads, bodies and ends of the HTTP/1.1 messages in one direction of a connection (RFC 9112 §6), however the
 * bytes are split. It only reads: the bytes are passed on unchanged.
 */
export class MessageReader {
  readonly #events: MessageEvents;
  #place: Place = { at: "head" };
  #rest = Buffer.alloc(0);

  constructor(events: MessageEvents) {
    this.#events = events;
  }

  feed(bytes: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    while (this.#step());
  }

  /** Reads the next part. False if more bytes are needed. */
  #step(): boolean {
    const place = this.#place;
    switch (place.at) {
      case "head": {
        const head = this.#take("\r\n\r\n");
        if (head === undefined) return false;
        this.#events.head?.(head);
        if (!/^HTTP\/1\.1 1\d\d /.test(head)) this.#go(afterHead(head));
        return true;
      }
      case "body":
      case "chunk": {
        if (this.#rest.length === 0) return false;
        const part = this.#rest.subarray(0, place.left);
        this.#rest = this.#rest.subarray(part.length);
        place.left -= part.length;
        this.#events.body?.(part);
        if (place.left === 0) this.#go(place.at === "chunk" ? { at: "chunk-size" } : "end");
        return true;
      }
      case "chunk-size": {
        const line = this.#take("\r\n");
        if (line === undefined) return false;
        // The line end after the previous chunk.
        if (line === "") return true;
        const left = Number.parseInt(line, 16);
        this.#go(left === 0 ? { at: "trailer" } : { at: "chunk", left });
        return true;
      }
      case "trailer": {
        const line = this.#take("\r\n");
        if (line === "") this.#go("end");
        return line !== undefined;
      }
      case "body-until-close":
        if (this.#rest.length > 0) this.#events.body?.(this.#rest);
        this.#rest = Buffer.alloc(0);
        return false;
      default:
        return place satisfies never;
    }
  }

  #go(next: Place | "end"): void {
    this.#place = next === "end" ? { at: "head" } : next;
    if (next === "end") this.#events.end?.();
  }

  #take(end: string): string | undefined {
    const index = this.#rest.indexOf(end);
    if (index < 0) return undefined;
    const text = this.#rest.toString("latin1", 0, index);
    this.#rest = this.#rest.subarray(index + end.length);
    return text;
  }
}

/** A header's value; undefined if the head has none of that name. */
export const headerOf = (head: string, name: string): string | undefined =>
  new RegExp(`^${name}:[ \\t]*(.*?)[ \\t]*$`, "im").exec(head)?.[1];

function afterHead(head: string): Place | "end" {
  if (/^HTTP\/1\.1 (?:204|304)/.test(head)) return "end";
  if (/chunked/i.test(headerOf(head, "transfer-encoding") ?? "")) return { at: "chunk-size" };
  const length = headerOf(head, "content-length");
  if (length === undefined) return head.startsWith("HTTP/") ? { at: "body-until-close" } : "end";
  return Number(length) > 0 ? { at: "body", left: Number(length) } : "end";
}
