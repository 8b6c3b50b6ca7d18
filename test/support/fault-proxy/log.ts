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
  /** `Prefer`: how long a poll's answer may be held. */
  prefer: string | undefined;
  at: number;
  status?: number;
  /** When the first whole event of a stream had reached the browser. */
  liveAt?: number;
  /** When the answer was complete, or the connection over. */
  endedAt?: number;
}

export const isStream = ({ accept }: LoggedRequest): boolean => accept.includes("text/event-stream");

/** A question for the status, other than a stream. */
export const isPoll = (request: LoggedRequest): boolean =>
  request.method === "GET" && /^\/otp-login\/[^/]+$/.test(request.path) && !isStream(request);

export const isHeldPoll = (request: LoggedRequest): boolean =>
  isPoll(request) && request.prefer !== undefined;

export const isOfLogin = ({ path }: LoggedRequest): boolean => path.startsWith("/otp-login");

/** One line for each request, with milliseconds since an instant: what a person reads where a test fails. */
export const describeLog = (requests: readonly LoggedRequest[], since: number): string =>
  requests
    .filter(isOfLogin)
    .map(({ connection, method, path, accept, prefer, at, status, liveAt, endedAt }) => {
      const kind = accept.includes("text/event-stream") ? "stream" : (prefer ?? "");
      const when = [at, liveAt, endedAt].map((instant) => (instant === undefined ? "…" : instant - since));
      return `#${connection} ${method} ${path.replace(/[\w-]{22}/, "*")} ${kind} ${status ?? "—"} ${when.join(" / ")}`;
    })
    .join("\n");
