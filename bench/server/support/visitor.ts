import { Agent, request, type IncomingMessage } from "node:http";
import { Visitor, type Answer } from "../../../test/support/visitor.js";

/**
 * Keeps connections open, so that the kit is measured and not TCP. Idle connections are closed after 2 s, long before
 * the server closes them after 5 s, because a call on a connection that the server is closing is reset.
 */
const agent = new Agent({ keepAlive: true, maxSockets: 256, timeout: 2000 });

/** What is sent besides the URL. */
interface Call {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  signal?: AbortSignal;
  /** The visitor's address, one of `127.0.0.0/8`. By default the system chooses. */
  localAddress?: string | undefined;
}

/** Sends a request and reads the answer, unless it is a stream. Cheaper than `fetch`, which would be measured too. */
export async function ask(
  url: string,
  { method = "GET", headers = {}, body = "", signal, localAddress }: Call = {},
): Promise<Answer> {
  const length = method === "GET" ? {} : { "content-length": String(Buffer.byteLength(body)) };
  const isStream = headers["accept"] === "text/event-stream";
  // Each on a connection of its own, as those of different browsers are: a server that stops gracefully ends it with the stream.
  const options = {
    agent: isStream ? false : agent,
    method,
    headers: { ...length, ...headers },
    localAddress,
  };
  const res = await new Promise<IncomingMessage>((resolve, reject) => {
    request(url, { ...options, signal }, resolve)
      .on("error", reject)
      .end(body);
  });
  const text = isStream ? "" : await textOf(res);
  return {
    status: res.statusCode ?? 0,
    headers: { getSetCookie: () => res.headers["set-cookie"] ?? [] },
    body: res,
    text: () => Promise.resolve(text),
  };
}

/** By events: an async iterator costs much more. */
const textOf = (res: IncomingMessage): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = "";
    res.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    res.on("end", () => resolve(text)).on("error", reject);
  });

/** A browser that is new to the site. */
export const visitorAt = (origin: string, localAddress?: string): Visitor<Answer> =>
  new Visitor({
    url: `${origin}/otp-login`,
    origin,
    send: (url, call) => ask(url, { ...call, localAddress }),
  });

/** A login page with a code. */
export interface Page {
  visitor: Visitor<Answer>;
  attempt: string;
  otp: string;
}

/** Opens the login page: one start, as a browser that is new to the site. */
export async function openPage(origin: string, localAddress?: string): Promise<Page> {
  const visitor = visitorAt(origin, localAddress);
  return { visitor, ...(await visitor.start()) };
}
