import { start } from "./support/child.js";
import { conclude } from "./support/conclude.js";
import { accept, enroll, scan } from "./support/phone.js";
import { ask, openPage, readStream } from "./support/visitor.js";

/**
 * From the callback's arrival at the kit to the status on the page's stream. The emulator's own callback is held off
 * by a Token Server that loses them; this process posts it instead, so that the moment is known.
 */
const warmUp = 200;
const samples = 2000;
const atATime = 8;
const boundMs = 50;

const tokenServer = await start("token-server", "--lose-callbacks");
const site = await start("kit-server", tokenServer.url);
const users = Array.from({ length: atATime }, (_, index) => `user-${index}`);
await Promise.all(users.map((user) => enroll(tokenServer.url, user)));

async function sample(user: string): Promise<number> {
  const page = await openPage(site.url);
  const stream = readStream(page);
  await stream.opened;
  const transaction = await scan(tokenServer.url, user, page.otp);
  await accept(tokenServer.url, transaction);
  const calledAt = performance.now();
  const callback = ask(`${site.url}/otp-login/callback`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ callback_uri: `${site.url}/otp-login/callback`, transaction_id: transaction }),
  });
  const approvedAt = await stream.approved;
  await callback;
  return approvedAt - calledAt;
}

const times: number[] = [];
let begun = 0;
await Promise.all(
  users.map(async (user) => {
    while (begun++ < warmUp + samples) times.push(await sample(user));
  }),
);
site.stop();
tokenServer.stop();

const sorted = times.slice(warmUp).sort((a, b) => a - b);
const percentile = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? NaN;
console.log(`${sorted.length} callbacks, ${atATime} at a time: median ${percentile(0.5).toFixed(2)} ms`);
conclude("from callback to stream, p99", percentile(0.99), "≤", boundMs, " ms");
process.exit();
