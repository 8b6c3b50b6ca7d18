import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { Connection, type Interference } from "./connection.js";
import type { Treatment } from "./lane.js";
import type { LoggedConnection, LoggedRequest } from "./requests.js";

export type { Interference } from "./connection.js";
export type { Treatment } from "./lane.js";
export { describeLog, isHeldPoll, isOfLogin, isPoll, isStream } from "./requests.js";
export type { LoggedConnection, LoggedRequest } from "./requests.js";

/** Which connections a treatment is for. */
export interface Scope {
  /** Those that are open, those that will be made, or all. Default all. */
  connections?: "open" | "new" | "all";
  /** Only while they carry a stream. Default false. */
  streamsOnly?: boolean;
}

/** A TCP proxy between a browser and a site that can do to connections what networks do to them. */
export interface FaultProxy {
  readonly origin: string;
  readonly connections: readonly LoggedConnection[];
  readonly requests: readonly LoggedRequest[];
  /** Connections that the browser has open. */
  open: () => LoggedConnection[];
  /** What becomes of bytes from now on. What waits in a stall goes on where the next treatment lets it. */
  treat: (treatment: Treatment, scope?: Scope) => void;
  /** Looks at every request from now on, and may answer it or pass on another; undefined: none. */
  interfere: (with_?: (request: LoggedRequest, head: string) => Interference | undefined) => void;
  /** Ends every connection: FIN. */
  cut: () => void;
  /** Ends every connection: RST. */
  reset: () => void;
  /** Accepts nobody: a connection is refused. Those that are open stay. */
  refuse: () => Promise<void>;
  accept: () => Promise<void>;
  close: () => Promise<void>;
}

/** @param targetPort asked for with each connection, as the server may begin later */
export async function startFaultProxy(targetPort: () => number): Promise<FaultProxy> {
  const log = { connections: [] as LoggedConnection[], requests: [] as LoggedRequest[] };
  const open = new Set<Connection>();
  // A browser may be gone while the server, behind a network that stands still, does not know.
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
      interfere: (request, head) => interfere?.(request, head),
      log: (request) => log.requests.push(request),
      treatment: forNew,
      streamsOnly: forNewStreamsOnly,
    });
    all.push(connection);
    open.add(connection);
    browser.once("close", () => open.delete(connection));
  };
  const listen = async (port: number): Promise<Server> => {
    // A new one each time: one that was closed waits for its connections to end.
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
