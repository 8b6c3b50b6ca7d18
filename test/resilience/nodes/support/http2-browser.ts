import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from "node:http2";

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
