import { connect, type Socket } from "node:net";
import { start } from "./support/child.js";
import { openPage, type Page } from "./support/visitor.js";
import { conclude } from "./support/conclude.js";

/**
 * The resident memory of an open status stream, beside a bare `node:http` server that writes the same events. Each
 * server is a process of its own; what it took before the streams were opened is not counted.
 */
const streams = 5000;
const bound = 1.6;

/** Opens streams at one server, a few at a time, each on a connection of its own. */
async function openAll(origin: string, pages: readonly (Page | undefined)[]): Promise<Socket[]> {
  const { hostname, port } = new URL(origin);
  const waiting = [...pages];
  const sockets: Socket[] = [];
  const open = (page: Page | undefined): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname);
      sockets.push(socket);
      const path = page ? new URL(page.url).pathname : "/";
      const headers = { ...page?.headers, host: hostname, accept: "text/event-stream" };
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.write(`GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`);
      socket.once("data", (head: Buffer) =>
        head.toString().startsWith("HTTP/1.1 200") ? resolve() : reject(new Error(head.toString())),
      );
      socket.on("error", reject);
    });
  await Promise.all(
    Array.from({ length: 50 }, async () => {
      while (waiting.length > 0) await open(waiting.pop());
    }),
  );
  return sockets;
}

/** Bytes of resident memory that each of the streams takes. */
async function measure(
  name: string,
  args: string[],
  pagesOf: (origin: string) => Promise<(Page | undefined)[]>,
) {
  const server = await start(name, ...args);
  const empty = await server.rss();
  const pages = await pagesOf(server.url);
  const before = await server.rss();
  const sockets = await openAll(server.url, pages);
  const after = await server.rss();
  for (const socket of sockets) socket.destroy();
  server.stop();
  return { empty, pages: (before - empty) / streams, stream: (after - before) / streams, total: after };
}

async function manyPages(origin: string): Promise<Page[]> {
  const pages: Page[] = [];
  await Promise.all(
    Array.from({ length: 20 }, async () => {
      while (pages.length < streams) pages.push(await openPage(origin));
    }),
  );
  return pages.slice(0, streams);
}

const headersLikeABrowsers: Page = {
  url: "http://a/otp-login/AAAAAAAAAAAAAAAAAAAAAA",
  otp: "",
  headers: {
    origin: "http://127.0.0.1:12345",
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    cookie: `onegini-otp-login=${"x".repeat(43)}`,
  },
};

const tokenServer = await start("token-server");
const bare = await measure("bare-server", [], () =>
  Promise.resolve(Array<Page>(streams).fill(headersLikeABrowsers)),
);
const kit = await measure("kit-server", [tokenServer.url], manyPages);
tokenServer.stop();

const kB = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
console.log(`open streams                     ${streams}`);
console.log(`bare node:http, a stream         ${kB(bare.stream)}`);
console.log(`the kit, a stream                ${kB(kit.stream)}`);
console.log(`the kit, an attempt before it    ${kB(kit.pages)}`);
console.log(`whole processes                  ${kB(bare.total)}, ${kB(kit.total)}`);
conclude("memory of a stream, the kit to bare node:http", kit.stream / bare.stream, "≤", bound);
