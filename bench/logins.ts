import { start } from "./support/child.js";
import { conclude } from "./support/conclude.js";
import { accept, enroll, scan } from "./support/phone.js";
import { ask, openPage, readStream } from "./support/visitor.js";

/**
 * Full logins a second through kit and emulator, each a process of its own, over HTTP on loopback: the page is opened,
 * its stream read, the code scanned and accepted, the callback followed, the login claimed.
 */
const warmUp = 300;
const logins = 2000;
const atATime = 32;
const bound = 200;

const tokenServer = await start("token-server");
const site = await start("kit-server", tokenServer.url);
const users = Array.from({ length: atATime }, (_, index) => `user-${index}`);
await Promise.all(users.map((user) => enroll(tokenServer.url, user)));

async function logIn(user: string): Promise<void> {
  const page = await openPage(site.url);
  const stream = readStream(page);
  await stream.opened;
  await accept(tokenServer.url, await scan(tokenServer.url, user, page.otp));
  await stream.approved;
  const { status, headers } = await ask(`${page.url}/login`, { method: "POST", headers: page.headers });
  if (status !== 200 || headers["set-cookie"]?.[0] !== `session=${user}`) {
    throw new Error(`A login was answered ${status}`);
  }
}

async function run(count: number): Promise<number> {
  let begun = 0;
  const beganAt = performance.now();
  await Promise.all(
    users.map(async (user) => {
      while (begun++ < count) await logIn(user);
    }),
  );
  return (performance.now() - beganAt) / 1000;
}

await run(warmUp);
const seconds = await run(logins);
site.stop();
tokenServer.stop();
console.log(`${logins} logins, ${atATime} at a time, in ${seconds.toFixed(1)} s`);
conclude("full logins a second", logins / seconds, "≥", bound);
process.exit();
