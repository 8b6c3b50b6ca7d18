import { createServer } from "node:net";

/**
 * Systems assign ports from 32768 (Linux) or 49152 (macOS) upwards, also to outgoing connections. A lower port that is
 * free now is still free when a server starts on it a moment later.
 */
const [lowest, highest] = [10_000, 32_767];
/** A node of a Redis cluster also listens this far above its own port, for the other nodes. */
const busDistance = 10_000;

/**
 * A port of loopback that nobody listens on: for a server whose address others must know before it starts.
 *
 * @param forCluster for a node of a Redis cluster: the port of its bus is free too
 */
export async function freePort({ forCluster = false } = {}): Promise<number> {
  for (let tries = 0; tries < 1000; tries++) {
    const range = highest - lowest - (forCluster ? busDistance : 0);
    const port = lowest + Math.floor(Math.random() * range);
    if ((await isFree(port)) && (!forCluster || (await isFree(port + busDistance)))) return port;
  }
  throw new Error(`No port of ${lowest} to ${highest} is free`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
