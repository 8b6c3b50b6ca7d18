import { request as insecureRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http";
import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from "node:http2";
import { request } from "node:https";

/** Asks for a path to the letter: `fetch` would resolve its dots and turn its backslashes. */
export function askRaw(
  origin: string,
  path: string,
  headers: OutgoingHttpHeaders = {},
): Promise<{ status: number | undefined; headers: IncomingHttpHeaders }> {
  const ask = origin.startsWith("https:") ? request : insecureRequest;
  return new Promise((resolve, reject) => {
    ask(origin, { path, headers, agent: false }, (answer) => {
      answer.resume().once("end", () => resolve({ status: answer.statusCode, headers: answer.headers }));
    })
      .once("error", reject)
      .end();
  });
}

/** Starts an attempt from another address of this machine. */
export function startFrom(localAddress: string, origin: string, forged: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { origin, ...(forged !== undefined && { "x-forwarded-for": forged }) };
    request(`${origin}/otp-login`, { method: "POST", localAddress, headers, agent: false }, (answer) => {
      answer.resume().once("end", resolve);
      if (answer.statusCode !== 201) reject(new Error(`${answer.statusCode}`));
    })
      .once("error", reject)
      .end();
  });
}

/** A browser on one connection of HTTP/2, as far as the login API can tell. */
export class Http2Browser {
  readonly #connection: ClientHttp2Session;
  readonly #origin: string;
  #cookie = "";

  constructor(origin: string) {
    this.#origin = origin;
    this.#connection = connect(origin, { rejectUnauthorized: false });
  }

  async post(path: string): Promise<{ status: number | undefined; body: string }> {
    const request = this.#request({ ":method": "POST", ":path": path, origin: this.#origin });
    let status: number | undefined;
    request.once("response", (headers) => {
      status = headers[":status"];
      this.#cookie = headers["set-cookie"]?.[0]?.split(";")[0] ?? this.#cookie;
    });
    let body = "";
    for await (const text of request.setEncoding("utf8")) body += String(text);
    return { status, body };
  }

  async start(): Promise<{ attempt: string; otp: string }> {
    return JSON.parse((await this.post("/otp-login")).body) as { attempt: string; otp: string };
  }

  /** Opens a stream; resolves with the text of its first event. */
  async stream(attempt: string): Promise<{ first: string; rest: () => Promise<string>; leave: () => void }> {
    const request = this.#request({ ":path": `/otp-login/${attempt}`, accept: "text/event-stream" });
    const texts = request.setEncoding("utf8")[Symbol.asyncIterator]();
    const next = async (): Promise<string | undefined> => {
      const { done, value } = (await texts.next()) as IteratorResult<string, undefined>;
      return done ? undefined : value;
    };
    return {
      first: (await next()) ?? "",
      async rest() {
        let all = "";
        for (let text = await next(); text !== undefined; text = await next()) all += text;
        return all;
      },
      leave: () => request.close(constants.NGHTTP2_CANCEL),
    };
  }

  close(): void {
    this.#connection.close();
  }

  #request(headers: Record<string, string>): ClientHttp2Stream {
    const cookie = this.#cookie === "" ? {} : { cookie: this.#cookie };
    return this.#connection.request({ ...headers, ...cookie }, { endStream: true });
  }
}
