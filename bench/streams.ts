import { connect, type Socket } from "node:net";
import { start } from "./support/child.js";
import { conclude } from "./support/conclude.js";
import { seededCookie, seededId } from "./support/seed.js";

/**
 * The resident memory of an open status stream, its attempt included, beside a bare `node:http` server that writes the
 * same events to the same requests. Each server is a fresh process of its own. The attempts are put into the kit's store
 * directly: what a start leaves behind would make room for the streams, and hide what they take.
 */
const streams = 5000;
const bound = 1.6;

/** Attempts of one browser. */
interface Attempts {
  ids: readonly string[];
  cookie: string;
}
const seeded: Attempts = {
  ids: Array.from({ length: streams }, (_, index) => seededId(index)),
  cookie: `onegini-otp-login=${seededCookie}`,
};

/** Begins the attempts as a page does, through the kit and the Token Server. */
async function startAll(origin: string): Promise<Attempts> {
  const ids: string[] = [];
  let cookie = "";
  const begin = async (): Promise<void> => {
    const headers = { origin, "sec-fetch-site": "same-origin", ...(cookie && { cookie }) };
    const response = await fetch(`${origin}/otp-login`, { method: "POST", headers });
    if (response.status !== 201) throw new Error(`A start was answered ${response.status}.`);
    cookie ||= response.headers.getSetCookie()[0]?.split(";")[0] ?? "";
    ids.push(((await response.json()) as { attempt: string }).attempt);
  };
  await begin();
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      while (ids.length < streams) await begin();
    }),
  );
  return { ids, cookie };
}

/** As `measure`, but the attempts are real starts, and what those leave behind in the process counts too. */
async function measureWithStarts(tokenServerUrl: string): Promise<{ stream: number; streamOnly: number }> {
  const server = await start("kit-server", tokenServerUrl);
  const empty = await server.rss();
  const attempts = await startAll(server.url);
  const started = await server.rss();
  const sockets = await openAll(server.url, attempts);
  const after = await server.rss();
  for (const socket of sockets) socket.destroy();
  server.stop();
  return { stream: (after - empty) / streams, streamOnly: (after - started) / streams };
}

/** Opens the streams, some at a time, each on a connection of its own. */
async function openAll(origin: string, attempts: Attempts = seeded): Promise<Socket[]> {
  const { hostname, port } = new URL(origin);
  const sockets: Socket[] = [];
  const open = (index: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname);
      sockets.push(socket);
      socket.write(requestOf(attempts.ids[index] ?? "", origin, attempts.cookie));
      let received = "";
      socket.on("data", (chunk: Buffer) => {
        received += chunk.toString();
        if (/^HTTP\/1.1 200[^]*\n\n/.test(received)) resolve();
        else if (!received.startsWith("HTTP/1.1 200")) reject(new Error(received));
      });
      socket.on("error", reject);
    });
  let next = 0;
  await Promise.all(
    Array.from({ length: 50 }, async () => {
      while (next < streams) await open(next++);
    }),
  );
  return sockets;
}

/** What a browser sends. */
const requestOf = (attempt: string, origin: string, cookie: string): string =>
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

/** Bytes of resident memory: a stream's, and the whole process'. */
async function measure(name: string, ...args: string[]): Promise<{ stream: number; total: number }> {
  const server = await start(name, ...args);
  const before = await server.rss();
  await server.prepare();
  const sockets = await openAll(server.url);
  const after = await server.rss();
  for (const socket of sockets) socket.destroy();
  server.stop();
  return { stream: (after - before) / streams, total: after };
}

const bare = await measure("bare-server");
// One that answers: what failed questions leave behind is not the stream's.
const tokenServer = await start("token-server");
const kit = await measure("kit-server", tokenServer.url, String(streams));

const kB = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
const MB = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
console.log(`${streams} open streams`);
console.log(`bare node:http: ${kB(bare.stream)} a stream, ${MB(bare.total)} in all`);
console.log(`the kit:        ${kB(kit.stream)} a stream and its attempt, ${MB(kit.total)} in all`);
const real = await measureWithStarts(tokenServer.url);
tokenServer.stop();
console.log(
  `after ${streams} real starts: ${kB(real.streamOnly)} a stream; ${kB(real.stream)} with what the starts left`,
);
console.log(
  `  to bare node:http: ${(real.streamOnly / bare.stream).toFixed(2)}; ${(real.stream / bare.stream).toFixed(2)} (no bound: the starts' heap is not the stream's)`,
);
conclude("memory of a stream, the kit to bare node:http", kit.stream / bare.stream, "≤", bound);
process.exit();
