import { createConnection, createServer, type AddressInfo, type Socket } from "node:net";
import type { TestContext } from "node:test";

interface Connection {
  near: Socket;
  far: Socket;
}

/** A way to a Redis that can go dead: what is open stays open, and nothing comes through any more. */
export interface DeadEnd {
  url: string;
  /** From now on nothing comes through the connections there are; new ones work. */
  swallowAll(): void;
  /** The same for the connection that was opened first, and no other. */
  swallowOldest(): void;
  /** Ends the connection that was opened first. */
  cutOldest(): void;
}

/** Opens a way to a port of this machine. */
export async function deadEndTo(t: TestContext, port: number): Promise<DeadEnd> {
  const open: Connection[] = [];
  const server = createServer((near) => {
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
  };
}

function swallow({ near, far }: Connection): void {
  near.unpipe(far);
  far.unpipe(near);
  near.resume();
  far.resume();
}
