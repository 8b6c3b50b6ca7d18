import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { install, pack, run, temporaryFolder } from "../support/packed-package.js";

/**
 * The entries beside versions of their libraries that do not fit. package.json names no version, so no package manager refuses
 * them: each entry says by itself which versions fit.
 */

const site = `{
  origin: "https://www.example.com",
  tokenServer: { url: "https://ts.example.com", clientId: "id", clientSecret: "secret", type: "qr-code" },
  signIn: () => undefined,
}`;

interface Peer {
  versions: string[];
  /** What else the library needs to be loaded. */
  packages?: string[];
  /** What a site does with the entry: statements of a module. */
  use: string;
  /** The error. */
  says: RegExp;
}

const peers: Record<string, Peer> = {
  "better-auth": {
    versions: ["1.0.22", "1.3.34", "1.6.34", "1.7.2"],
    use: `
      import { betterAuth } from "better-auth";
      import { oneginiOtpLogin } from "onegini-otp-login/better-auth";
      const { origin: baseURL, tokenServer } = ${site};
      const secret = "a secret of this test alone, and long";
      await betterAuth({ baseURL, secret, plugins: [oneginiOtpLogin({ tokenServer })] }).$context;`,
    says: /^TypeError: oneginiOtpLogin: Better Auth( [\d.]+)? is too old; expected 1\.7\.3 or later$/,
  },
  fastify: {
    versions: ["3.29.5", "4.29.1"],
    use: `
      import fastify from "fastify";
      import oneginiOtpLogin from "onegini-otp-login/fastify";
      await fastify().register(oneginiOtpLogin, ${site});`,
    says: /: fastify-plugin: onegini-otp-login - expected '>=5' fastify version, '[\d.]+' is installed$/,
  },
  next: {
    versions: ["14.2.35"],
    packages: ["react@18.3.1", "react-dom@18.3.1"],
    use: `
      import { createNextLogin } from "onegini-otp-login/next";
      await createNextLogin(() => (${site})).begin();`,
    says: /^TypeError: createNextLogin: this Next\.js is too old for begin; expected 15\.5 or later$/,
  },
  redis: {
    versions: ["3.1.2"],
    use: `
      import redis from "redis";
      import { redisStore } from "onegini-otp-login/redis";
      const client = redis.createClient({ url: "redis://localhost:1" }).on("error", () => undefined);
      await redisStore({ client });`,
    says: /^TypeError: redisStore: "client" is wrong; expected a client of the package "redis", 5 or later: /,
  },
};

/** Also what is thrown where nobody waits for it, as an old Better Auth does. */
const program = `
  const tell = (error) => {
    console.log("says " + error);
    process.exit();
  };
  process.on("unhandledRejection", tell);
  await import("./site.mjs").catch(tell);`;

for (const [name, { versions, packages = [], use, says }] of Object.entries(peers))
  describe(`./${name}`, () => {
    for (const version of versions)
      test(`says which versions fit beside ${name} ${version}`, async () => {
        const folder = join(temporaryFolder, `${name}-${version}`);
        mkdirSync(folder);
        writeFileSync(join(folder, "package.json"), '{"private": true}');
        await install(folder, await pack(), `${name}@${version}`, ...packages);
        writeFileSync(join(folder, "site.mjs"), use);
        writeFileSync(join(folder, "program.mjs"), program);
        const output = await run(process.execPath, ["program.mjs"], folder);
        const [, said] = /^says (.+)$/m.exec(output) ?? [];
        assert.match(said ?? `It says nothing:\n${output}`, says);
      });
  });
