import { Agent, get, type IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { conclude, perSecond } from "../figures.js";
import { startService } from "./support/service.js";

/**
 * What the files of `serve` cost a page: bytes on the wire and processor time of a first visit and of each later one, beside the
 * redirect that a plain name could be instead, to a name with a hash that the browser has already.
 */
const files = ["onegini-otp-login.js", "early.js", "locales/nl.js"];
const unknownHash = "000000000000";
const rounds = 7;
const visits = 300;

/** The headers of Chrome for a module script. */
const browserHeaders = {
  "user-agent":
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
  accept: "*/*",
  "accept-encoding": "gzip, deflate, br, zstd",
  "accept-language": "en-GB,en;q=0.9",
  "sec-fetch-dest": "script",
  "sec-fetch-mode": "cors",
  "sec-fetch-site": "same-origin",
};

interface Visited {
  status: number | undefined;
  etag: string;
  requestBytes: number;
  answerBytes: number;
}

// One connection, so that its counts are those of one answer.
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const counted = new WeakMap<Socket, { read: number; written: number }>();

const visit = (url: string, headers: Record<string, string> = {}): Promise<Visited> =>
  new Promise((resolve, reject) => {
    const request = get(url, { agent, headers: { ...browserHeaders, ...headers } });
    request.once("error", reject).once("response", (answer: IncomingMessage) => {
      const { socket } = answer;
      answer.resume().once("end", () => {
        const { read, written } = counted.get(socket) ?? { read: 0, written: 0 };
        counted.set(socket, { read: socket.bytesRead, written: socket.bytesWritten });
        resolve({
          status: answer.statusCode,
          etag: answer.headers.etag ?? "",
          requestBytes: socket.bytesWritten - written,
          answerBytes: socket.bytesRead - read,
        });
      });
    });
  });

async function expect(status: number, visited: Promise<Visited>): Promise<Visited> {
  const result = await visited;
  if (result.status !== status) throw new Error(`${result.status} in place of ${status}`);
  return result;
}

// No Token Server is asked.
const service = await startService("http://127.0.0.1:9");
const addressOf = (file: string): string => `${service.url}/otp-login/assets/${file}`;
const redirecting = (file: string): string => addressOf(file.replace(/\.js$/, `.${unknownHash}.js`));

const etags = new Map<string, string>();
const totals = { first: { requests: 0, answers: 0 }, again: { requests: 0, answers: 0 }, redirect: 0 };
for (const file of files) {
  const first = await expect(200, visit(addressOf(file)));
  const again = await expect(304, visit(addressOf(file), { "if-none-match": first.etag }));
  etags.set(file, first.etag);
  totals.first.requests += first.requestBytes;
  totals.first.answers += first.answerBytes;
  totals.again.requests += again.requestBytes;
  totals.again.answers += again.answerBytes;
  totals.redirect += (await expect(302, visit(redirecting(file)))).answerBytes;
}
const figures = [
  ["first visit, requests", totals.first.requests],
  ["first visit, answers", totals.first.answers],
  ["later visit, requests", totals.again.requests],
  ["later visit, answers", totals.again.answers],
  ["redirects, answers", totals.redirect],
] as const;
for (const [what, bytes] of figures)
  conclude({ what: `${files.length} files, ${what}`, unit: " bytes", values: [bytes], bounds: [] });

const ratePerSecond = (one: (file: string) => Promise<unknown>): Promise<number> =>
  perSecond(visits, 1, async (index) => void (await one(files[index % files.length] ?? "")));
const unchanged = (file: string) =>
  expect(304, visit(addressOf(file), { "if-none-match": etags.get(file) ?? "" }));
const redirected = (file: string) => expect(302, visit(redirecting(file)));
const percents: number[] = [];
for (const one of [unchanged, redirected]) await ratePerSecond(one);
for (let round = 0; round < rounds; round++)
  percents.push((100 * (await ratePerSecond(unchanged))) / (await ratePerSecond(redirected)));
conclude({
  what: "a 304 beside a redirect, answers a second",
  unit: " %",
  values: percents,
  bounds: [],
});

service.kill();
process.exit();
