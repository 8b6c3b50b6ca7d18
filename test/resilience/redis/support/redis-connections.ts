import { createConnection, createServer, type AddressInfo, type Socket } from "node:net";
import type { TestContext } from "node:test";
import { once } from "node:events";
import { until } from "../../../support/until.js";

interface Connection {
  near: Socket;
  far: Socket;
}

/** A TCP proxy in front of a Redis. It can stop passing bytes while connections stay open. */
interface DeadEnd {
  url: string;
  /** Stops passing bytes on the connections that are open. New ones work. */
  swallowAll(): void;
  /** Does the same for only the connection that was opened first. */
  swallowOldest(): void;
  /** Ends the connection that was opened first. */
  cutOldest(): void;
  /** Ends all connections, and each new one at once, until `restore`. */
  cutOff(): void;
  restore(): void;
}

/** Starts such a proxy in front of a local port. */
export async function deadEndTo(t: TestContext, port: number): Promise<DeadEnd> {
  const open: Connection[] = [];
  let isCutOff = false;
  const server = createServer((near) => {
    if (isCutOff) return void near.destroy();
    const far = createConnection(port, "127.0.0.1");
    for (const socket of [near, far]) socket.on("error", () => undefined);
    near.pipe(far);
    far.pipe(near);
    open.push({ near, far });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    for (const { near, far } of open) {
      near.destroy();
      far.destroy();
    }
    server.close();
  });
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    swallowAll: () => open.forEach(swallow),
    swallowOldest: () => open.slice(0, 1).forEach(swallow),
    cutOldest: () => void open[0]?.near.destroy(),
    cutOff() {
      isCutOff = true;
      for (const { near, far } of open) [near, far].forEach((socket) => socket.destroy());
    },
    restore: () => void (isCutOff = false),
  };
}

function swallow({ near, far }: Connection): void {
  near.unpipe(far);
  far.unpipe(near);
  near.resume();
  far.resume();
}

/** Records every command that a Redis gets, with all arguments, and those inside scripts. */
export async function monitorRedis(
  t: Pick<TestContext, "after">,
  { port }: { port: number },
): Promise<() => string> {
  let heard = "";
  const socket = createConnection(port, "127.0.0.1");
  socket.on("data", (chunk: Buffer) => (heard += chunk.toString()));
  socket.on("error", () => undefined);
  t.after(() => socket.destroy());
  await once(socket, "connect");
  socket.write("MONITOR\r\n");
  await until(() => heard.startsWith("+OK"), "Redis to be monitored");
  return () => heard;
}
