import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { install, pack } from "./packed-package.js";

/** Installs the packed package and what docs/sessions.md names, in a folder that keeps them for the next run. */
export async function installSessions(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const dependencies = {
    "@auth/core": "0.41.3",
    "@fastify/cookie": "11.1.0",
    "@fastify/secure-session": "8.4.0",
    "@fastify/session": "11.1.3",
    "@fastify/static": "10.1.11",
    "@hono/node-server": "2.1.9",
    "@nestjs/common": "12.5.1",
    "@nestjs/core": "12.5.1",
    "@nestjs/platform-express": "12.5.1",
    "@sveltejs/kit": "3.2.0",
    "@tanstack/react-router": "1.170.46",
    "@tanstack/react-start": "1.169.5",
    "@types/cookie-session": "2.0.49",
    "@types/express": "5.0.6",
    "@types/express-session": "1.19.0",
    "@types/node": "22.20.7",
    "@types/passport": "1.0.17",
    astro: "7.3.5",
    "better-auth": "1.7.25",
    "connect-redis": "9.0.0",
    "cookie-session": "2.1.1",
    express: "5.3.0",
    "express-session": "1.19.0",
    fastify: "5.12.8",
    h3: "1.15.11",
    hono: "4.13.19",
    "hono-sessions": "0.8.1",
    "iron-session": "8.0.4",
    next: "16.4.6",
    "next-auth": "5.0.0-beta.32",
    "nuxt-auth-utils": "0.5.30",
    "onegini-otp-login": `file:${await pack()}`,
    passport: "0.7.0",
    react: "19.3.1",
    "react-dom": "19.3.1",
    "react-router": "7.18.7",
    redis: "6.3.1",
    "reflect-metadata": "0.2.2",
    rxjs: "7.8.2",
  };
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ private: true, type: "module", dependencies }),
  );
  // The tarball has the same name each time, so a lock file or an installed copy would be older.
  rmSync(join(folder, "package-lock.json"), { force: true });
  rmSync(join(folder, "node_modules/onegini-otp-login"), { recursive: true, force: true });
  // Their peers are bundlers, which neither types nor servers need.
  await install(folder, "--legacy-peer-deps", "--ignore-scripts");
}
