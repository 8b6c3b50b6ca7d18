import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../test/support/services/free-port.js";
import { Abuser } from "./support/abuser.js";
import { start } from "./support/child.js";
import { conclude, eachOf, percentile } from "../figures.js";
import { accept, enroll, scan } from "./support/phone.js";
import { openPage, readStream } from "./support/visitor.js";

/**
 * What one address can do to all others within the limits: from the acceptance on the phone to the status on the page, for
 * people from other addresses, while that address uses all that the limits leave it. With all limits at their defaults, and
 * with and without authentication of the callback.
 */
const logins = 300;
const loginsASecond = 10;
const atATime = 32;
/** So that all that the address started is under way. */
const settleMs = 5000;

const users = Array.from({ length: atATime }, (_, index) => `user-${index}`);
const addressOf = (index: number): string => `127.0.2.${1 + (index % 250)}`;

async function measure(password: string | undefined): Promise<void> {
  const port = String(await freePort());
  const callbackUrl = `http://127.0.0.1:${port}/otp-login/callback`;
  const tokenServer = await start(
    "token-server",
    password === undefined ? [] : [`--callback-url=${callbackUrl}`, `--callback-password=${password}`],
  );
  const site = await start("kit-server", [tokenServer.url], {
    LIMITED: "1",
    PORT: port,
    ...(password !== undefined && { CALLBACK_PASSWORD: password }),
  });
  for (const user of users) await enroll(tokenServer.url, user);

  const quietMs = await acceptances(site.url, tokenServer.url);
  const abuser = new Abuser(site.url, "127.0.3.1");
  await abuser.start();
  const abuse = abuser.go();
  await sleep(settleMs);
  const before = { ...abuser.sent };
  const beganAt = performance.now();
  const abusedMs = await acceptances(site.url, tokenServer.url);
  const seconds = (performance.now() - beganAt) / 1000;
  const sent = Object.entries(abuser.sent).map(
    ([kind, count]) => `${((count - before[kind as keyof typeof before]) / seconds).toFixed(0)} ${kind}`,
  );
  abuser.end();
  await abuse;
  for (const child of [site, tokenServer]) child.kill();

  const [quiet, abused] = [quietMs, abusedMs].map((values) =>
    [0.5, 0.99].map((share) => percentile(values, share).toFixed(0)).join(" and "),
  );
  console.log(`\nThe callback ${password === undefined ? "takes no" : "takes"} Basic authentication`);
  console.log(`One address sends in a second: ${sent.join(", ")}`);
  console.log(`${logins} logins of others, median and p99: without it ${quiet} ms, with it ${abused} ms`);
  conclude({
    what: "from acceptance to status, p99",
    unit: " ms",
    values: [percentile(abusedMs, 0.99)],
    bounds: [{ of: "figure", relation: "≤", value: 1000 }],
  });
}

/** People log in, each from an address of their own. Returns how long each waits from the acceptance to the status. */
async function acceptances(site: string, tokenServer: string): Promise<number[]> {
  const times: number[] = [];
  const free = [...users];
  const beganAt = performance.now();
  await eachOf(logins, atATime, async (index) => {
    await sleep(beganAt + (index * 1000) / loginsASecond - performance.now());
    const user = free.pop() ?? "";
    const page = await openPage(site, addressOf(index));
    const stream = readStream(page);
    await stream.opened;
    const transaction = await scan(tokenServer, user, page.otp);
    const acceptedAt = performance.now();
    await accept(tokenServer, transaction);
    times.push((await stream.approved) - acceptedAt);
    free.push(user);
  });
  return times;
}

await measure(undefined);
await measure("callback-secret");
process.exit();
