import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/**
 * The connections of a server that is to stop without cutting anybody short. `server.closeIdleConnections()`, and
 * `server.close()` with it, take a connection for idle as soon as its answer is written, and cut what is not sent yet.
 */
export interface Connections {
  /** From now on every answer ends its connection, so that the client's next request goes elsewhere. */
  endWithAnswers: () => void;
  /** Ends every connection on which nothing is under way, and each of the others when its answer is out. */
  endIdle: () => void;
}

interface State {
  /** Requests that are not answered to the last byte. */
  underWay: number;
  /** What had been read when the last answer was out: more means that a request is coming in. */
  bytesAtRest: number;
}

/** Watches a server's connections from their beginning: call it before the server listens. */
export function watchConnections(server: Server): Connections {
  const states = new Map<Socket, State>();
  const unanswered = new Set<ServerResponse>();
  let mode: "serving" | "turning away" | "ending" = "serving";

  const turnAway = (response: ServerResponse): void => {
    if (!response.headersSent) response.setHeader("Connection", "close");
  };
  const isIdle = (socket: Socket, { underWay, bytesAtRest }: State): boolean =>
    underWay === 0 && socket.bytesRead === bytesAtRest;

  server.on("connection", (socket: Socket) => {
    states.set(socket, { underWay: 0, bytesAtRest: 0 });
    socket.once("close", () => states.delete(socket));
  });
  server.on("request", ({ socket }, response) => {
    const state = states.get(socket);
    if (state) state.underWay++;
    unanswered.add(response);
    if (mode !== "serving") turnAway(response);
    response.once("close", () => {
      unanswered.delete(response);
      if (!state) return;
      state.underWay--;
      state.bytesAtRest = socket.bytesRead;
      if (mode === "ending" && isIdle(socket, state)) socket.destroy();
    });
  });

  return {
    endWithAnswers() {
      mode = "turning away";
      unanswered.forEach(turnAway);
    },
    endIdle() {
      mode = "ending";
      for (const [socket, state] of states) if (isIdle(socket, state)) socket.destroy();
    },
  };
}
