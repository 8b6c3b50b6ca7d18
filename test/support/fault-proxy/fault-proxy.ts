import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket, connect } from "node:net";
import { type Treatment, Lane, type Direction } from "./lane.js";
import { type LoggedConnection, type LoggedRequest, headerOf, isStream, MessageReader } from "./requests.js";

export type { Treatment } from "./lane.js";
export { describeLog, isHeldPoll, isOfLogin, isPoll, isStream } from "./requests.js";
export type { LoggedConnection, LoggedRequest } from "./requests.js";

/** The connections to which a treatment applies. */
interface Scope {
  /** The open connections, future ones, or all. Default all. */
  connections?: "open" | "new" | "all";
  /** Only while a connection carries a stream. Default false. */
  streamsOnly?: boolean;
}

/** A TCP proxy between browser and site that can cause the faults of networks. */
export interface FaultProxy {
  readonly origin: string;
  readonly connections: readonly LoggedConnection[];
  readonly requests: readonly LoggedRequest[];
  /** Connections that the browser has open. */
  open: () => LoggedConnection[];
  /** Sets the treatment of bytes from now on. Bytes that wait in a stall are sent according to the next treatment. */
  treat: (treatment: Treatment, scope?: Scope) => void;
  /** Calls a function for each request from now on. It may answer the request. Undefined: no function. */
  interfere: (with_?: (request: LoggedRequest) => Interference | undefined) => void;
  /** Ends every connection: FIN. */
  cut: () => void;
  /** Ends every connection: RST. */
  reset: () => void;
  /** Refuses new connections. Open ones stay. */
  refuse: () => Promise<void>;
  accept: () => Promise<void>;
  close: () => Promise<void>;
}

/** @param targetPort gives the server's port for each connection, because the server may start later */
export async function startFaultProxy(targetPort: () => number): Promise<FaultProxy> {
  const log = { connections: [] as LoggedConnection[], requests: [] as LoggedRequest[] };
  const open = new Set<Connection>();
  // A browser may have left although the server does not know it, because the network between them stalls.
  const all: Connection[] = [];
  let forNew: Treatment = { kind: "pass" };
  let forNewStreamsOnly = false;
  let interfere: Parameters<FaultProxy["interfere"]>[0];

  const join = (browser: Socket): void => {
    const entry: LoggedConnection = { id: log.connections.length + 1, openedAt: Date.now() };
    log.connections.push(entry);
    const connection = new Connection({
      browser,
      targetPort: targetPort(),
      entry,
      interfere: (request) => interfere?.(request),
      log: (request) => log.requests.push(request),
      treatment: forNew,
      streamsOnly: forNewStreamsOnly,
    });
    all.push(connection);
    open.add(connection);
    browser.once("close", () => open.delete(connection));
  };
  const listen = async (port: number): Promise<Server> => {
    // A new server each time, because a closed one waits for its connections to end.
    const server = createServer({ allowHalfOpen: true, noDelay: true }, join);
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return server;
  };

  let server: Server | undefined = await listen(0);
  const { port } = server.address() as AddressInfo;
  const refuse = async (): Promise<void> => {
    server?.close();
    server = undefined;
    // The socket is closed in the loop's next turn.
    await new Promise((resolve) => setImmediate(resolve));
  };

  return {
    origin: `http://127.0.0.1:${port}`,
    connections: log.connections,
    requests: log.requests,
    open: () => [...open].map(({ entry }) => entry).filter(({ closedAt }) => closedAt === undefined),
    treat(treatment, { connections = "all", streamsOnly = false } = {}) {
      if (connections !== "open") {
        forNew = treatment;
        forNewStreamsOnly = streamsOnly;
      }
      if (connections === "new") return;
      for (const connection of open) {
        connection.treatment = treatment;
        connection.streamsOnly = streamsOnly;
        connection.changed();
      }
    },
    interfere: (with_) => (interfere = with_),
    cut: () => open.forEach((connection) => connection.cut()),
    reset: () => open.forEach((connection) => connection.reset()),
    refuse,
    async accept() {
      server ??= await listen(port);
    },
    async close() {
      await refuse();
      for (const connection of all) connection.reset();
    },
  };
}

/** What the proxy does instead of passing a request on: the complete answer as bytes on the wire. */
export interface Interference {
  answer: string;
}

export interface ConnectionOptions {
  browser: Socket;
  targetPort: number;
  entry: LoggedConnection;
  interfere: (request: LoggedRequest) => Interference | undefined;
  log: (request: LoggedRequest) => void;
  treatment: Treatment;
  /** Whether the treatment is only for connections that carry a stream. */
  streamsOnly: boolean;
}

