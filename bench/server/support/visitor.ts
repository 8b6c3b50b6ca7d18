import { Agent, request, type IncomingMessage } from "node:http";

/** An HTTP answer. */
export interface Answer {
  status: number;
  headers: IncomingMessage["headers"];
  text: string;
}

/**
 * Keeps connections open, so that the kit is measured and not TCP. Idle connections are closed after 2 s, long before
 * the server closes them after 5 s, because a call on a connection that the server is closing is reset.
 */
const agent = new Agent({ keepAlive: true, maxSockets: 256, timeout: 2000 });

/** What is sent besides the URL. */
export interface Call {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  /** The visitor's address, one of `127.0.0.0/8`. By default the system chooses. */
  localAddress?: string | undefined;
}

/** Sends a request and reads the answer. */
export function ask(
  url: string,
  { method = "GET", headers = {}, body = "", localAddress }: Call = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length = method === "GET" ? {} : { "content-length": String(Buffer.byteLength(body)) };
    const options = { agent, method, headers: { ...length, ...headers }, localAddress };
    const req = request(url, options, (res) => {
      let text = "";
      res.setEncoding("utf8");
      res.on("data", (chunk: string) => (text += chunk));
      res.on("end", () => resolve({ status: res.statusCode ?? 0, headers: res.headers, text }));
      res.on("error", reject);
    });
    req.on("error", reject);
    req.end(body);
  });
}

/** A login page with a code, and the headers that its browser sends. */
export interface Page {
  url: string;
  otp: string;
  headers: Record<string, string>;
  localAddress?: string | undefined;
}

/** Opens the login page: one start, as a browser that is new to the site. */
export async function openPage(origin: string, localAddress?: string): Promise<Page> {
  const headers = {
    origin,
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  };
  const {
    status,
    text,
    headers: got,
  } = await ask(`${origin}/otp-login`, {
    method: "POST",
    headers,
    localAddress,
  });
  if (status !== 201) throw new Error(`A start was answered ${status}: ${text}`);
  const { attempt, otp } = JSON.parse(text) as { attempt: string; otp: string };
  const cookie = got["set-cookie"]?.[0]?.split(";")[0] ?? "";
  return { url: `${origin}/otp-login/${attempt}`, otp, headers: { ...headers, cookie }, localAddress };
}

/** Renews the code on a page. */
export async function renew(page: Page): Promise<Page> {
  const { url, headers, localAddress } = page;
  const { status, text } = await ask(`${url}/otp`, { method: "POST", headers, localAddress });
  if (status !== 201) throw new Error(`A renewal was answered ${status}: ${text}`);
  const { otp } = JSON.parse(text) as { otp: string };
  return { ...page, otp };
}

/** Reads a page's status stream: resolves `opened` with the first event, `approved` with the approval. */
export function readStream({ url, headers, localAddress }: Page): {
  opened: Promise<void>;
  approved: Promise<number>;
} {
  let open!: () => void;
  let approve!: (at: number) => void;
  let fail!: (error: Error) => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  const approved = new Promise<number>((resolve, reject) => ([approve, fail] = [resolve, reject]));
  // Each on a connection of its own, as those of different browsers are: a server that stops gracefully ends it with the stream.
  const options = {
    agent: false,
    headers: { ...headers, accept: "text/event-stream" },
    localAddress,
  } as const;
  const req = request(url, options, (res) => {
    let text = "";
    res.setEncoding("utf8");
    res.on("data", (chunk: string) => {
      text += chunk;
      if (text.includes("\n\n")) open();
      if (text.includes('"approved"')) approve(performance.now());
    });
    res.on("end", () => fail(new Error(`The stream ended: ${text}`)));
  });
  req.on("error", fail);
  req.end();
  return { opened, approved };
}
