import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startRedis } from "../../support/services/redis.js";
import { until } from "../../support/until.js";
import { install, startEmulator, startExample, type Example } from "./packed-package.js";

/** The listings of docs/kit.md with Redis, "Many servers: Redis or Valkey" and "The page without the kit". */
const connection = `
import { redisStore } from "onegini-otp-login/redis";
import { createClient } from "redis";

const client = createClient({
  url: process.env.REDIS_URL!,
  pingInterval: 2000,
  socket: { socketTimeout: 5000, reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, 1000) },
});
client.on("error", (error) => console.log(String(error)));
async function sharedStore() {
  if (!client.isOpen) await client.connect();
  return redisStore({ client });
}
`;

/**
 * Puts the kit of an example on Redis, builds it, and tries the page and a start of a login while Redis is down when the site
 * starts, then up, then down again.
 *
 * @param kitFile the file in which the example makes its kit
 * @param loginPage its path
 */
export async function tryRedisOutage(
  example: Example,
  kitFile: string,
  loginPage: string,
  variables: Record<string, string> = {},
): Promise<void> {
  const path = join(example.folder, kitFile);
  const source = readFileSync(path, "utf8");
  const [imports = ""] = /^[^]*?\n\n/.exec(source) ?? [];
  const changed = source
    .slice(imports.length)
    .replace("(() => ({\n", "(async () => ({\n  store: await sharedStore(),\n");
  writeFileSync(path, `${imports.trimEnd()}${connection}\n${changed}`);
  await install(example.folder, "redis");
  await example.run("build", variables);

  const redis = await startRedis();
  await redis.kill();
  const emulator = await startEmulator(example);
  const settings = { ...variables, TOKEN_SERVER: emulator.origin, REDIS_URL: redis.url };
  const site = await startExample(example, settings);
  const { origin } = site;
  const start = async (): Promise<number> =>
    (await fetch(`${origin}/otp-login`, { method: "POST", headers: { origin } })).status;
  const assertHasPage = async (): Promise<void> => {
    const page = await fetch(`${origin}${loginPage}`);
    assert.equal(page.status, 200);
    assert.match(await page.text(), /<onegini-otp-login/);
  };

  await assertHasPage();
  assert.equal(await start(), 503);
  assert.match(site.output(), /error onegini-otp-login: /);
  await redis.restart();
  await until(async () => (await start()) === 201, "a start once Redis is there", 30_000);
  await assertHasPage();
  await redis.kill();
  await assertHasPage();
  assert.equal(await start(), 503);
  await until(() => /store_trouble/.test(site.output()), "the line in the log");
  await Promise.all([site.stop(), emulator.stop(), redis.stop()]);
}
