import { connect, type Socket } from "node:net";

/** What happens to a page's stream. */
interface StreamEvents {
  /** The first event of a connection arrived. It is the whole status. */
  opened: () => void;
  /** The connection is gone. */
  lost: () => void;
  /** The site refused the connection, broke it off before the first event, or answered otherwise than 200. */
  refused: (why: string) => void;
}

/** An open login page as the server sees it: one stream on its own connection. */
export class OpenPage {
  readonly #request: string;
  readonly #localAddress: string;
  readonly #on: StreamEvents;
  #socket: Socket | undefined;

  /** @param index the page's number. Every 500 pages share a source address */
  constructor(index: number, request: string, on: StreamEvents) {
    this.#localAddress = `127.0.1.${1 + Math.floor(index / 500)}`;
    this.#request = request;
    this.#on = on;
  }

  /** Requests the stream from that origin. */
  open(origin: string): void {
    const { hostname, port } = new URL(origin);
    const socket = connect({ host: hostname, port: Number(port), localAddress: this.#localAddress });
    this.#socket = socket;
    socket.write(this.#request);
    let head = "";
    let isOpen = false;
    let why = "broken off";
    socket.on("data", (chunk: Buffer) => {
      if (isOpen) return;
      head += chunk.toString();
      if (/^HTTP\/1.1 200[^]*\n\n/.test(head)) {
        isOpen = true;
        head = "";
        this.#on.opened();
      } else if (!head.startsWith("HTTP/1.1 200")) {
        why = head.split("\r\n", 1)[0] ?? "";
        socket.destroy();
      }
    });
    socket.on("error", (error) => (why = error.message));
    socket.on("close", () => {
      if (this.#socket !== socket) return;
      if (isOpen) this.#on.lost();
      else this.#on.refused(why);
    });
  }

  close(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.destroy();
  }
}

/** The request for a stream, as a browser sends it. */
export const streamRequest = (origin: string, attempt: string, cookie: string): string =>
  [
    `GET /otp-login/${attempt} HTTP/1.1`,
    `Host: ${new URL(origin).host}`,
    "Connection: keep-alive",
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
    "Accept: text/event-stream",
    "Sec-Fetch-Site: same-origin",
    "Sec-Fetch-Mode: cors",
    "Sec-Fetch-Dest: empty",
    `Referer: ${origin}/`,
    "Accept-Encoding: gzip, deflate, br, zstd",
    "Accept-Language: en-GB,en;q=0.9,nl;q=0.8",
    `Cookie: ${cookie}`,
    "\r\n",
  ].join("\r\n");