/** A browser's connection and its connection to the server. */
export class Connection {
  treatment: Treatment;
  streamsOnly: boolean;
  readonly entry: LoggedConnection;
  readonly #browser: Socket;
  readonly #server: Socket;
  readonly #lanes: Record<Direction, Lane>;
  #request: LoggedRequest | undefined;
  #isAnswering = false;

  constructor({ browser, targetPort, entry, interfere, log, treatment, streamsOnly }: ConnectionOptions) {
    this.entry = entry;
    this.treatment = treatment;
    this.streamsOnly = streamsOnly;
    this.#browser = browser;
    this.#server = connect({ port: targetPort, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
    const lane = (direction: Direction, to: Socket, seen?: MessageReader): Lane =>
      new Lane(
        direction,
        () => this.#applied(),
        (bytes) => {
          if (to.writable) to.write(bytes);
          seen?.feed(bytes);
        },
        () => to.end(),
      );
    this.#lanes = {
      "to the server": lane("to the server", this.#server),
      "to the browser": lane("to the browser", browser, this.#seenAnswers()),
    };
    this.#readRequests(interfere, log);
    this.#readAnswers();
    browser.once("close", () => this.#over());
    // An error is followed by `close`.
    browser.on("error", () => undefined);
    this.#server.on("error", () => this.cut());
  }

  changed(): void {
    for (const lane of Object.values(this.#lanes)) lane.changed();
  }

  /** Ends the connection with FIN, as a proxy does that is stopped. */
  cut(): void {
    for (const lane of Object.values(this.#lanes)) lane.close();
    this.#browser.destroySoon();
    this.#server.destroy();
  }

  /** Ends the connection with RST, as a network does that has forgotten it. */
  reset(): void {
    for (const lane of Object.values(this.#lanes)) lane.close();
    this.#browser.resetAndDestroy();
    this.#server.destroy();
  }

  #applied(): Treatment {
    const isSpared = this.streamsOnly && !(this.#request && isStream(this.#request));
    return isSpared ? { kind: "pass" } : this.treatment;
  }

  #readRequests(interfere: ConnectionOptions["interfere"], log: ConnectionOptions["log"]): void {
    const up = this.#lanes["to the server"];
    let head = "";
    let body: Buffer[] = [];
    const reader = new MessageReader({
      head: (text) => (head = text),
      body: (bytes) => body.push(bytes),
      end: () => {
        const content = Buffer.concat(body);
        body = [];
        const request = this.#begin(head, content.toString());
        log(request);
        const interference = interfere(request);
        if (interference) this.#lanes["to the browser"].push(Buffer.from(interference.answer), true);
        else up.push(Buffer.concat([Buffer.from(`${head}\r\n\r\n`), content]), true);
      },
    });
    this.#browser.on("data", (bytes: Buffer) => reader.feed(bytes));
    this.#browser.once("end", () => {
      // A browser aborts a request by closing its connection. For the log it has left, even if bytes still wait here.
      this.#left();
      up.end();
    });
  }

  #begin(head: string, body: string): LoggedRequest {
    const [method = "", path = ""] = head.split(" ", 2);
    this.#request = {
      connection: this.entry.id,
      method,
      path,
      accept: headerOf(head, "accept") ?? "",
      prefer: headerOf(head, "prefer"),
      body,
      at: Date.now(),
    };
    return this.#request;
  }

  #readAnswers(): void {
    const down = this.#lanes["to the browser"];
    const reader = new MessageReader({
      head: () => (this.#isAnswering = true),
      end: () => (this.#isAnswering = false),
    });
    this.#server.on("data", (bytes: Buffer) => {
      reader.feed(bytes);
      down.push(bytes, !this.#isAnswering);
    });
    this.#server.once("end", () => down.end());
  }

  /** Notes for the log what the browser receives. */
  #seenAnswers(): MessageReader {
    let text = "";
    return new MessageReader({
      head: (head) => {
        text = "";
        if (this.#request) this.#request.status = Number(head.split(" ")[1]);
      },
      body: (bytes) => {
        if (!this.#request || !isStream(this.#request)) return;
        text += bytes.toString("latin1");
        if (/event: status\r?\n[^]*\r?\n\r?\n/.test(text)) this.#request.liveAt ??= Date.now();
      },
      end: () => {
        if (this.#request) this.#request.endedAt ??= Date.now();
      },
    });
  }

  #left(): void {
    this.entry.closedAt ??= Date.now();
    if (this.#request) this.#request.endedAt ??= Date.now();
  }

  #over(): void {
    this.#left();
    this.#lanes["to the browser"].close();
    // If the path to the server drops everything, the server does not get the end either.
    this.#lanes["to the server"].end();
  }
}
